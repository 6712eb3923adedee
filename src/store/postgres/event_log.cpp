#include "store/postgres/event_log.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "push/core/check.hpp"
#include "push/model/limits.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::chrono::hours kKept{7 * 24};
constexpr std::int64_t kEventsInSlice = 256;

constexpr std::string_view kInsertEvent = PUSH_LOG "$3, $4, $5, $6" PUSH_LOGGED;
constexpr std::string_view kDeleteIfCovered =
    "DELETE FROM sharded_gotify_events WHERE id = (SELECT max(id) FROM sharded_gotify_events WHERE user_id = $1 AND"
    " number IS NOT NULL) AND kind = 'delete' AND application_id = $2 AND up_to BETWEEN 1 AND $3";
// One row says that the oldest of the user's events has gone, if there are too many.
constexpr std::string_view kKeepToLimit =
    "WITH newest AS (SELECT number FROM sharded_gotify_events WHERE user_id = $1 AND number IS NOT NULL"
    " ORDER BY id DESC LIMIT 1),"
    " oldest AS (SELECT id, number FROM sharded_gotify_events WHERE user_id = $1 AND number IS NOT NULL"
    " ORDER BY id LIMIT 1),"
    " gone AS (DELETE FROM sharded_gotify_events AS e USING newest, oldest WHERE e.id = oldest.id"
    " AND newest.number - oldest.number >= $2 RETURNING e.id)"
    " INSERT INTO sharded_gotify_events_removed AS r (user_id, up_to) SELECT $1, gone.id FROM gone"
    " WHERE EXISTS (SELECT 1 FROM users WHERE id = $1)"
    " ON CONFLICT (user_id) DO UPDATE SET up_to = greatest(r.up_to, excluded.up_to)";
constexpr std::string_view kInsertChange = PUSH_LOG_CHANGE "$1, $2, $3, $4, $5";
constexpr std::string_view kOldestTime = "SELECT time FROM sharded_gotify_events ORDER BY id LIMIT 1";
constexpr std::string_view kDeleteOld =
    "WITH old AS (SELECT id, time FROM sharded_gotify_events ORDER BY id LIMIT $1),"
    " gone AS (DELETE FROM sharded_gotify_events AS e USING old WHERE e.id = old.id AND old.id <"
    " (SELECT coalesce(min(id), 9223372036854775807) FROM old WHERE time > $2) RETURNING e.id, e.user_id, e.number),"
    " noted AS (INSERT INTO sharded_gotify_events_removed AS r (user_id, up_to)"
    " SELECT user_id, max(id) FROM gone WHERE number IS NOT NULL AND EXISTS (SELECT 1 FROM users WHERE id = "
    "gone.user_id)"
    " GROUP BY user_id ON CONFLICT (user_id) DO UPDATE SET up_to = greatest(r.up_to, excluded.up_to))"
    " SELECT count(number) FROM gone";
// One statement: the page is as it was at one moment.
constexpr std::string_view kEventsAfter =
    "SELECT e.id, e.user_id, e.time, e.kind, e.application_id, e.up_to, e.message_ids,"
    " coalesce((SELECT up_to FROM sharded_gotify_events_removed WHERE user_id = $1), 0),"
    " coalesce(pg_sequence_last_value('sharded_gotify_events_id_seq'), 0)"
    " FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT * FROM sharded_gotify_events WHERE user_id = $1 AND number IS "
    "NOT"
    " NULL AND id > $2 ORDER BY id LIMIT $3) AS e ON true ORDER BY e.id";

}  // namespace

LoggedEvents logged_events(const std::vector<Answer>& answers) {
  LoggedEvents logged;
  for (const Answer& answer : answers) {
    if (!*answer) continue;
    const Rows& rows = **answer;
    // A statement without columns has removed events, and says how many.
    const bool has_columns = rows.columns() > 0;
    if (!has_columns) logged.removed += static_cast<std::size_t>(rows.affected());
    for (int i = 0; has_columns && i < rows.size(); ++i) logged.events.push_back(read_event(rows[i]));
  }
  return logged;
}

void keep_to_limit(Transaction& transaction, core::UserId user) {
  constexpr auto kMost = static_cast<std::int64_t>(model::kMaxEvents);
  transaction.note_events(transaction.write(kKeepToLimit, user, kMost));
}

void log_event(Transaction& transaction, const model::Event& event) {
  PUSH_CHECK(event.ids.size() <= model::kMaxEventIds);
  const std::string ids = column_of(event.ids);
  write_and_log(transaction, kInsertEvent, event.user, event.time, column_of(event.kind), event.application,
                event.up_to, std::string_view(ids));
}

void log_further_deletion(Transaction& transaction, const model::Event& event) {
  transaction.write(kDeleteIfCovered, event.user, event.application, event.up_to);
  log_event(transaction, event);
}

void log_change(Transaction& transaction, std::string_view kind, core::UserId user, core::ClientId client,
                core::ApplicationId application) {
  transaction.write(kInsertChange, column_of(core::wall_now()), kind, user, client, application);
  transaction.note_log();
}

void Store::set_event_listener(EventListener& listener) {
  parts_->writer.set_listener(listener);
}

Result<std::size_t> Store::delete_old_events(core::WallTime now) {
  if (!parts_->does_the_work_of_all()) return 0;
  const std::int64_t bound = column_of(parts_->server_clock.of(now) - kKept);
  const auto oldest =
      parts_->readers.read([](Connection& reader) { return one(reader, read_integer<Row>, kOldestTime); });
  if (!oldest) return oldest.error();
  if (!*oldest || **oldest > bound) return 0;
  return change_now(parts_->writer, How::blind, [bound](Transaction& transaction) {
    const Answer gone = transaction.write(kDeleteOld, kEventsInSlice, bound);
    return Plan<std::size_t>::later(
        [gone]() -> Result<std::size_t> { return *gone ? static_cast<std::size_t>((**gone)[0].integer(0)) : 0; });
  });
}

Result<EventPage> Store::events_after(core::UserId user, core::EventId after, std::size_t limit) {
  return parts_->readers.read([&](Connection& reader) -> Result<EventPage> {
    const auto rows = reader.query(kEventsAfter, user, clamped(core::value(after)), clamped(limit));
    if (!rows) return rows.error();
    EventPage page;
    for (int i = 0; i < rows->size(); ++i) {
      const Row row = (*rows)[i];
      page.complete_from = core::EventId{row.natural(7)};
      page.newest = core::EventId{row.natural(8)};
      if (!row.null(0)) page.events.push_back(read_event(row));
    }
    return page;
  });
}

}  // namespace push::store::postgres
