#include "store/postgres/database.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "push/core/check.hpp"
#include "push/core/log.hpp"
#include "push/core/random.hpp"
#include "store/postgres/locks.hpp"
#include "store/postgres/own_tables.hpp"
#include "store/postgres/rows.hpp"
#include "store/postgres/script.hpp"
#include "store/sort_key.hpp"
#include "store/tables.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::int64_t kOldestServer = 120000;  // PostgreSQL 12
constexpr std::int64_t kSchema = 1;             // of our own tables: they only grow
constexpr std::string_view kIdLetters = "abcdefghijklmnopqrstuvwxyz0123456789";

constexpr std::chrono::milliseconds kPreparationPoll{100};

constexpr std::string_view kTakePreparation =
    "SELECT pg_try_advisory_lock(" PUSH_PREPARE_CLASS ", " PUSH_DATABASE_KEY ")";
constexpr std::string_view kAbout =
    "SELECT current_setting('server_version_num')::bigint, current_setting('server_encoding'),"
    " current_setting('synchronous_commit'), current_setting('fsync'), current_schema(), pg_is_in_recovery(),"
    " current_setting('transaction_read_only')";
constexpr std::string_view kTables =
    "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()";
constexpr std::string_view kColumns =
    "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = current_schema() AND"
    " table_name = $1";
constexpr std::string_view kHasOwnTables =
    "SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name ="
    " 'sharded_gotify_meta'";
constexpr std::string_view kSchemaNumber = "SELECT value FROM sharded_gotify_meta WHERE key = 'schema'";
constexpr std::string_view kClusterId = "SELECT value FROM sharded_gotify_meta WHERE key = 'cluster'";
constexpr std::string_view kUnsorted =
    "SELECT 1 FROM applications WHERE sort_key IS NULL OR length(sort_key) = 0 LIMIT 1";
constexpr std::string_view kInOrder = "SELECT id, user_id FROM applications ORDER BY user_id, sort_key, id";
constexpr std::string_view kIsValid =
    "SELECT indisvalid FROM pg_index WHERE indexrelid ="
    " to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1))";
constexpr std::string_view kSequence =
    "SELECT pg_get_serial_sequence($1, 'id'), s.seqincrement, s.seqcache, s.seqcycle, s.seqmax,"
    " coalesce(pg_sequence_last_value(s.seqrelid), 0) FROM pg_sequence AS s"
    " WHERE s.seqrelid = pg_get_serial_sequence($1, 'id')::regclass";

// The types that Gotify 3 gives its columns.
constexpr Dialect kPostgres{"bigserial PRIMARY KEY",
                            {"bigint", "boolean", "text", "varchar(180)", "bytea", "bytea", "timestamptz"}};

core::Error foreign(const std::string& why) {
  return core::failure(core::ErrorCode::invalid, "not a Gotify database: " + why);
}

core::Error unusable(const std::string& why) {
  return core::failure(core::ErrorCode::invalid, why);
}

Result<void> run(Connection& connection, const std::string& text) {
  if (text.empty()) return {};
  if (auto done = connection.run(text); !done) return done.error();
  return {};
}

Result<void> check_server(Connection& connection) {
  const auto rows = connection.query(kAbout);
  if (!rows) return rows.error();
  const Row about = (*rows)[0];
  if (about.integer(0) < kOldestServer) {
    return unusable("PostgreSQL " + std::to_string(about.integer(0) / 10000) + " is too old: 12 or newer is needed");
  }
  if (about.null(4)) return unusable("no schema of search_path exists: create it, or correct search_path");
  if (about.boolean(5))
    return unusable("this server is a standby: connect to the primary (target_session_attrs=primary)");
  if (about.text(6) == "on") return unusable("transactions are read-only here (default_transaction_read_only)");
  if (about.text(1) != "UTF8") {
    spdlog::warn("database does not hold every character encoding={} wanted=UTF8", about.text(1));
  }
  if (about.text(2) == "off") {
    spdlog::warn("messages can be lost in a crash setting=synchronous_commit value=off wanted=on");
  }
  if (about.text(3) == "off") spdlog::warn("messages can be lost in a crash setting=fsync value=off wanted=on");
  return {};
}

// Nodes that start at the same time create the tables one after the other. The lock is polled, because CREATE INDEX
// CONCURRENTLY waits for every statement that is running, and so also for one that waits for the lock.
Result<void> wait_for_others(Connection& connection) {
  for (bool waits = false;; waits = true) {
    const auto taken = one(connection, read_integer<Row>, kTakePreparation);
    if (!taken) return taken.error();
    if (taken->value_or(0) != 0) return {};
    if (!waits) spdlog::info("waiting for another node to prepare the database");
    std::this_thread::sleep_for(kPreparationPoll);
  }
}

// Before anything is changed.
Result<void> check_own_tables(Connection& connection) {
  const auto present = any(connection, kHasOwnTables);
  if (!present) return present.error();
  if (!*present) return {};
  const auto number = one(connection, read_text<Row>, kSchemaNumber);
  if (!number) return number.error();
  if (*number && std::atoll((*number)->c_str()) > kSchema) {
    return unusable("its sharded_gotify tables are of a newer version of this program (schema " + **number + ")");
  }
  return {};
}

Result<void> prepare_table(Connection& connection, const Table& table, std::string& changes) {
  const auto rows = connection.query(kColumns, table.name);
  if (!rows) return rows.error();
  std::map<std::string, std::string, std::less<>> present;  // name, type
  for (int i = 0; i < rows->size(); ++i) present.emplace((*rows)[i].text(0), (*rows)[i].text(1));
  const std::string name(table.name);
  if (!present.contains("id")) return foreign("table " + name + " has no column id");
  for (const Column& column : table.columns) {
    const auto found = present.find(column.name);
    if (found != present.end()) {
      // As Gotify does from 2.8.0 on; only `id` stays as it was.
      if (column.kind == Kind::integer && found->second == "integer") {
        changes += "ALTER TABLE " + name + " ALTER COLUMN " + std::string(column.name) + " TYPE bigint;\n";
      }
      continue;
    }
    if (column.original) return foreign("table " + name + " has no column " + std::string(column.name));
    changes += "ALTER TABLE " + name + " ADD COLUMN " + column_sql(column, kPostgres) + ";\n";
  }
  return {};
}

// Gotify's tables and their columns. What exists is left as it is.
Result<void> prepare_tables(Connection& connection) {
  const auto found = all(connection, read_text<Row>, kTables);
  if (!found) return found.error();
  const std::set<std::string, std::less<>> present(found->begin(), found->end());
  const bool any_of_gotify =
      std::any_of(tables().begin(), tables().end(), [&](const Table& table) { return present.contains(table.name); });
  std::string changes;
  for (const Table& table : tables()) {
    if (present.contains(table.name)) {
      if (auto prepared = prepare_table(connection, table, changes); !prepared) return prepared;
    } else if (table.original && any_of_gotify) {
      return foreign("there is no table " + std::string(table.name) + " beside its others");
    } else {
      changes += create_table_sql(table, kPostgres) + ";\n";
    }
  }
  return run(connection, changes);
}

// As Gotify does at its start.
Result<void> fill_in(Connection& connection, core::WallTime now) {
  Script script;
  for (const std::string_view sql : {"UPDATE users SET created_at = $1 WHERE created_at IS NULL",
                                     "UPDATE applications SET created_at = $1 WHERE created_at IS NULL",
                                     "UPDATE clients SET created_at = $1 WHERE created_at IS NULL",
                                     "UPDATE plugin_confs SET created_at = $1 WHERE created_at IS NULL"}) {
    script.add(sql, now);
  }
  const auto unsorted = any(connection, kUnsorted);
  if (!unsorted) return unsorted.error();
  if (*unsorted) {
    const auto order = all(
        connection, [](const Row& row) { return std::pair(row.integer(0), row.integer(1)); }, kInOrder);
    if (!order) return order.error();
    script.add("UPDATE applications SET sort_key = NULL");
    std::int64_t owner = -1;
    std::string key;
    for (const auto& [id, user] : *order) {
      if (user != owner) key.clear();
      owner = user;
      auto next = next_sort_key(key);
      PUSH_CHECK(next);  // all of them are ours, and short
      key = *std::move(next);
      script.add("UPDATE applications SET sort_key = $2 WHERE id = $1", id, Blob{key});
    }
  }
  return run(connection, script.text());
}

// One that could not be finished is there, but nobody uses it.
Result<void> make_own_index(Connection& connection, const Index& index) {
  const auto valid = one(connection, read_integer<Row>, kIsValid, index.name);
  if (!valid) return valid.error();
  if (*valid && **valid != 0) return {};
  if (*valid) {
    if (auto dropped = run(connection, "DROP INDEX CONCURRENTLY " + std::string(index.name)); !dropped) return dropped;
  }
  spdlog::info("building index name={} table={}", index.name, index.table);
  return run(connection, create_index_sql(index, "CONCURRENTLY "));
}

Result<void> make_indexes(Connection& connection) {
  std::string changes;
  for (const Index& index : indexes()) changes += create_index_sql(index) + ";\n";
  if (auto made = run(connection, changes); !made) return made;
  for (const Index& index : own_indexes()) {
    if (auto made = make_own_index(connection, index); !made) return made;
  }
  return {};
}

Result<void> make_own_tables(Connection& connection) {
  if (auto made = run(connection, std::string(kOwnTables)); !made) return made;
  Script script;
  script.add(
      "INSERT INTO sharded_gotify_meta (key, value) VALUES ('schema', $1) ON CONFLICT (key) DO UPDATE SET"
      " value = excluded.value WHERE sharded_gotify_meta.value <> excluded.value",
      std::string_view(std::to_string(kSchema)));
  script.add("INSERT INTO sharded_gotify_meta (key, value) VALUES ('cluster', $1) ON CONFLICT DO NOTHING",
             std::string_view(core::random_letters(kIdLetters, 20)));
  // What Gotify has deleted meanwhile.
  script.add(
      "DELETE FROM sharded_gotify_retention AS r WHERE NOT EXISTS (SELECT 1 FROM applications WHERE id ="
      " r.application_id)");
  script.add("DELETE FROM sharded_gotify_read AS r WHERE NOT EXISTS (SELECT 1 FROM messages WHERE id = r.message_id)");
  script.add("DELETE FROM sharded_gotify_read_marks AS r WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = r.user_id)");
  // Uploads that were never finished.
  script.add(
      "DELETE FROM sharded_gotify_images AS i WHERE stored_at < now() - interval '1 day' AND NOT EXISTS (SELECT"
      " 1 FROM applications WHERE image = i.name)");
  return run(connection, script.text());
}

struct Sequence {
  std::string name;
  std::int64_t last = 0;
};

// Ids are given in the order of commits, each once.
Result<Sequence> check_sequence(Connection& connection, std::string_view table) {
  const auto rows = connection.query(kSequence, table);
  if (!rows) return rows.error();
  const std::string where = std::string(table) + ".id";
  if (rows->empty()) return unusable("no sequence belongs to " + where);
  const Row row = (*rows)[0];
  Sequence sequence{std::string(row.text(0)), row.integer(5)};
  if (row.integer(1) != 1 || row.integer(2) != 1 || row.boolean(3)) {
    return unusable("the sequence of " + where + " (" + sequence.name +
                    ") must have INCREMENT 1, CACHE 1 and NO CYCLE");
  }
  const std::int64_t most = row.integer(4);
  if (sequence.last > most / 10 * 9) {
    spdlog::warn(
        "ids run out sequence={} last={} greatest={} action=\"ALTER TABLE {} ALTER COLUMN id TYPE bigint;"
        " ALTER SEQUENCE {} AS bigint\"",
        sequence.name, sequence.last, most, table, sequence.name);
  }
  return sequence;
}

// An id that is there, perhaps from a copied table, is not given again.
Result<Sequence> raise_sequence(Connection& connection, std::string_view table) {
  auto sequence = check_sequence(connection, table);
  if (!sequence) return sequence;
  const std::string greatest = "SELECT coalesce(max(id), 0)::bigint FROM " + std::string(table);
  const auto raised =
      connection.run("SELECT pg_advisory_xact_lock(" PUSH_WRITE_LOCK "); SELECT setval('" + sequence->name + "', (" +
                     greatest + ")) WHERE (" + greatest + ") > " + std::to_string(sequence->last) + "; " + greatest);
  if (!raised) return raised.error();
  sequence->last = std::max(sequence->last, raised->back()[0].integer(0));
  return sequence;
}

// The row from which this node goes on.
Result<Database> begin_batches(Connection& connection, const Session& session, Database database) {
  const std::string& node = session.node();
  const auto newest =
      one(connection, read_integer<Row>, "SELECT coalesce(max(batch), 0) FROM sharded_gotify_batches WHERE node = $1",
          std::string_view(node));
  if (!newest) return newest.error();
  database.newest_batch = newest->value_or(0) + 1;
  Script script;
  script.add("SELECT pg_advisory_xact_lock(" PUSH_WRITE_LOCK ")");
  script.add(
      "INSERT INTO sharded_gotify_batches (node, batch, last, stored) VALUES ($1, $2,"
      " greatest($3, (SELECT max(last) FROM sharded_gotify_batches)), 0)",
      std::string_view(node), database.newest_batch, database.newest_message);
  script.add("DELETE FROM sharded_gotify_batches WHERE node = $1 AND batch < $2 AND NOT void", std::string_view(node),
             database.newest_batch);
  script.add(
      "INSERT INTO sharded_gotify_nodes (node, seen, detail) VALUES ($1, now(), jsonb_build_object('version', $2,"
      " 'started', now(), 'bus', $3)) ON CONFLICT (node) DO UPDATE SET seen = excluded.seen, detail = excluded.detail",
      std::string_view(node), std::string_view(PUSH_VERSION), name_of(session.bus()));
  if (auto begun = run(connection, script.text()); !begun) return begun.error();
  return database;
}

}  // namespace

Result<Database> prepare(Session& session, const ConnectionString& where, core::WallTime now) {
  auto connection = Connection::open(where, Connection::Use::patient);
  if (!connection) return connection.error();
  if (auto alone = wait_for_others(*connection); !alone) return alone.error();
  for (const auto step : {&check_server, &check_own_tables, &prepare_tables}) {
    if (auto done = step(*connection); !done) return done.error();
  }
  if (auto filled = fill_in(*connection, now); !filled) return filled.error();
  for (const auto step : {&make_indexes, &make_own_tables}) {
    if (auto done = step(*connection); !done) return done.error();
  }
  for (const Table& table : tables()) {
    if (table.name == "messages") continue;
    if (auto raised = raise_sequence(*connection, table.name); !raised) return raised.error();
  }
  const auto messages = raise_sequence(*connection, "messages");
  if (!messages) return messages.error();
  Database database;
  append_literal(database.sequence, std::string_view(messages->name));
  database.newest_message = messages->last;
  const auto cluster = one(*connection, read_text<Row>, kClusterId);
  if (!cluster) return cluster.error();
  database.cluster = cluster->value_or("");
  return begin_batches(*connection, session, std::move(database));
}

}  // namespace push::store::postgres
