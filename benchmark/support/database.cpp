#include "benchmark/support/database.hpp"

#include <array>
#include <cstdio>

#include "benchmark/support/names.hpp"
#include "support/database.hpp"
#include "support/postgres_server.hpp"

namespace push::bench {
namespace {

using support::Database;

constexpr const char* kNow = "strftime('%Y-%m-%d %H:%M:%S+00:00','now')";

std::string numbered(const char* prefix, unsigned number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%s%014u", prefix, number);
  return text.data();
}

}  // namespace

std::string client_token(unsigned user) {
  return numbered("C", user);
}
std::string application_token(unsigned user) {
  return numbered("A", user);
}

// User number n is the n-th added user, in the order of ids.
void seed(const std::string& path, unsigned users) {
  if (users == 0) return;
  const std::string now = kNow;
  const std::string number = "printf('%014d', users.id - first.id)";
  const std::string from =
      " FROM users, (SELECT min(id) AS id FROM users WHERE name LIKE 'bench%') AS first "
      "WHERE users.name LIKE 'bench%' ORDER BY users.id;";
  Database(path).run(
      "BEGIN IMMEDIATE;"
      "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " +
      std::to_string(users - 1) +
      ") "
      "INSERT INTO users(name, pass, admin, created_at) SELECT printf('bench%014d', i), NULL, 0, " +
      now +
      " FROM n;"
      "INSERT INTO clients(token, user_id, name, created_at, last_used, expires_after_inactivity_seconds) "
      "SELECT 'C' || " +
      number + ", users.id, 'bench', " + now + ", " + now + ", 0" + from +
      "INSERT INTO applications(token, user_id, name, description, internal, image, default_priority, created_at, "
      "last_used, sort_key) SELECT 'A' || " +
      number + ", users.id, 'bench', '', 0, '', 0, " + now + ", " + now + ", 'a0'" + from + "COMMIT");
}

void seed_postgres(const std::string& connection, unsigned users) {
  const std::string last = std::to_string(users - 1);
  test::psql(connection,
             "WITH u AS (INSERT INTO users (name, admin, created_at) SELECT 'bench' || lpad(i::text, 14, '0'),"
             " false, now() FROM generate_series(0, " +
                 last +
                 ") AS i ORDER BY i RETURNING id, name),"
                 " c AS (INSERT INTO clients (token, user_id, name, created_at, last_used,"
                 " expires_after_inactivity_seconds) SELECT 'C' || right(name, 14), id, 'bench', now(), now(), 0"
                 " FROM u)"
                 " INSERT INTO applications (token, user_id, name, description, internal, image,"
                 " default_priority, created_at, last_used, sort_key) SELECT 'A' || right(name, 14), id, 'bench',"
                 " '', false, '', 0, now(), now(), 'a0' FROM u");
}

void run_offline(const std::string& path, const std::string& sql) {
  Database database(path);
  database.run("PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000");
  database.run("BEGIN;" + sql + ";COMMIT");
}

std::int64_t look_up(const std::string& path, const std::string& sql) {
  return std::stoll(Database(path).value(sql));
}

std::map<std::uint64_t, std::string> stored_messages(const std::string& path) {
  std::map<std::uint64_t, std::string> found;
  for (const Database::Row& row : Database(path).rows("SELECT id, message FROM messages"))
    found[std::stoull(row[0])] = row[1];
  return found;
}

}  // namespace push::bench
