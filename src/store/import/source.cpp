#include "store/import/source.hpp"

#include <algorithm>
#include <utility>

#include "store/sqlite/path.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::importing {
namespace {

using core::Result;

constexpr std::string_view kTableNames = "SELECT name FROM sqlite_master WHERE type = 'table'";
constexpr std::string_view kColumnNames = "SELECT name FROM pragma_table_info(?1)";
constexpr std::string_view kGiven = "SELECT seq FROM sqlite_sequence WHERE name = ?1";
constexpr std::string_view kPictures = "SELECT DISTINCT image FROM applications WHERE image <> '' ORDER BY image";

core::Error no_database(const std::string& path, const std::string& why) {
  return core::failure(core::ErrorCode::invalid, path + ": not a Gotify database: " + why);
}

core::Error at(const std::string& path, core::Error error) {
  error.text = path + ": " + error.text;
  return error;
}

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Result<Source> Source::open(const std::string& from, unsigned busy_timeout_milliseconds) {
  const auto path = sqlite::database_path(from);
  if (!path) return path.error();
  const auto there = sqlite::is_there(*path);
  if (!there) return there.error();
  if (!*there) return core::failure(core::ErrorCode::not_found, *path + ": no such file");
  auto lock = sqlite::FolderLock::take(*path);
  if (!lock) return at(*path, lock.error());
  auto database = sqlite::Database::open(*path, sqlite::Database::Mode::read_only, busy_timeout_milliseconds);
  if (!database) return at(*path, database.error());
  Source source(*path, *std::move(lock), *std::move(database));
  if (auto looked = source.look(); !looked) return looked.error();
  return source;
}

// The first read fixes the moment.
Result<void> Source::look() {
  if (auto begun = database_.run("BEGIN"); !begun) return at(path_, begun.error());
  const auto names = sqlite::all(database_, read_text<sqlite::Query>, kTableNames);
  if (!names) return at(path_, names.error());
  for (const std::string& name : *names) {
    const auto columns = sqlite::all(database_, read_text<sqlite::Query>, kColumnNames, std::string_view(name));
    if (!columns) return at(path_, columns.error());
    columns_.emplace(name, *columns);
  }
  for (const Table& table : imported_tables(0)) {
    if (table.original && !has(table)) return no_database(path_, "it has no table " + std::string(table.name));
    if (table.original && !contains(columns_.find(table.name)->second, "id")) {
      return no_database(path_, "table " + std::string(table.name) + " has no column id");
    }
  }
  return {};
}

Result<sqlite::Query> Source::rows(const Table& table) {
  std::string list;
  const auto present = columns_.find(table.name);
  for (const Column& column : table.columns) {
    const bool given = present != columns_.end() && (!table.from.empty() || contains(present->second, column.name));
    list += (list.empty() ? "" : ", ") + (given ? quoted(column.name) : std::string("NULL"));
  }
  std::string sql = "SELECT " + list;
  if (present == columns_.end()) {
    sql += " LIMIT 0";
  } else {
    sql += " FROM " + (table.from.empty() ? quoted(table.name) : table.from) + " ORDER BY " +
           quoted(table.columns.front().name);
  }
  return database_.query(keep(std::move(sql)));
}

Result<std::uint64_t> Source::count(const Table& table) {
  if (!has(table)) return std::uint64_t{0};
  const std::string& sql = keep("SELECT count(*) FROM " + (table.from.empty() ? quoted(table.name) : table.from));
  const auto rows = sqlite::one(database_, read_integer<sqlite::Query>, sql);
  if (!rows) return at(path_, rows.error());
  return static_cast<std::uint64_t>(rows->value_or(0));
}

Result<std::int64_t> Source::last_id(const Table& table) {
  if (!has(table)) return std::int64_t{0};
  std::int64_t given = 0;
  if (columns_.contains("sqlite_sequence")) {
    const auto noted = sqlite::one(database_, read_integer<sqlite::Query>, kGiven, table.name);
    if (!noted) return at(path_, noted.error());
    given = noted->value_or(0);
  }
  const auto greatest =
      sqlite::one(database_, read_integer<sqlite::Query>, keep("SELECT max(id) FROM " + quoted(table.name)));
  if (!greatest) return at(path_, greatest.error());
  return std::max(given, greatest->value_or(0));
}

Result<std::vector<std::string>> Source::pictures() {
  if (!contains(columns_.find("applications")->second, "image")) return std::vector<std::string>();
  return sqlite::all(database_, read_text<sqlite::Query>, kPictures);
}

}  // namespace push::store::importing
