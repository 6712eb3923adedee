// Rows to entities: the columns, their order, and helpers that read the rows of a query.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "push/model/entities.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

inline constexpr std::string_view kSelectUsers = "SELECT id, name, pass, admin, created_at FROM users";
inline constexpr std::string_view kSelectApplications =
    "SELECT id, user_id, token, name, description, internal, image, default_priority, created_at, last_used, sort_key"
    " FROM applications";
inline constexpr std::string_view kSelectClients =
    "SELECT id, user_id, token, name, created_at, last_used, elevated_until, expires_after_inactivity_seconds, "
    "expires_at"
    " FROM clients";
inline constexpr std::string_view kSelectMessages =
    "SELECT id, application_id, message, title, priority, extras, date FROM messages";
inline constexpr std::string_view kById = " WHERE id = $1";
inline constexpr std::string_view kByToken = " WHERE token = $1";

model::User read_user(const Row& row);
model::Application read_application(const Row& row);
model::Client read_client(const Row& row);
model::Message read_message(const Row& row);
inline std::int64_t read_integer(const Row& row) {
  return row.integer(0);
}
inline std::string read_string(const Row& row) {
  return std::string(row.text(0));
}

// As a column can hold it.
inline std::int64_t clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(
      std::min(value, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

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
