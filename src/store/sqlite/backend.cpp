#include "store/sqlite/backend.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "push/core/check.hpp"
#include "store/rules.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

constexpr int kMegabyte = 1024 * 1024;
constexpr int kCheckpointBytes = 4 * kMegabyte;  // of log since the last request to the checkpointer
constexpr int kRestartBytes = 64 * kMegabyte;    // of log: restart it when little is left to move
constexpr int kLittleShare = 32;                 // of that: what is little
constexpr int kForcedShare = 2;                  // times that: restart it in any case
constexpr int kRetryBytes = kMegabyte;
constexpr std::chrono::seconds kEmptyAgain{1};  // between two attempts to empty the log on a full disk

constexpr std::string_view kInsertMessage =
    "INSERT INTO messages (application_id, message, title, priority, extras, date)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM applications WHERE id = ?1)";

// Whether a COMMIT that failed with this code has stored its transaction, but perhaps not for good: the rollback
// journal is removed, and its folder could not be synced.
bool is_stored(int code) {
  return code == SQLITE_IOERR_DIR_FSYNC;
}

// Whether a COMMIT that failed with this code may have written all of its transaction to the log.
bool may_be_whole(int code) {
  return code != SQLITE_IOERR_WRITE && (code & 0xFF) != SQLITE_FULL && (code & 0xFF) != SQLITE_BUSY;
}

core::Error unknown_outcome(const core::Error& error) {
  return core::failure(core::ErrorCode::internal, "it is not known whether this was stored: " + error.text);
}

}  // namespace

Backend::Backend(Database& database, std::string path, FileWatch& watch, Checkpointer& checkpointer, MessageKeys& keys,
                 unsigned busy_timeout_milliseconds, metrics::Registry& metrics)
    : database_(database),
      watch_(watch),
      checkpointer_(checkpointer),
      keys_(keys),
      busy_timeout_milliseconds_(busy_timeout_milliseconds),
      room_(database, std::move(path)),
      log_bytes_(metrics.gauge("push_store_wal_bytes", "Bytes in use of SQLite's write-ahead log.")) {
  if (auto size = database_.query("PRAGMA page_size"); size && size->step()) {
    page_size_ = static_cast<int>(size->integer(0));
  }
  if (auto newest = database_.query("SELECT max(id) FROM messages"); newest && newest->step()) {
    newest_ = newest->integer(0);
  }
  // Replaces the automatic checkpoint, which would run inside a commit.
  sqlite3_wal_hook(
      database_.handle(),
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Backend*>(self)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
}

core::Result<void> Backend::statement(std::string_view sql) {
  if (auto done = database_.change(sql); !done) return done.error();
  return {};
}

core::Result<void> Backend::begin() {
  inserted_ = 0;
  if (auto placed = watch_.placed(); !placed) return placed;
  room_.measure_if_due(log_bytes(), unmoved_bytes());
  if (unsettled_) {
    if (auto settled = settle(); !settled) return settled;
  }
  return statement("BEGIN IMMEDIATE");
}

core::Result<void> Backend::commit() {
  auto done = statement("COMMIT");
  if (!done) return failed_commit(std::move(done).error());
  // Nothing is answered as stored in a file that is not there any more.
  if (auto seen = watch_.look_at_file(); !seen) {
    keys_.unknown();
    return unknown_outcome(seen.error());
  }
  keys_.committed();
  if (inserted_ > newest_.load(std::memory_order_relaxed)) newest_.store(inserted_, std::memory_order_release);
  return done;
}

core::Error Backend::failed_commit(core::Error error) {
  const int code = sqlite3_extended_errcode(database_.handle());
  rollback();
  if (!is_stored(code) && (!may_be_whole(code) || settle())) return error;
  keys_.unknown();
  return unknown_outcome(error);
}

// The version is written to page 1, even if it is the same.
core::Result<void> Backend::settle() {
  unsettled_ = true;
  const auto version = one(database_, read_integer<Query>, "PRAGMA user_version");
  if (!version) return version.error();
  if (auto done = database_.run("PRAGMA user_version=" + std::to_string(version->value_or(0))); !done) return done;
  unsettled_ = false;
  return {};
}

void Backend::rollback() {
  keys_.rolled_back();
  if (!database_.in_transaction()) return;
  // A failed ROLLBACK of SQLite still ends the transaction.
  const auto undone = statement("ROLLBACK");
  PUSH_CHECK(undone || !database_.in_transaction());
}

core::Result<void> Backend::insert(std::span<NewMessage> messages, std::span<core::Result<Inserted>> outcomes) {
  PUSH_CHECK(messages.size() == outcomes.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    NewMessage& message = messages[i];
    core::Result<Inserted>& outcome = outcomes[i];
    const bool known = message.idempotency && is_known(message, outcome);
    if (!known && room_.low()) {
      outcome = room_.refusal();  // of this message alone: deletions beside it make room
      continue;
    }
    if (!known) outcome = insert(message);
    if (!outcome && spoils(outcome.error())) return outcome.error();
    if (!outcome || known || !message.idempotency) continue;
    if (auto added = keys_.add(message, outcome->id); !added) return added;
  }
  return {};
}

// Whether the key of `message` decides its outcome.
bool Backend::is_known(NewMessage& message, core::Result<Inserted>& outcome) {
  auto first = keys_.find_first(message);
  if (first && !*first) return false;
  outcome = first ? core::Result<Inserted>(Inserted{**first, true}) : std::move(first).error();
  return true;
}

core::Result<Inserted> Backend::insert(const NewMessage& message) {
  auto query = database_.query(kInsertMessage, message.application, message.message, message.title, message.priority,
                               Blob{message.extras}, message.date);
  if (!query) return query.error();
  if (message.extras.empty()) query->bind(5, nullptr);
  if (auto done = query->step(); !done) return done.error();
  if (sqlite3_changes(database_.handle()) == 0) {
    return gone("application");
  }
  inserted_ = database_.last_id();
  return Inserted{core::MessageId{static_cast<std::uint64_t>(inserted_)}};
}

core::Result<void> Backend::run(Operation& operation) {
  if (auto marked = statement("SAVEPOINT one"); !marked) return marked;
  auto outcome = operation(transaction_);
  if (!outcome) {
    // A failure that ended the whole transaction leaves no savepoint to roll back to; the outcome says so.
    if (!database_.in_transaction()) return outcome;
    if (auto undone = statement("ROLLBACK TO one"); !undone) return undone;
  }
  if (auto released = statement("RELEASE one"); !released) return released;
  return outcome;
}

std::int64_t Backend::unmoved_bytes() const {
  return std::max(log_pages_ - checkpointer_.moved_pages(), 0) * std::int64_t{page_size_};
}

void Backend::rest() {
  note_failure();
  const std::int64_t bytes = log_bytes();
  log_bytes_.set(bytes);
  if (log_pages_ < requested_pages_) requested_pages_ = restart_pages_ = 0;  // the log has restarted
  if (log_pages_ - requested_pages_ >= kCheckpointBytes / page_size_) {
    requested_pages_ = log_pages_;
    checkpointer_.request();
  }
  const std::int64_t limit = room_.log_limit(kRestartBytes);
  if (bytes < limit || log_pages_ - restart_pages_ < kRetryBytes / page_size_) return;
  const bool forced = bytes >= kForcedShare * limit;
  if (!forced && unmoved_bytes() > limit / kLittleShare) return;
  if (forced) checkpointer_.wait_until_idle();  // SQLite refuses a second checkpoint while one is running
  restart_log();
}

// On a full disk, the log is emptied at once, and keeps its blocks: that is the room in which deletions can work.
void Backend::note_failure() {
  const int code = database_.take_failure();
  watch_.note_failure(code);
  const auto now = core::steady_now();
  if ((code & 0xFF) != SQLITE_FULL) return;
  room_.note_full();
  if (now - emptied_at_ < kEmptyAgain) return;
  emptied_at_ = now;
  checkpointer_.wait_until_idle();
  restart_log();
}

void Backend::restart_log() {
  restart_pages_ = log_pages_;
  if (!watch_.examine(database_)) return;
  const FileWatch::Checkpoint checkpoint(watch_, database_);
  sqlite3_busy_timeout(database_.handle(), 0);
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(database_.handle(), static_cast<int>(busy_timeout_milliseconds_));
}

}  // namespace push::store::sqlite
