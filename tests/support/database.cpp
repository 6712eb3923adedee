#include "support/database.hpp"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <array>
#include <ctime>

#include "support/socket.hpp"

namespace push::support {
namespace {

constexpr int kBusyMilliseconds = 30'000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

[[noreturn]] void fail(sqlite3* database, const std::string& sql) {
  throw Failure("SQLite: " + std::string(sqlite3_errmsg(database)) + " in: " + sql);
}

struct Clear {
  void operator()(PGresult* result) const { PQclear(result); }
};

std::unique_ptr<PGresult, Clear> execute(PGconn* connection, const std::string& sql) {
  std::unique_ptr<PGresult, Clear> result(PQexec(connection, sql.c_str()));
  const auto status = PQresultStatus(result.get());
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) return result;
  throw Failure("PostgreSQL: " + std::string(PQerrorMessage(connection)) + " in: " + sql);
}

}  // namespace

void Database::Finish::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Database::Database(const std::string& where) {
  if (where.starts_with("host=")) {
    postgres_.reset(PQconnectdb(where.c_str()));
    if (PQstatus(postgres_.get()) != CONNECTION_OK) throw Failure(PQerrorMessage(postgres_.get()));
    run("SET timezone = 'UTC'");
    return;
  }
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(where.c_str(), &opened);
  database_.reset(opened);
  if (code != SQLITE_OK) fail(opened, "open " + where);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
}

void Database::run(const std::string& sql) {
  if (postgres_) {
    execute(postgres_.get(), sql);
    return;
  }
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_.get(), sql);
}

std::vector<Database::Row> Database::rows(const std::string& sql) {
  std::vector<Row> all;
  if (postgres_) {
    const auto result = execute(postgres_.get(), sql);
    for (int row = 0; row < PQntuples(result.get()); ++row) {
      all.emplace_back();
      for (int i = 0; i < PQnfields(result.get()); ++i) all.back().emplace_back(PQgetvalue(result.get(), row, i));
    }
    return all;
  }
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail(database_.get(), sql);
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(prepared);
  int code = sqlite3_step(prepared);
  for (; code == SQLITE_ROW; code = sqlite3_step(prepared)) {
    Row& row = all.emplace_back();
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(prepared, i));
      row.emplace_back(text == nullptr ? "" : text);
    }
  }
  if (code != SQLITE_DONE) fail(database_.get(), sql);
  return all;
}

std::string Database::value(const std::string& sql) {
  const auto all = rows(sql);
  return all.empty() ? std::string() : all.front().front();
}

std::string Database::bytes(const std::string& text) {
  return "CAST('" + text + (postgres_ ? "' AS bytea)" : "' AS BLOB)");
}

std::vector<std::string> Database::tables() {
  std::vector<std::string> names;
  for (const Row& row : rows("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")) {
    names.push_back(row[0]);
  }
  return names;
}

std::vector<std::string> Database::columns(const std::string& table) {
  std::vector<std::string> names;
  for (const Row& row : rows("SELECT name FROM pragma_table_info('" + table + "') ORDER BY cid")) {
    names.push_back(row[0]);
  }
  return names;
}

std::string moment(std::chrono::seconds from_now) {
  const std::time_t time = std::time(nullptr) + from_now.count();
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "'%Y-%m-%d %H:%M:%S+00:00'", &parts)};
}

}  // namespace push::support
