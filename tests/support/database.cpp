#include "support/database.hpp"

#include <sqlite3.h>

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

}  // namespace

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Database::Database(const std::string& path) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open(path.c_str(), &opened);
  database_.reset(opened);
  if (code != SQLITE_OK) fail(opened, "open " + path);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
}

void Database::run(const std::string& sql) {
  if (sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(database_.get(), sql);
}

std::vector<Database::Row> Database::rows(const std::string& sql) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(database_.get(), sql.c_str(), -1, &prepared, nullptr) != SQLITE_OK) fail(database_.get(), sql);
  const std::unique_ptr<sqlite3_stmt, Finalize> statement(prepared);
  std::vector<Row> all;
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

}  // namespace push::support
