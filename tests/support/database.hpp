// The database as another program sees it: an SQLite file, or one of PostgreSQL. One thread at a time; every failure
// throws.
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct pg_conn;
struct sqlite3;

namespace push::support {

class Database {
 public:
  // The path of a file, which is created if it is missing, or a connection string of PostgreSQL: host=...
  explicit Database(const std::string& where);

  void run(const std::string& sql);  // one or several statements without rows
  using Row = std::vector<std::string>;
  std::vector<Row> rows(const std::string& sql);  // values as text, "" for NULL
  std::string value(const std::string& sql);      // first column of the first row, "" without rows
  std::string bytes(const std::string& text);     // the SQL of a blob
  std::vector<std::string> tables();              // these two of SQLite only
  std::vector<std::string> columns(const std::string& table);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<sqlite3, Close> database_;  // one of them
  std::unique_ptr<pg_conn, Finish> postgres_;
};

// So many seconds from now, as the SQL of a time.
std::string moment(std::chrono::seconds from_now);

}  // namespace push::support
