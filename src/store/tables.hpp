// Gotify's tables as data (protocol 7.1): the same in both databases, but for the names of types.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace push::store {

inline constexpr std::size_t kNameLength = 180;  // characters

enum class Kind {
  integer,
  boolean,
  text,
  name,  // a text of at most kNameLength
  bytes,
  order,  // bytes, of which none means NULL: a sort key that the next start fills in
  time,
};
inline constexpr std::size_t kKinds = 7;

struct Column {
  std::string_view name;
  Kind kind = Kind::integer;
  bool original = true;   // false: added by a later version, so an old database may not have it
  bool required = false;  // 0 takes the place of NULL
};

struct Table {
  std::string_view name;
  bool original = true;
  std::vector<Column> columns;  // after `id`
};

struct Index {
  std::string_view name;
  std::string_view table;
  std::string_view columns;
  bool unique = false;
};

const std::vector<Table>& tables();
const std::vector<Index>& indexes();
// Ours on Gotify's tables.
const std::vector<Index>& own_indexes();

struct Dialect {
  std::string_view id;                         // what `id` is
  std::array<std::string_view, kKinds> types;  // by Kind
  std::string_view type(Kind kind) const { return types.at(static_cast<std::size_t>(kind)); }
};

// Its name and type, as CREATE TABLE and ADD COLUMN want it.
std::string column_sql(const Column& column, const Dialect& dialect);
std::string create_table_sql(const Table& table, const Dialect& dialect);
// `how`: words after INDEX.
std::string create_index_sql(const Index& index, std::string_view how = {});

}  // namespace push::store
