// What is copied: Gotify's tables, and ours.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace push::store::importing {

enum class Kind {
  integer,
  boolean,
  text,
  name,  // a text of at most kNameLength characters
  bytes,
  order,  // bytes, of which none means NULL: a sort key that the next start fills in
  time,
};
inline constexpr std::size_t kNameLength = 180;

struct Column {
  std::string_view name;
  Kind kind = Kind::integer;
  bool required = false;  // 0 takes the place of NULL
};

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
