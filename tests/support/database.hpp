// The database file as another program sees it. One thread at a time; every failure throws.
#pragma once
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace push::support {

class Database {
 public:
  explicit Database(const std::string& path);  // created if missing

  void run(const std::string& sql);  // one or several statements without rows
  using Row = std::vector<std::string>;
  std::vector<Row> rows(const std::string& sql);  // values as text, "" for NULL
  std::string value(const std::string& sql);      // first column of the first row, "" without rows
  std::vector<std::string> tables();
  std::vector<std::string> columns(const std::string& table);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace push::support
