#include "store/sqlite/event_log.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "push/core/check.hpp"
#include "push/model/limits.hpp"
#include "store/sqlite/changes.hpp"
#include "store/sqlite/parts.hpp"
#include "store/sqlite/rows.hpp"
#include "store/sqlite/snapshot.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr std::chrono::hours kKept{7 * 24};
constexpr std::int64_t kEventsInSlice = 256;

// `number` counts the events of a user, so that one look-up tells how many there are.
constexpr std::string_view kInsertEvent =
    "INSERT INTO sharded_gotify_events (user_id, number, time, kind, application_id, up_to, message_ids)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr std::string_view kNewestNumber =
    "SELECT number FROM sharded_gotify_events WHERE user_id = ?1 ORDER BY id DESC LIMIT 1";
constexpr std::string_view kNewestIfCovered =
    "SELECT id FROM (SELECT * FROM sharded_gotify_events WHERE user_id = ?1 ORDER BY id DESC LIMIT 1)"
    " WHERE kind = 'delete' AND application_id = ?2 AND up_to BETWEEN 1 AND ?3";
constexpr std::string_view kOldestOfUser =
    "SELECT id, number FROM sharded_gotify_events WHERE user_id = ?1 ORDER BY id LIMIT 1";
constexpr std::string_view kOldest = "SELECT id, user_id, time FROM sharded_gotify_events ORDER BY id LIMIT ?1";
constexpr std::string_view kDeleteEvent = "DELETE FROM sharded_gotify_events WHERE id = ?1";
constexpr std::string_view kNoteRemoved =
    "INSERT INTO sharded_gotify_events_removed (user_id, up_to)"
    " SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM users WHERE id = ?1)"
    " ON CONFLICT (user_id) DO UPDATE SET up_to = max(up_to, excluded.up_to)";
constexpr std::string_view kEventsAfter =
    "SELECT id, user_id, time, kind, application_id, up_to, message_ids FROM sharded_gotify_events"
    " WHERE user_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3";
constexpr std::string_view kRemovedOfUser = "SELECT up_to FROM sharded_gotify_events_removed WHERE user_id = ?1";
constexpr std::string_view kNewestId = "SELECT seq FROM sqlite_sequence WHERE name = 'sharded_gotify_events'";

Result<void> remove(Database& database, std::int64_t id, core::UserId user) {
  if (auto deleted = execute(database, kDeleteEvent, id); !deleted) return deleted;
  return execute(database, kNoteRemoved, user, id);
}

// After the event `number` of the user was added.
Result<void> keep_to_limit(Transaction& transaction, core::UserId user, std::int64_t number) {
  constexpr auto kMost = static_cast<std::int64_t>(model::kMaxEvents);
  if (number <= kMost) return {};
  Database& database = transaction.database();
  const auto oldest = one(
      database, [](const Query& row) { return std::pair(row.integer(0), row.integer(1)); }, kOldestOfUser, user);
  if (!oldest) return oldest.error();
  if (!*oldest || number - (*oldest)->second < kMost) return {};
  transaction.logged().removed += 1;
  return remove(database, (*oldest)->first, user);
}

}  // namespace

Result<void> log_event(Transaction& transaction, model::Event event) {
  PUSH_CHECK(event.ids.size() <= model::kMaxEventIds);
  Database& database = transaction.database();
  const auto newest = one(database, read_integer<Query>, kNewestNumber, event.user);
  if (!newest) return newest.error();
  const std::int64_t number = newest->value_or(0) + 1;
  const std::string ids = column_of(event.ids);
  auto written = insert(database, event, kInsertEvent, event.user, number, column_of(event.time), column_of(event.kind),
                        event.application, event.up_to, ids);
  if (!written) return written;
  const core::UserId user = event.user;
  transaction.logged().events.push_back(std::move(event));
  return keep_to_limit(transaction, user, number);
}

Result<void> log_further_deletion(Transaction& transaction, model::Event event) {
  const auto covered =
      one(transaction.database(), read_integer<Query>, kNewestIfCovered, event.user, event.application, event.up_to);
  if (!covered) return covered.error();
  if (*covered) {
    if (auto deleted = execute(transaction.database(), kDeleteEvent, **covered); !deleted) return deleted;
  }
  return log_event(transaction, std::move(event));
}

Result<bool> has_old_events(Database& database, core::WallTime now) {
  const auto oldest = one(
      database, [](const Query& row) { return row.integer(2); }, kOldest, std::int64_t{1});
  if (!oldest) return oldest.error();
  return *oldest && **oldest <= column_of(now - kKept);
}

Result<std::size_t> remove_old_events(Transaction& transaction, core::WallTime now) {
  Database& database = transaction.database();
  std::vector<std::pair<std::int64_t, core::UserId>> old;
  {
    auto query = database.query(kOldest, kEventsInSlice);
    if (!query) return query.error();
    while (true) {
      const auto row = query->step();
      if (!row) return row.error();
      if (!*row || query->integer(2) > column_of(now - kKept)) break;
      old.emplace_back(query->integer(0), core::UserId{query->natural(1)});
    }
  }
  for (const auto& [id, user] : old) {
    if (auto removed = remove(database, id, user); !removed) return removed.error();
  }
  transaction.logged().removed += old.size();
  return old.size();
}

void Store::set_event_listener(EventListener& listener) {
  parts_->writer.set_listener(listener);
}

Result<std::size_t> Store::delete_old_events(core::WallTime now) {
  const auto due = [&] {
    const auto reader = parts_->readers.lease();
    return has_old_events(*reader, now);
  }();
  if (!due) return due.error();
  if (!*due) return 0;
  return change_now(parts_->writer, [now](Transaction& transaction) { return remove_old_events(transaction, now); });
}

Result<EventPage> Store::events_after(core::UserId user, core::EventId after, std::size_t limit) {
  const auto reader = parts_->readers.lease();
  const Snapshot snapshot(*reader);
  if (!snapshot.begun()) return snapshot.begun().error();
  EventPage page;
  auto events = all(*reader, read_event<Query>, kEventsAfter, user, clamped(core::value(after)), clamped(limit));
  if (!events) return events.error();
  page.events = *std::move(events);
  const auto removed = one(*reader, read_integer<Query>, kRemovedOfUser, user);
  if (!removed) return removed.error();
  page.complete_from = core::EventId{static_cast<std::uint64_t>(removed->value_or(0))};
  const auto newest = one(*reader, read_integer<Query>, kNewestId);
  if (!newest) return newest.error();
  page.newest = core::EventId{static_cast<std::uint64_t>(newest->value_or(0))};
  return page;
}

}  // namespace push::store::sqlite
