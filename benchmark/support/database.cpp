#include "benchmark/support/database.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <memory>

#include "benchmark/support/check.hpp"
#include "benchmark/support/names.hpp"

namespace push::bench {
namespace {

using Handle = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;
using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

constexpr const char* kNow = "strftime('%Y-%m-%d %H:%M:%S+00:00','now')";

Handle open(const std::string& path) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Handle handle(raw, sqlite3_close);
  if (code != SQLITE_OK) fail(path + ": " + sqlite3_errmsg(raw));
  return handle;
}

void execute(const Handle& database, const std::string& sql) {
  if (sqlite3_exec(database.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    fail("seed: " + std::string(sqlite3_errmsg(database.get())) + " in " + sql);
  }
}

Statement prepare(const Handle& database, const std::string& sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(database.get(), sql.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    fail(std::string(sqlite3_errmsg(database.get())) + " in " + sql);
  }
  return {raw, sqlite3_finalize};
}

void insert(const Handle& database, const Statement& statement, const std::string& text, sqlite3_int64 user) {
  sqlite3_reset(statement.get());
  sqlite3_bind_text(statement.get(), 1, text.data(), static_cast<int>(text.size()), nullptr);
  if (user > 0) sqlite3_bind_int64(statement.get(), 2, user);
  if (sqlite3_step(statement.get()) != SQLITE_DONE) fail(std::string("seed: ") + sqlite3_errmsg(database.get()));
}

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

void seed(const std::string& path, unsigned users) {
  const Handle database = open(path);
  execute(database, "BEGIN IMMEDIATE");
  {
    const std::string now = kNow;
    const Statement user =
        prepare(database, "INSERT INTO users(name, pass, admin, created_at) VALUES(?1, NULL, 0, " + now + ")");
    const Statement client = prepare(database,
                                     "INSERT INTO clients(token, user_id, name, created_at, last_used, "
                                     "expires_after_inactivity_seconds) VALUES(?1, ?2, 'bench', " +
                                         now + ", " + now + ", 0)");
    const Statement application = prepare(database,
                                          "INSERT INTO applications(token, user_id, name, description, internal, "
                                          "image, default_priority, created_at, last_used, sort_key) "
                                          "VALUES(?1, ?2, 'bench', '', 0, '', 0, " +
                                              now + ", " + now + ", 'a0')");
    for (unsigned number = 0; number < users; ++number) {
      insert(database, user, numbered("bench", number), 0);
      const sqlite3_int64 id = sqlite3_last_insert_rowid(database.get());
      insert(database, client, client_token(number), id);
      insert(database, application, application_token(number), id);
    }
  }
  execute(database, "COMMIT");
}

void run_offline(const std::string& path, const std::string& sql) {
  const Handle database = open(path);
  execute(database, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000");
  execute(database, "BEGIN;" + sql + ";COMMIT");
}

std::int64_t look_up(const std::string& path, const std::string& sql) {
  const Handle database = open(path);
  const Statement statement = prepare(database, sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW) fail(sql + ": " + sqlite3_errmsg(database.get()));
  return sqlite3_column_int64(statement.get(), 0);
}

std::map<std::uint64_t, std::string> stored_messages(const std::string& path) {
  const Handle database = open(path);
  const Statement statement = prepare(database, "SELECT id, message FROM messages");
  std::map<std::uint64_t, std::string> found;
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 1));
    found[static_cast<std::uint64_t>(sqlite3_column_int64(statement.get(), 0))] = text != nullptr ? text : "";
  }
  if (code != SQLITE_DONE) fail(path + ": " + sqlite3_errmsg(database.get()));
  return found;
}

}  // namespace push::bench
