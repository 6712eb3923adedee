#include "store/import/tables.hpp"

#include <chrono>

#include "store/recent_keys.hpp"

namespace push::store::importing {
namespace {

// A key may be in the source twice, once it has expired. The newest is the one that counts.
std::string valid_keys(std::int64_t now) {
  const auto lifetime = std::int64_t{std::chrono::nanoseconds(RecentKeys::kLifetime).count()};
  return "(SELECT max(message_id) AS message_id, application_id, key, content, date, stored_at"
         " FROM sharded_gotify_idempotency WHERE stored_at > " +
         std::to_string(now - lifetime) +
         " AND length(key) = 16 AND length(content) = 16 GROUP BY application_id, key)";
}

}  // namespace

std::vector<Table> imported_tables(std::int64_t now) {
  std::vector<Table> all;
  for (const store::Table& table : tables()) {
    Table made{table.name, table.original, true, {{"id"}}, {}};
    made.columns.insert(made.columns.end(), table.columns.begin(), table.columns.end());
    all.push_back(std::move(made));
  }
  const auto own = [&all](std::string_view name, std::vector<Column> columns, std::string from = {}) {
    // An id in front is given by a sequence.
    all.push_back({name, false, columns.front().name == "id", std::move(columns), std::move(from)});
  };
  // In PostgreSQL each event has the id of the one before it, too.
  own("sharded_gotify_events",
      {{"id"},
       {"prev"},
       {"time"},
       {"kind", Kind::text},
       {"user_id"},
       {"application_id"},
       {"up_to"},
       {"message_ids", Kind::text},
       {"number"}},
      "(SELECT *, lag(id) OVER (ORDER BY id) AS prev FROM sharded_gotify_events)");
  own("sharded_gotify_events_removed", {{"user_id"}, {"up_to"}});
  own("sharded_gotify_epochs", {{"id"}, {"name", Kind::text}, {"message_id"}, {"event_id"}});
  own("sharded_gotify_read_marks", {{"user_id"}, {"up_to"}});
  own("sharded_gotify_read", {{"message_id"}, {"user_id"}});
  own("sharded_gotify_retention", {{"application_id"}, {"days"}, {"count"}});
  own("sharded_gotify_retention_floor", {{"user_id"}, {"message_id"}});
  // Their only row has the id 1, which no sequence gives; so it does not come first here.
  own("sharded_gotify_webpush_keys",
      {{"private_key", Kind::text}, {"public_key", Kind::text}, {"subject", Kind::text}, {"id"}});
  own("sharded_gotify_webpush", {{"endpoint", Kind::text},
                                 {"client_id"},
                                 {"user_id"},
                                 {"p256dh", Kind::text},
                                 {"auth", Kind::text},
                                 {"min_priority"},
                                 {"apps", Kind::text},
                                 {"muted_until"},
                                 {"after_id"},
                                 {"sent_id"},
                                 {"retry_at"},
                                 {"tries"}});
  own("sharded_gotify_webpush_cursor", {{"message_id"}, {"id"}});
  own("sharded_gotify_purges", {{"application_id"}});
  own("sharded_gotify_idempotency",
      {{"message_id"}, {"application_id"}, {"key", Kind::bytes}, {"content", Kind::bytes}, {"date"}, {"stored_at"}},
      valid_keys(now));
  return all;
}

}  // namespace push::store::importing
