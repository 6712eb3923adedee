// Gotify's tables as data, with the types that Gotify 3 gives them, and ours.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace push::store::postgres {

struct Column {
  std::string_view name;
  std::string_view type;
  bool original = true;  // false: added by a later version, so an old database may not have it
};

struct Table {
  std::string_view name;
  bool original = true;
  std::vector<Column> columns;  // after `id bigserial PRIMARY KEY`
};

struct Index {
  std::string_view name;
  std::string_view table;
  std::string_view columns;
  bool unique = false;
};

const std::vector<Table>& tables();
const std::vector<Index>& indexes();
// Ours on Gotify's tables: made while others use them.
const std::vector<Index>& own_indexes();
// Ours: one text that may run any number of times.
std::string_view own_tables();

std::string create_table_sql(const Table& table);

}  // namespace push::store::postgres
