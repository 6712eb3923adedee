#include "store/sqlite/backend.hpp"

#include <sqlite3.h>

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
constexpr int kLittleBytes = 2 * kMegabyte;
constexpr int kForcedRestartBytes = 128 * kMegabyte;
constexpr int kRetryBytes = kMegabyte;

constexpr std::string_view kInsertMessage =
    "INSERT INTO messages (application_id, message, title, priority, extras, date)"
    " SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE EXISTS (SELECT 1 FROM applications WHERE id = ?1)";

// Whether a COMMIT that failed with this code may have written all of its transaction.
bool may_be_whole(int code) {
  return code != SQLITE_IOERR_WRITE && (code & 0xFF) != SQLITE_FULL && (code & 0xFF) != SQLITE_BUSY;
}

}  // namespace

Backend::Backend(Database& database, Checkpointer& checkpointer, unsigned busy_timeout_milliseconds,
                 metrics::Registry& metrics)
    : database_(database),
      checkpointer_(checkpointer),
      busy_timeout_milliseconds_(busy_timeout_milliseconds),
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
  if (unsettled_) {
    if (auto settled = settle(); !settled) return settled;
  }
  return statement("BEGIN IMMEDIATE");
}

core::Result<void> Backend::commit() {
  auto done = statement("COMMIT");
  if (!done) return failed_commit(std::move(done).error());
  if (inserted_ > newest_message()) newest_.store(inserted_, std::memory_order_release);
  return done;
}

core::Error Backend::failed_commit(core::Error error) {
  const bool clear = !may_be_whole(sqlite3_extended_errcode(database_.handle()));
  rollback();
  if (clear || settle()) return error;
  return core::failure(core::ErrorCode::internal, "it is not known whether this was stored: " + error.text);
}

// The version is written to page 1, even if it is the same.
core::Result<void> Backend::settle() {
  unsettled_ = true;
  const auto version = one(database_, read_integer, "PRAGMA user_version");
  if (!version) return version.error();
  if (auto done = database_.run("PRAGMA user_version=" + std::to_string(version->value_or(0))); !done) return done;
  unsettled_ = false;
  return {};
}

void Backend::rollback() {
  if (!database_.in_transaction()) return;
  // A failed ROLLBACK of SQLite still ends the transaction.
  const auto undone = statement("ROLLBACK");
  PUSH_CHECK(undone || !database_.in_transaction());
}

core::Result<void> Backend::insert(std::span<const NewMessage> messages, std::span<core::Result<core::MessageId>> ids) {
  PUSH_CHECK(messages.size() == ids.size());
  for (std::size_t i = 0; i < messages.size(); ++i) {
    ids[i] = insert(messages[i]);
    if (!ids[i] && spoils(ids[i].error())) return ids[i].error();
  }
  return {};
}

core::Result<core::MessageId> Backend::insert(const NewMessage& message) {
  auto query = database_.query(kInsertMessage, message.application, message.message, message.title, message.priority,
                               Blob{message.extras}, message.date);
  if (!query) return query.error();
  if (message.extras.empty()) query->bind(5, nullptr);
  if (auto done = query->step(); !done) return done.error();
  if (sqlite3_changes(database_.handle()) == 0) {
    return gone("application");
  }
  inserted_ = database_.last_id();
  return core::MessageId{static_cast<std::uint64_t>(inserted_)};
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

void Backend::rest() {
  log_bytes_.set(std::int64_t{log_pages_} * page_size_);
  if (log_pages_ < requested_pages_) requested_pages_ = restart_pages_ = 0;  // the log has restarted
  if (log_pages_ - requested_pages_ >= kCheckpointBytes / page_size_) {
    requested_pages_ = log_pages_;
    checkpointer_.request();
  }
  if (log_pages_ < kRestartBytes / page_size_ || log_pages_ - restart_pages_ < kRetryBytes / page_size_) return;
  const int left = log_pages_ - checkpointer_.moved_pages();
  const bool forced = log_pages_ >= kForcedRestartBytes / page_size_;
  if (!forced && left > kLittleBytes / page_size_) return;
  if (forced) checkpointer_.wait_until_idle();  // SQLite refuses a second checkpoint while one is running
  restart_log();
}

void Backend::restart_log() {
  sqlite3_busy_timeout(database_.handle(), 0);
  sqlite3_wal_checkpoint_v2(database_.handle(), nullptr, SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  sqlite3_busy_timeout(database_.handle(), static_cast<int>(busy_timeout_milliseconds_));
  restart_pages_ = log_pages_;
}

}  // namespace push::store::sqlite
