// Rows of SQLite as lines of COPY, and a checksum of what PostgreSQL must have afterwards.
#pragma once
#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/store/import.hpp"
#include "store/import/tables.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::importing {

// What had to be changed, by column.
class Changes {
 public:
  void add(std::string_view table, std::string_view column, std::string_view what, std::int64_t id);
  std::vector<ImportChange> list() const;

 private:
  std::map<std::pair<std::string, std::string>, ImportChange, std::less<>> found_;
};

// A number of rows, the sum of their hashes, and the key of the last one.
struct Extract {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;
  std::int64_t last = 0;
};

class Encoder {
 public:
  Encoder(const Table& table, Changes& changes);

  // Appends the row, whose columns are those of the table, to lines().
  void add(const sqlite::Query& row);
  std::string& lines() { return lines_; }
  // Of the rows since the last call.
  Extract take_extract() { return std::exchange(extract_, {}); }

  // The rows and the sum over the rows of a table, as PostgreSQL has them. What follows FROM and the name is to be
  // added.
  static std::string extract_sql(const Table& table);

 private:
  struct Release {
    void operator()(EVP_MD* hash) const;
  };
  void add_value(const Column& column, const sqlite::Query& row, int index);
  void add_null();
  void add_integer(std::int64_t value);
  void add_text(std::string_view text);
  void add_bytes(std::string_view bytes);
  void add_time(const Column& column, const sqlite::Query& row, int index);
  void note(const Column& column, std::string_view what) {
    changes_.add(table_.name, column.name, what, extract_.last);
  }

  const Table& table_;
  Changes& changes_;
  std::unique_ptr<EVP_MD, Release> hash_;
  std::string lines_;
  std::string plain_;  // of one row, which is hashed
  Extract extract_;
};

}  // namespace push::store::importing
