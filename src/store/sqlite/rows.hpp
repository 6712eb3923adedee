// Rows to entities: the columns, their order, and helpers that read the rows of a query.
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "push/model/entities.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

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
inline constexpr std::string_view kById = " WHERE id = ?1";
inline constexpr std::string_view kByToken = " WHERE token = ?1";
inline constexpr std::string_view kApplicationsOfUser = "SELECT id FROM applications WHERE user_id = ?1";

model::User read_user(const Query& row);
model::Application read_application(const Query& row);
model::Client read_client(const Query& row);
model::Message read_message(const Query& row);
inline std::int64_t read_integer(const Query& row) {
  return row.integer(0);
}
template <class Id>
Id read_id(const Query& row) {
  return Id{row.natural(0)};
}
inline std::string read_text(const Query& row) {
  return std::string(row.text(0));
}

// As a column can hold it.
inline std::int64_t clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(
      std::min(value, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

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
