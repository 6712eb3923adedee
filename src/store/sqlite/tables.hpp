// Gotify's tables as data (protocol 7.1).
#pragma once
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace push::store::sqlite {

struct Column {
  std::string_view name;
  std::string_view type;
  bool original = true;  // false: added by a later version, so an old database may not have it
};

struct Table {
  std::string_view name;
  bool original = true;
  std::vector<Column> columns;  // after `id integer PRIMARY KEY AUTOINCREMENT`
};

struct Index {
  std::string_view name;
  std::string_view table;
  std::string_view columns;
  bool unique = false;
};

const std::vector<Table>& tables();
const std::vector<Index>& indexes();

std::string create_table_sql(const Table& table);
std::string create_index_sql(const Index& index);

}  // namespace push::store::sqlite
