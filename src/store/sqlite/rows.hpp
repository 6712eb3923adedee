// Helpers that read the rows of a query.
#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/rows.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

inline constexpr std::string_view kById = " WHERE id = ?1";
inline constexpr std::string_view kByToken = " WHERE token = ?1";
inline constexpr std::string_view kApplicationsOfUser = "SELECT id FROM applications WHERE user_id = ?1";

// Calls `take` for every remaining row.
template <class Take>
core::Result<void> each(Query& query, Take take) {
  while (true) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return {};
    take(query);
  }
}

// Every row, converted by `read`.
template <class Read, class... Args>
core::Result<std::vector<std::invoke_result_t<Read, const Query&>>> all(Database& database, Read read,
                                                                        std::string_view sql, const Args&... args) {
  auto query = database.query(sql, args...);
  if (!query) return query.error();
  std::vector<std::invoke_result_t<Read, const Query&>> rows;
  if (auto done = each(*query, [&](const Query& row) { rows.push_back(read(row)); }); !done) return done.error();
  return rows;
}

// The first row if there is one, converted by `read`.
template <class Read, class... Args>
core::Result<std::optional<std::invoke_result_t<Read, const Query&>>> one(Database& database, Read read,
                                                                          std::string_view sql, const Args&... args) {
  auto query = database.query(sql, args...);
  if (!query) return query.error();
  const auto row = query->step();
  if (!row) return row.error();
  std::optional<std::invoke_result_t<Read, const Query&>> first;
  if (*row) first = read(*query);
  return first;
}

// Whether there is any row.
template <class... Args>
core::Result<bool> any(Database& database, std::string_view sql, const Args&... args) {
  auto query = database.query(sql, args...);
  if (!query) return query.error();
  return query->step();
}

}  // namespace push::store::sqlite
