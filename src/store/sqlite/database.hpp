// SQLite as values with owners: a Database (one handle on the file), its prepared statements, and a Query, a statement
// in use. One thread at a time per Database. Every failure is a core::Error; nothing throws.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"
#include "push/core/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace push::store::sqlite {

struct Blob {
  std::string_view bytes;
};

// A prepared statement between binding and reset. Strings and blobs are bound without a copy: the arguments of
// Database::query() must outlive the Query.
class Query {
 public:
  // `failure` receives SQLite's code of a step that fails.
  Query(sqlite3* database, sqlite3_stmt* statement, int& failure)
      : database_(database), statement_(statement), failure_(&failure) {}
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();  // resets

  // True: there is a row to read. False: done.
  core::Result<bool> step();

  // Of the current row; columns count from 0. NULL reads as 0, "" or nullopt.
  bool null(int column) const;
  bool is_integer(int column) const;  // as it is stored; before any other call for this column
  std::int64_t integer(int column) const;
  std::uint64_t natural(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  bool boolean(int column) const { return integer(column) != 0; }
  std::string_view text(int column) const;  // until the next step
  std::optional<core::WallTime> time(int column) const;

  // Parameters count from 1.
  void bind(int index, std::int64_t value);
  void bind(int index, bool value) { bind(index, std::int64_t{value}); }
  void bind(int index, std::string_view text);
  void bind(int index, Blob blob);
  void bind(int index, std::nullptr_t);
  void bind(int index, core::WallTime time);
  void bind(int index, const std::optional<core::WallTime>& time);
  void bind(int index, core::UserId id) { bind(index, static_cast<std::int64_t>(id)); }
  void bind(int index, core::ApplicationId id) { bind(index, static_cast<std::int64_t>(id)); }
  void bind(int index, core::ClientId id) { bind(index, static_cast<std::int64_t>(id)); }
  void bind(int index, core::MessageId id) { bind(index, static_cast<std::int64_t>(id)); }
  void bind(int index, core::EventId id) { bind(index, static_cast<std::int64_t>(id)); }

 private:
  void note(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  int* failure_;
  int bound_ = 0;  // the first failed binding (a string over SQLite's limit), which step() reports
};

class Database {
 public:
  enum class Mode { read_only, read_write };  // read_write creates a missing file

  Database(Database&&) = default;
  Database& operator=(Database&&) = delete;

  static core::Result<Database> open(const std::string& path, Mode mode, unsigned busy_timeout_milliseconds);

  // Prepares `sql` the first time and keeps the statement; `sql` must be a literal. One Query per literal at a time.
  template <class... Args>
  core::Result<Query> query(std::string_view sql, const Args&... args) {
    auto statement = prepared(sql);
    if (!statement) return statement.error();
    Query query(handle(), *statement, failure_);
    int index = 0;
    (query.bind(++index, args), ...);
    return query;
  }

  // Runs a statement to completion; returns the number of rows it changed (INSERT, UPDATE, DELETE).
  template <class... Args>
  core::Result<std::int64_t> change(std::string_view sql, const Args&... args) {
    auto query = this->query(sql, args...);
    if (!query) return query.error();
    return finish(*query);
  }

  // Statements that are not kept: schema, pragmas. `sql` may hold several.
  core::Result<void> run(const std::string& sql);

  std::int64_t last_id() const;
  bool in_transaction() const;
  // SQLite's extended code of the last query that failed since the last call; 0 = none.
  int take_failure() { return std::exchange(failure_, 0); }
  sqlite3* handle() const { return handle_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Database(sqlite3* handle) : handle_(handle) {}
  core::Result<sqlite3_stmt*> prepared(std::string_view sql);
  core::Result<std::int64_t> finish(Query& query);

  int failure_ = 0;
  std::unique_ptr<sqlite3, Close> handle_;
  std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

// SQLite's result code as an error for callers: `what` failed, and why.
core::Error failure_of(sqlite3* database, int code, std::string_view what);

}  // namespace push::store::sqlite
