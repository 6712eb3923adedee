#include "store/sqlite/schema.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "push/core/check.hpp"
#include "store/sort_key.hpp"
#include "store/sqlite/rows.hpp"
#include "store/tables.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;

constexpr Dialect kSqlite{"integer PRIMARY KEY AUTOINCREMENT",
                          {"integer", "numeric", "text", "varchar(180)", "blob", "blob", "datetime"}};

// Ours, which Gotify does not look at.
constexpr const char* kCreateOwn[] = {
    // The deleted applications whose messages are still to be removed.
    "CREATE TABLE IF NOT EXISTS sharded_gotify_purges (application_id INTEGER PRIMARY KEY)",
    // message_keys.hpp; rows are added at the end, and deleted from the beginning
    "CREATE TABLE IF NOT EXISTS sharded_gotify_idempotency (message_id INTEGER PRIMARY KEY, application_id INTEGER,"
    " key BLOB, content BLOB, date INTEGER, stored_at INTEGER)",
    // event_log.hpp
    "CREATE TABLE IF NOT EXISTS sharded_gotify_events (id INTEGER PRIMARY KEY AUTOINCREMENT, user_id INTEGER NOT NULL,"
    " number INTEGER NOT NULL, time INTEGER NOT NULL, kind TEXT NOT NULL, application_id INTEGER NOT NULL,"
    " up_to INTEGER NOT NULL, message_ids TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS sharded_gotify_events_user ON sharded_gotify_events(user_id)",
    "CREATE TABLE IF NOT EXISTS sharded_gotify_events_removed"
    " (user_id INTEGER PRIMARY KEY, up_to INTEGER NOT NULL)",
    // epochs.cpp: how far the database had come at each start.
    "CREATE TABLE IF NOT EXISTS sharded_gotify_epochs (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL,"
    " message_id INTEGER NOT NULL, event_id INTEGER NOT NULL)",
    // read_marks.hpp
    "CREATE TABLE IF NOT EXISTS sharded_gotify_read_marks (user_id INTEGER PRIMARY KEY, up_to INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sharded_gotify_read (message_id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS sharded_gotify_read_user ON sharded_gotify_read(user_id)",
    // retention_purge.hpp: how long applications keep their messages (NULL = as configured, 0 = for ever), and the
    // greatest message id that this has deleted, by user.
    "CREATE TABLE IF NOT EXISTS sharded_gotify_retention"
    " (application_id INTEGER PRIMARY KEY, days INTEGER, count INTEGER)",
    "CREATE TABLE IF NOT EXISTS sharded_gotify_retention_floor"
    " (user_id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL)",
    // webpush_rows.hpp: one key pair, the browsers that get pushes, and up to which message they have been sent
    "CREATE TABLE IF NOT EXISTS sharded_gotify_webpush_keys (id INTEGER PRIMARY KEY, private_key TEXT NOT NULL,"
    " public_key TEXT NOT NULL, subject TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sharded_gotify_webpush (endpoint TEXT PRIMARY KEY, client_id INTEGER NOT NULL,"
    " user_id INTEGER NOT NULL, p256dh TEXT NOT NULL, auth TEXT NOT NULL, min_priority INTEGER NOT NULL,"
    " apps TEXT NOT NULL, muted_until INTEGER NOT NULL, after_id INTEGER NOT NULL, sent_id INTEGER NOT NULL DEFAULT -1,"
    " retry_at INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0)",
    "CREATE INDEX IF NOT EXISTS sharded_gotify_webpush_client ON sharded_gotify_webpush(client_id)",
    "CREATE INDEX IF NOT EXISTS sharded_gotify_webpush_user ON sharded_gotify_webpush(user_id)",
    "CREATE TABLE IF NOT EXISTS sharded_gotify_webpush_cursor (id INTEGER PRIMARY KEY, message_id INTEGER NOT NULL)",
};

core::Error foreign(const std::string& why) {
  return core::failure(core::ErrorCode::invalid, "not a Gotify database: " + why);
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Result<std::vector<std::string>> table_names(Database& database) {
  return all(database, read_text<Query>,
             "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
}

Result<std::vector<std::string>> column_names(Database& database, std::string_view table) {
  return all(database, read_text<Query>, "SELECT name FROM pragma_table_info(?1)", table);
}

Result<void> create_tables(Database& database, const std::vector<std::string>& present) {
  for (const Table& table : tables()) {
    if (contains(present, table.name)) continue;
    if (table.original && !present.empty()) {
      return foreign("it has table " + present.front() + " but no table " + std::string(table.name));
    }
    if (auto created = database.run(create_table_sql(table, kSqlite)); !created) return created;
  }
  return {};
}

Result<void> add_columns(Database& database, const Table& table) {
  const auto present = column_names(database, table.name);
  if (!present) return present.error();
  const std::string name(table.name);
  if (!contains(*present, "id")) return foreign("table " + name + " has no column id");
  for (const Column& column : table.columns) {
    if (contains(*present, column.name)) continue;
    if (column.original) return foreign("table " + name + " has no column " + std::string(column.name));
    auto added = database.run("ALTER TABLE " + name + " ADD COLUMN " + column_sql(column, kSqlite));
    if (!added) return added;
  }
  return {};
}

// A table without AUTOINCREMENT would reuse the id of a deleted row, but clients take a greater id for a newer message.
Result<void> make_ids_final(Database& database, const Table& table) {
  const auto final = any(
      database, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 AND upper(sql) LIKE '%AUTOINCREMENT%'",
      table.name);
  if (!final) return final.error();
  if (*final) return {};
  const auto present = column_names(database, table.name);
  if (!present) return present.error();
  if (present->size() != table.columns.size() + 1) {
    return foreign("table " + std::string(table.name) + " lacks AUTOINCREMENT and has columns unknown to Gotify");
  }
  const std::string name(table.name);
  const std::string new_name = "sharded_gotify_new_" + name;
  std::string columns = "id";
  for (const Column& column : table.columns) columns += ", " + std::string(column.name);
  Table renamed = table;
  renamed.name = new_name;
  return database.run(create_table_sql(renamed, kSqlite) + ";INSERT INTO " + new_name + " (" + columns + ") SELECT " +
                      columns + " FROM " + name + ";DROP TABLE " + name + ";ALTER TABLE " + new_name + " RENAME TO " +
                      name);
}

Result<void> fill_creation_times(Database& database, core::WallTime now) {
  for (const std::string_view sql : {"UPDATE users SET created_at = ?1 WHERE created_at IS NULL",
                                     "UPDATE applications SET created_at = ?1 WHERE created_at IS NULL",
                                     "UPDATE clients SET created_at = ?1 WHERE created_at IS NULL",
                                     "UPDATE plugin_confs SET created_at = ?1 WHERE created_at IS NULL"}) {
    if (auto filled = database.change(sql, now); !filled) return filled.error();
  }
  return {};
}

// If any application has no key, all are renumbered, those of each user in the order of their old keys.
Result<void> fill_sort_keys(Database& database) {
  const auto missing =
      any(database, "SELECT 1 FROM applications WHERE sort_key IS NULL OR length(sort_key) = 0 LIMIT 1");
  if (!missing) return missing.error();
  if (!*missing) return {};
  std::vector<std::pair<std::int64_t, std::string>> keys;
  {
    auto query = database.query("SELECT id, user_id FROM applications ORDER BY user_id, CAST(sort_key AS BLOB), id");
    if (!query) return query.error();
    std::int64_t user = -1;
    std::string key;
    auto done = each(*query, [&](const Query& row) {
      if (row.integer(1) != user) key.clear();
      user = row.integer(1);
      auto next = next_sort_key(key);
      PUSH_CHECK(next);  // all of them are ours, and short
      key = *std::move(next);
      keys.emplace_back(row.integer(0), key);
    });
    if (!done) return done;
  }
  if (auto cleared = database.change("UPDATE applications SET sort_key = NULL"); !cleared) return cleared.error();
  for (const auto& [id, key] : keys) {
    const auto set = database.change("UPDATE applications SET sort_key = ?2 WHERE id = ?1", id, std::string_view(key));
    if (!set) return set.error();
  }
  return {};
}

Result<void> prepare_in_transaction(Database& database, core::WallTime now) {
  const auto present = table_names(database);
  if (!present) return present.error();
  if (auto created = create_tables(database, *present); !created) return created;
  for (const Table& table : tables()) {
    if (auto added = add_columns(database, table); !added) return added;
    if (auto final = make_ids_final(database, table); !final) return final;
  }
  if (auto filled = fill_creation_times(database, now); !filled) return filled;
  if (auto filled = fill_sort_keys(database); !filled) return filled;
  for (const auto* const some : {&indexes(), &own_indexes()}) {
    for (const Index& index : *some) {
      if (auto created = database.run(create_index_sql(index)); !created) return created;
    }
  }
  for (const char* const sql : kCreateOwn) {
    if (auto created = database.run(sql); !created) return created;
  }
  return {};
}

}  // namespace

Result<void> prepare_schema(Database& database, core::WallTime now) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return begun;
  auto prepared = prepare_in_transaction(database, now);
  if (prepared) prepared = database.run("COMMIT");
  if (!prepared && database.in_transaction()) {
    if (auto undone = database.run("ROLLBACK"); !undone) return undone;
  }
  return prepared;
}

}  // namespace push::store::sqlite
