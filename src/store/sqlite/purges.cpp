#include "store/sqlite/purges.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/event_log.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/read_marks.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

// A slice ends with the first statement that finishes after kSliceTime: some hundred small messages. Other changes wait
// for that and its commit.
constexpr auto kSliceTime = std::chrono::milliseconds(2);
constexpr std::int64_t kRowsInStatement = 64;

constexpr std::string_view kDeleteMessage =
    "DELETE FROM messages WHERE id = ?2"
    " AND EXISTS (SELECT 1 FROM applications AS a WHERE a.id = messages.application_id AND a.user_id = ?1)";
constexpr std::string_view kDeleteSomeMessages =
    "DELETE FROM messages WHERE id IN"
    " (SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id LIMIT ?3)";
constexpr std::string_view kForgetSomeRead =
    "DELETE FROM sharded_gotify_read WHERE message_id IN"
    " (SELECT id FROM messages WHERE application_id = ?1 AND id <= ?2 ORDER BY id LIMIT ?3)";
constexpr std::string_view kUserOfApplication = "SELECT user_id FROM applications WHERE id = ?1";
constexpr std::string_view kApplicationExists = "SELECT 1 FROM applications WHERE id = ?1";
constexpr std::string_view kNotedPurges =
    "SELECT application_id FROM sharded_gotify_purges ORDER BY application_id LIMIT 256";
constexpr std::string_view kForgetPurge = "DELETE FROM sharded_gotify_purges WHERE application_id = ?1";

// The time left for a slice.
class Budget {
 public:
  bool over() const { return core::steady_now() >= end_; }

 private:
  const core::SteadyTime end_ = core::steady_now() + kSliceTime;
};

// Deletes messages of the application up to `bound` until none are left (true) or time is up (false).
Result<bool> delete_some(Database& database, std::int64_t application, std::int64_t bound, const Budget& budget,
                         std::int64_t& deleted) {
  while (true) {
    const auto done = delete_oldest(database, application, bound, kRowsInStatement);
    if (!done) return done.error();
    deleted += *done;
    if (*done < kRowsInStatement) return true;
    if (budget.over()) return false;
  }
}

// Deletes the messages of an application, or of all that a user has, up to `bound`. Clients hear at once that all of
// them are gone, with the first slice that deletes any.
class MessagePurge {
 public:
  MessagePurge(Writer& writer, const core::WallClock& clock, std::int64_t bound, core::ApplicationId application)
      : writer_(writer), clock_(clock), bound_(bound), application_(application) {}
  MessagePurge(Writer& writer, const core::WallClock& clock, std::int64_t bound, core::UserId user)
      : writer_(writer), clock_(clock), bound_(bound), user_(user) {}

  Result<Purger::Progress> operator()() {
    Purger::Progress progress;
    auto done = change_now(writer_, [&](Transaction& transaction) { return slice(transaction, progress); });
    if (!done) return done.error();
    return progress;
  }

 private:
  Result<void> slice(Transaction& transaction, Purger::Progress& progress) {
    const Budget budget;
    Database& database = transaction.database();
    if (!std::exchange(begun_, true)) {
      if (auto found = find(database); !found) return found;
    }
    while (!applications_.empty() && !budget.over()) {
      const auto emptied = delete_some(database, applications_.back(), bound_, budget, progress.deleted);
      if (!emptied) return emptied.error();
      if (*emptied) applications_.pop_back();
    }
    progress.finished = applications_.empty();
    // An application without an owner has been deleted meanwhile, which is an event of its own.
    if (progress.deleted == 0 || user_ == core::UserId{} || std::exchange(logged_, true)) return {};
    const core::MessageId up_to{static_cast<std::uint64_t>(bound_)};
    return log_event(transaction, deletion_up_to(user_, clock_(), up_to, application_));
  }

  Result<void> find(Database& database) {
    if (application_ == core::ApplicationId{}) {
      auto found = all(database, read_integer, kApplicationsOfUser, user_);
      if (!found) return found.error();
      applications_ = *std::move(found);
      return {};
    }
    applications_ = {static_cast<std::int64_t>(application_)};
    const auto owner = one(database, read_integer, kUserOfApplication, application_);
    if (!owner) return owner.error();
    user_ = core::UserId{static_cast<std::uint64_t>(owner->value_or(0))};
    return {};
  }

  Writer& writer_;
  const core::WallClock& clock_;
  std::int64_t bound_;
  core::ApplicationId application_{};  // 0 = all of the user's
  core::UserId user_{};
  bool begun_ = false;
  bool logged_ = false;
  std::vector<std::int64_t> applications_;  // that may have messages left
};

// Deletes messages of one recorded application. True: done, and its record is removed.
Result<bool> purge_noted(Database& database, std::int64_t application, const Budget& budget, std::int64_t& deleted) {
  const auto exists = any(database, kApplicationExists, application);
  if (!exists) return exists.error();
  if (!*exists) {
    constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();
    auto emptied = delete_some(database, application, kAll, budget, deleted);
    if (!emptied || !*emptied) return emptied;
  }
  if (auto forgotten = execute(database, kForgetPurge, application); !forgotten) return forgotten.error();
  return true;
}

}  // namespace

Result<std::int64_t> delete_oldest(Database& database, std::int64_t application, std::int64_t bound,
                                   std::int64_t rows) {
  if (auto forgotten = execute(database, kForgetSomeRead, application, bound, rows); !forgotten) {
    return forgotten.error();
  }
  return database.change(kDeleteSomeMessages, application, bound, rows);
}

Result<Purger::Progress> purge_deleted_applications(Writer& writer, ReaderPool& readers) {
  const auto noted = [&] {
    const auto reader = readers.lease();
    return all(*reader, read_integer, kNotedPurges);
  }();
  if (!noted) return noted.error();
  Purger::Progress progress;
  progress.finished = noted->empty();
  if (progress.finished) return progress;
  auto done = change_now(writer, [&](Transaction& transaction) -> Result<void> {
    const Budget budget;
    for (const std::int64_t application : *noted) {
      const auto purged = purge_noted(transaction.database(), application, budget, progress.deleted);
      if (!purged) return purged.error();
      if (budget.over()) return {};
    }
    return {};
  });
  if (!done) return done.error();
  return progress;
}

void Store::delete_message(core::UserId user, core::MessageId id, Done<void> done) {
  change(parts_->writer, user, std::move(done),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Result<void> {
           const auto written = transaction.database().change(kDeleteMessage, user, id);
           if (!written) return written.error();
           if (*written == 0) return gone("message");
           if (auto forgotten = forget_read(transaction.database(), id); !forgotten) return forgotten;
           return log_event(transaction, deletion_of(user, clock(), {id}));
         });
}

Result<void> Store::delete_messages(core::UserId user, Purged done) {
  MessagePurge purge(parts_->writer, parts_->clock, parts_->backend.newest_message(), user);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

Result<void> Store::delete_messages(core::ApplicationId application, Purged done) {
  MessagePurge purge(parts_->writer, parts_->clock, parts_->backend.newest_message(), application);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

}  // namespace push::store::sqlite
