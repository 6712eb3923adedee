#include "store/sqlite/read_marks.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/model/limits.hpp"
#include "store/rules.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/event_log.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/snapshot.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::string_view kMark = "SELECT up_to FROM sharded_gotify_read_marks WHERE user_id = ?1";
constexpr std::string_view kRaiseMark =
    "INSERT INTO sharded_gotify_read_marks (user_id, up_to)"
    " SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1)"
    " ON CONFLICT (user_id) DO UPDATE SET up_to = excluded.up_to";
constexpr std::string_view kNewestMessage = "SELECT max(id) FROM messages";
constexpr std::string_view kIdsAbove =
    "SELECT message_id FROM sharded_gotify_read WHERE user_id = ?1 AND message_id > ?2 ORDER BY message_id LIMIT ?3";
constexpr std::string_view kIdFromTop =
    "SELECT message_id FROM sharded_gotify_read WHERE user_id = ?1 AND message_id > ?2"
    " ORDER BY message_id DESC LIMIT 1 OFFSET ?3";
constexpr std::string_view kInsertRead =
    "INSERT OR IGNORE INTO sharded_gotify_read (message_id, user_id)"
    " SELECT messages.id, ?2 FROM messages JOIN applications ON applications.id = messages.application_id"
    " WHERE messages.id = ?1 AND applications.user_id = ?2";
constexpr std::string_view kForgetRead = "DELETE FROM sharded_gotify_read WHERE message_id = ?1";
// As many as a change can add, and a few more, so that they become fewer.
constexpr std::string_view kForgetPassed =
    "DELETE FROM sharded_gotify_read WHERE message_id IN"
    " (SELECT message_id FROM sharded_gotify_read WHERE user_id = ?1 AND message_id <= ?2 LIMIT ?3)";
constexpr std::int64_t kForgottenAtOnce = 2 * model::kMaxMarkedIds;

core::MessageId read_message_id(const Query& row) {
  return core::MessageId{row.natural(0)};
}

model::Event reading(core::UserId user, core::WallTime now, core::MessageId up_to) {
  return {{}, user, now, model::Event::Kind::read, {}, up_to, {}};
}

Result<core::MessageId> mark_of(Database& database, core::UserId user) {
  const auto mark = one(database, read_message_id, kMark, user);
  if (!mark) return mark.error();
  return mark->value_or(core::MessageId{});
}

Result<void> raise_mark(Transaction& transaction, core::UserId user, core::MessageId up_to, core::WallTime now) {
  const auto raised = transaction.database().change(kRaiseMark, user, up_to);
  if (!raised) return raised.error();
  if (*raised == 0) return gone("user");
  return log_event(transaction, reading(user, now, up_to));
}

// The user has more than kMaxReadIds above the mark: the oldest of them becomes the mark.
Result<void> keep_to_limit_of_ids(Transaction& transaction, core::UserId user, core::MessageId mark,
                                  core::WallTime now) {
  constexpr auto kMost = static_cast<std::int64_t>(model::kMaxReadIds);
  const auto over = one(transaction.database(), read_message_id, kIdFromTop, user, mark, kMost);
  if (!over) return over.error();
  if (!*over) return {};
  return raise_mark(transaction, user, **over, now);
}

Result<void> read_up_to(Transaction& transaction, core::UserId user, core::MessageId up_to, core::WallTime now) {
  Database& database = transaction.database();
  const auto newest = one(database, read_message_id, kNewestMessage);
  if (!newest) return newest.error();
  up_to = std::min(up_to, newest->value_or(core::MessageId{}));
  const auto mark = mark_of(database, user);
  if (!mark) return mark.error();
  if (up_to > *mark) {
    if (auto raised = raise_mark(transaction, user, up_to, now); !raised) return raised;
  }
  return execute(database, kForgetPassed, user, std::max(up_to, *mark), kForgottenAtOnce);
}

// `ids` ascending.
Result<void> read_some(Transaction& transaction, core::UserId user, const std::vector<core::MessageId>& ids,
                       core::WallTime now) {
  Database& database = transaction.database();
  const auto mark = mark_of(database, user);
  if (!mark) return mark.error();
  model::Event event{{}, user, now, model::Event::Kind::read, {}, {}, {}};
  for (const core::MessageId id : ids) {
    if (id <= *mark) continue;
    const auto added = database.change(kInsertRead, id, user);
    if (!added) return added.error();
    if (*added > 0) event.ids.push_back(id);
  }
  if (event.ids.empty()) return {};
  if (auto logged = log_event(transaction, std::move(event)); !logged) return logged;
  if (auto passed = execute(database, kForgetPassed, user, *mark, kForgottenAtOnce); !passed) return passed;
  return keep_to_limit_of_ids(transaction, user, *mark, now);
}

}  // namespace

Result<void> forget_read(Database& database, core::MessageId message) {
  return execute(database, kForgetRead, message);
}

void Store::mark_read_up_to(core::UserId user, core::MessageId up_to, Done<void> done) {
  change(
      parts_->writer, user, std::move(done),
      [&clock = parts_->clock, user, up_to](Transaction& transaction) {
        return read_up_to(transaction, user, up_to, clock());
      },
      Room::not_the_last);
}

void Store::mark_read(core::UserId user, std::vector<core::MessageId> ids, Done<void> done) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  change(
      parts_->writer, user, std::move(done),
      [&clock = parts_->clock, user, ids = std::move(ids)](Transaction& transaction) {
        return read_some(transaction, user, ids, clock());
      },
      Room::not_the_last);
}

Result<model::ReadMarks> Store::find_read_marks(core::UserId user) {
  const auto reader = parts_->readers.lease();
  const Snapshot snapshot(*reader);
  if (!snapshot.begun()) return snapshot.begun().error();
  const auto mark = mark_of(*reader, user);
  if (!mark) return mark.error();
  constexpr auto kMost = static_cast<std::int64_t>(model::kMaxReadIds);
  auto ids = all(*reader, read_message_id, kIdsAbove, user, *mark, kMost);
  if (!ids) return ids.error();
  return model::ReadMarks{*mark, *std::move(ids)};
}

}  // namespace push::store::sqlite
