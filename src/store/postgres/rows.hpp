// Helpers that read the rows of a query.
#pragma once
#include <optional>
#include <string_view>
#include <type_traits>
#include <vector>

#include "store/postgres/connection.hpp"
#include "store/rows.hpp"

namespace push::store::postgres {

// How far the messages have come: the newest id that was committed, even if the message is deleted. Never the sequence,
// which knows ids that are not committed yet.
#define PUSH_HEAD "coalesce((SELECT max(last) FROM sharded_gotify_batches), 0)"

inline constexpr std::string_view kById = " WHERE id = $1";
inline constexpr std::string_view kByToken = " WHERE token = $1";

// Every row, converted by `read`.
template <class Read, class... Args>
core::Result<std::vector<std::invoke_result_t<Read, const Row&>>> all(Connection& connection, Read read,
                                                                      std::string_view sql, const Args&... args) {
  const auto rows = connection.query(sql, args...);
  if (!rows) return rows.error();
  std::vector<std::invoke_result_t<Read, const Row&>> converted;
  converted.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) converted.push_back(read((*rows)[i]));
  return converted;
}

// The first row if there is one, converted by `read`.
template <class Read, class... Args>
core::Result<std::optional<std::invoke_result_t<Read, const Row&>>> one(Connection& connection, Read read,
                                                                        std::string_view sql, const Args&... args) {
  const auto rows = connection.query(sql, args...);
  if (!rows) return rows.error();
  std::optional<std::invoke_result_t<Read, const Row&>> first;
  if (!rows->empty()) first = read((*rows)[0]);
  return first;
}

// Whether there is any row.
template <class... Args>
core::Result<bool> any(Connection& connection, std::string_view sql, const Args&... args) {
  const auto rows = connection.query(sql, args...);
  if (!rows) return rows.error();
  return !rows->empty();
}

}  // namespace push::store::postgres
