// Rows to entities and back: which columns, in which order.
#pragma once
#include <optional>
#include <vector>

#include "push/model/entities.hpp"
#include "store/sqlite.hpp"

namespace push::store {

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

model::User read_user(const Query& row);
model::Application read_application(const Query& row);
model::Client read_client(const Query& row);
model::Message read_message(const Query& row);

bool has_expired(const model::Client& client, core::WallTime now);
// When a client expires that was last used at `start`. `seconds` 0 = never, which is also what lies past the last time
// there is (the year 2262).
std::optional<core::WallTime> expiry(core::WallTime start, std::uint64_t seconds);
// None if it has expired.
core::Result<std::optional<model::Client>> find_living(Connection& connection, core::ClientId id, core::WallTime now);

// The one row, if there is one.
template <class T>
core::Result<std::optional<T>> one(Query& query, T (*read)(const Query&)) {
  const auto row = query.step();
  if (!row) return row.error();
  if (!*row) return std::optional<T>();
  return std::optional<T>(read(query));
}

template <class T>
core::Result<std::vector<T>> all(Query& query, T (*read)(const Query&)) {
  std::vector<T> rows;
  while (true) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return rows;
    rows.push_back(read(query));
  }
}

}  // namespace push::store
