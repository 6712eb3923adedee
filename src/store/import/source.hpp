// The SQLite database that is copied: read only, as it is at one moment, and locked against a server of ours.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"
#include "store/import/tables.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/folder_lock.hpp"

namespace push::store::importing {

class Source {
 public:
  // not_found, invalid (no Gotify database), unavailable (a server is using it, or it cannot be read).
  static core::Result<Source> open(const std::string& from, unsigned busy_timeout_milliseconds);

  // The rows of a table by its key; columns that it does not have are NULL. One Query at a time per table.
  core::Result<sqlite::Query> rows(const Table& table);
  core::Result<std::uint64_t> count(const Table& table);
  // The greatest id that was ever given.
  core::Result<std::int64_t> last_id(const Table& table);
  // The names of pictures, once each.
  core::Result<std::vector<std::string>> pictures();

  const std::string& path() const { return path_; }

 private:
  Source(std::string path, sqlite::FolderLock lock, sqlite::Database database)
      : path_(std::move(path)), lock_(std::move(lock)), database_(std::move(database)) {}
  core::Result<void> look();
  bool has(const Table& table) const { return columns_.contains(table.name); }
  const std::string& keep(std::string sql) { return texts_.emplace_back(std::move(sql)); }

  std::string path_;
  sqlite::FolderLock lock_;
  std::deque<std::string> texts_;  // of statements that the database keeps
  sqlite::Database database_;
  std::map<std::string, std::vector<std::string>, std::less<>> columns_;  // by table
};

}  // namespace push::store::importing
