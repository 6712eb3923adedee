#include "store/sqlite/purges.hpp"

#include <algorithm>
#include <limits>
#include <utility>

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

// A slice ends with the first statement that finishes after its time.
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
constexpr std::string_view kUserHas =
    "SELECT 1 FROM users WHERE id = ?1"
    " AND (?2 = 0 OR EXISTS (SELECT 1 FROM applications WHERE id = ?2 AND user_id = ?1))";
constexpr std::string_view kApplicationExists = "SELECT 1 FROM applications WHERE id = ?1";
constexpr std::string_view kNotedPurges =
    "SELECT application_id FROM sharded_gotify_purges ORDER BY application_id LIMIT 256";
constexpr std::string_view kForgetPurge = "DELETE FROM sharded_gotify_purges WHERE application_id = ?1";

// The time left for a slice.
class Budget {
 public:
  explicit Budget(std::chrono::microseconds time) : end_(core::steady_now() + time) {}
  bool over() const { return core::steady_now() >= end_; }

 private:
  const core::SteadyTime end_;
};

// Deletes messages of the application up to `bound` until none are left (true) or time is up (false).
Result<bool> delete_some(Database& database, core::ApplicationId application, core::MessageId bound,
                         const Budget& budget, std::int64_t& deleted) {
  while (true) {
    if (auto forgotten = execute(database, kForgetSomeRead, application, bound, kRowsInStatement); !forgotten) {
      return forgotten.error();
    }
    const auto done = database.change(kDeleteSomeMessages, application, bound, kRowsInStatement);
    if (!done) return done.error();
    deleted += *done;
    if (*done < kRowsInStatement) return true;
    if (budget.over()) return false;
  }
}

Result<void> log_unless_gone(Transaction& transaction, const model::Event& event) {
  const auto there = any(transaction.database(), kUserHas, event.user, event.application);
  if (!there) return there.error();
  return *there ? log_event(transaction, event) : Result<void>();
}

// Deletes messages of one recorded application. True: done, and its record is removed.
Result<bool> purge_noted(Database& database, core::ApplicationId application, const Budget& budget,
                         std::int64_t& deleted) {
  const auto exists = any(database, kApplicationExists, application);
  if (!exists) return exists.error();
  if (!*exists) {
    constexpr core::MessageId kAll{std::numeric_limits<std::int64_t>::max()};
    auto emptied = delete_some(database, application, kAll, budget, deleted);
    if (!emptied || !*emptied) return emptied;
  }
  if (auto forgotten = execute(database, kForgetPurge, application); !forgotten) return forgotten.error();
  return true;
}

// `ids` ascending. Returns how many of them were the user's.
Result<std::size_t> delete_own(Transaction& transaction, core::UserId user, const std::vector<core::MessageId>& ids,
                               core::WallTime now) {
  Database& database = transaction.database();
  std::vector<core::MessageId> deleted;
  for (const core::MessageId id : ids) {
    const auto written = database.change(kDeleteMessage, user, id);
    if (!written) return written.error();
    if (*written == 0) continue;
    if (auto forgotten = forget_read(database, id); !forgotten) return forgotten.error();
    deleted.push_back(id);
  }
  const std::size_t count = deleted.size();
  if (count == 0) return count;
  if (auto logged = log_event(transaction, deletion_of(user, now, std::move(deleted))); !logged) return logged.error();
  return count;
}

}  // namespace

Result<std::vector<core::ApplicationId>> PurgeTables::applications_of(core::UserId user) {
  const auto reader = readers_.lease();
  return all(*reader, read_id<core::ApplicationId, Query>, kApplicationsOfUser, user);
}

Result<core::UserId> PurgeTables::owner_of(core::ApplicationId application) {
  const auto reader = readers_.lease();
  const auto owner = one(*reader, read_id<core::UserId, Query>, kUserOfApplication, application);
  if (!owner) return owner.error();
  return owner->value_or(core::UserId{});
}

Result<std::vector<core::ApplicationId>> PurgeTables::noted() {
  const auto reader = readers_.lease();
  return all(*reader, read_id<core::ApplicationId, Query>, kNotedPurges);
}

Result<PurgeTables::Deleted> PurgeTables::delete_messages(std::span<const core::ApplicationId> applications,
                                                          core::MessageId bound,
                                                          const std::optional<model::Event>& event,
                                                          std::chrono::microseconds time) {
  return change_now(writer_, [&](Transaction& transaction) -> Result<Deleted> {
    const Budget budget(time);
    Deleted deleted;
    while (deleted.emptied < applications.size() && !budget.over()) {
      const auto emptied =
          delete_some(transaction.database(), applications[deleted.emptied], bound, budget, deleted.messages);
      if (!emptied) return emptied.error();
      if (*emptied) ++deleted.emptied;
    }
    if (event && deleted.messages > 0) {
      if (auto logged = log_unless_gone(transaction, *event); !logged) return logged.error();
    }
    return deleted;
  });
}

Result<std::int64_t> PurgeTables::delete_noted(std::span<const core::ApplicationId> applications,
                                               std::chrono::microseconds time) {
  return change_now(writer_, [&](Transaction& transaction) -> Result<std::int64_t> {
    const Budget budget(time);
    std::int64_t deleted = 0;
    for (const core::ApplicationId application : applications) {
      const auto purged = purge_noted(transaction.database(), application, budget, deleted);
      if (!purged) return purged.error();
      if (budget.over()) break;
    }
    return deleted;
  });
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

void Store::delete_listed(core::UserId user, std::vector<core::MessageId> ids, Done<std::size_t> done) {
  std::sort(ids.begin(), ids.end());
  change(parts_->writer, user, std::move(done),
         [&clock = parts_->clock, user, ids = std::move(ids)](Transaction& transaction) -> Result<std::size_t> {
           return delete_own(transaction, user, ids, clock());
         });
}

Result<void> Store::delete_messages(core::UserId user, core::MessageId up_to, Purged done) {
  const core::MessageId bound = std::min(up_to, parts_->backend.newest_message());
  MessagePurge purge(parts_->purge_tables, parts_->clock, bound, user);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

Result<void> Store::delete_messages(core::ApplicationId application, core::MessageId up_to, Purged done) {
  const core::MessageId bound = std::min(up_to, parts_->backend.newest_message());
  MessagePurge purge(parts_->purge_tables, parts_->clock, bound, application);
  return parts_->purger.submit(std::move(purge), std::move(done));
}

}  // namespace push::store::sqlite
