// What is copied: Gotify's tables, and ours.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "store/tables.hpp"

namespace push::store::importing {

struct Table {
  std::string_view name;
  bool original = false;        // every Gotify has it
  bool sequence = false;        // its ids are given by a sequence
  std::vector<Column> columns;  // the first is the key, a number by which rows are read in ascending order
  std::string from;             // in the source, if it is more than the table
};

// As both databases want a name that may be a word of theirs.
inline std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

// `now`: nanoseconds since 1970, by which idempotency keys expire.
std::vector<Table> imported_tables(std::int64_t now);

}  // namespace push::store::importing
