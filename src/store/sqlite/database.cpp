#include "store/sqlite/database.hpp"

#include <sqlite3.h>

#include <chrono>
#include <string>
#include <utility>

#include "push/core/check.hpp"

namespace push::store::sqlite {
namespace {

core::ErrorCode meaning(int code) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return core::ErrorCode::conflict;  // with an index that the rules do not know
    case SQLITE_MISMATCH:
      return core::ErrorCode::invalid;
    case SQLITE_TOOBIG:
      return core::ErrorCode::too_large;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_CORRUPT:  // a page that cannot be read, too: it may be readable again
    case SQLITE_NOTADB:
      return core::ErrorCode::unavailable;
    default:
      return core::ErrorCode::internal;
  }
}

// An integer in a time column is Unix time, in seconds or, past the year 33658, milliseconds.
core::WallTime unix_time(std::int64_t value) {
  constexpr std::int64_t kLargestSeconds = 1'000'000'000'000;
  if (value > kLargestSeconds) return core::WallTime(std::chrono::milliseconds(value));
  constexpr std::int64_t kLargestWallTime = 9'223'372'036;
  return core::WallTime(std::chrono::seconds(std::min(std::max(value, std::int64_t{0}), kLargestWallTime)));
}

}  // namespace

core::Error failure_of(sqlite3* database, int code, std::string_view what) {
  std::string text = "database: ";
  text += what;
  text += ": ";
  text += database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  const int extended = database == nullptr ? code : sqlite3_extended_errcode(database);
  // No errno here: SQLite retries read-only, so errno would be about the retry.
  if (const int kind = code & 0xFF; kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN)
    text += ": check that this user may write to the file and its folder";
  text += " (SQLite code " + std::to_string(extended) + ")";
  return core::failure(meaning(code), std::move(text));
}

Query::Query(Query&& other) noexcept
    : database_(other.database_),
      statement_(std::exchange(other.statement_, nullptr)),
      failure_(other.failure_),
      bound_(other.bound_) {}

Query::~Query() {
  if (statement_ != nullptr) sqlite3_reset(statement_);
}

void Query::note(int code) {
  if (bound_ == SQLITE_OK) bound_ = code;
}

core::Result<bool> Query::step() {
  if (bound_ != SQLITE_OK) return failure_of(nullptr, bound_, "bind");
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  *failure_ = code;
  const std::string_view sql = sqlite3_sql(statement_);
  return failure_of(database_, code, sql.substr(0, sql.find(' ')));
}

bool Query::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

bool Query::is_integer(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string_view Query::text(int column) const {
  // Read as a blob: the same bytes for TEXT and BLOB, in the order of calls that SQLite asks for (value, then length).
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes == nullptr ? std::string_view()
                          : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

std::optional<core::WallTime> Query::time(int column) const {
  if (null(column)) return std::nullopt;
  if (sqlite3_column_type(statement_, column) == SQLITE_INTEGER) return unix_time(integer(column));
  return core::parse_time(text(column));
}

void Query::bind(int index, std::int64_t value) {
  note(sqlite3_bind_int64(statement_, index, value));
}

void Query::bind(int index, std::string_view text) {
  const char* bytes = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Query::bind(int index, Blob blob) {
  const char* bytes = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  note(sqlite3_bind_blob64(statement_, index, bytes, blob.bytes.size(), SQLITE_STATIC));
}

void Query::bind(int index, std::nullptr_t) {
  note(sqlite3_bind_null(statement_, index));
}

void Query::bind(int index, core::WallTime time) {
  const std::string text = core::database_time(time);
  note(sqlite3_bind_text64(statement_, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Query::bind(int index, const std::optional<core::WallTime>& time) {
  if (time) {
    bind(index, *time);
  } else {
    bind(index, nullptr);
  }
}

void Database::Close::operator()(sqlite3* database) const {
  PUSH_CHECK(sqlite3_close(database) == SQLITE_OK);
}

void Database::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

core::Result<Database> Database::open(const std::string& path, Mode mode, unsigned busy_timeout_milliseconds) {
  sqlite3* handle = nullptr;
  const int access = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(
      path.c_str(), &handle, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(handle);
  if (code != SQLITE_OK) return failure_of(handle, code, "open " + path);
  sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout_milliseconds));
  return database;
}

core::Result<sqlite3_stmt*> Database::prepared(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) {
    PUSH_CHECK(sqlite3_stmt_busy(found->second.get()) == 0);
    return found->second.get();
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &statement, nullptr);
  if (code != SQLITE_OK) {
    failure_ = code;
    return failure_of(handle(), code, "prepare");
  }
  statements_.emplace(sql, statement);
  return statement;
}

core::Result<std::int64_t> Database::finish(Query& query) {
  while (true) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return sqlite3_changes64(handle());
  }
}

core::Result<void> Database::run(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure_of(handle(), code, sql.substr(0, sql.find_first_of("(;=")));
  return {};
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(handle());
}

bool Database::in_transaction() const {
  return sqlite3_get_autocommit(handle()) == 0;
}

}  // namespace push::store::sqlite
