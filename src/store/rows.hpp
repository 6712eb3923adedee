// Rows to entities. The tables have the same columns in both databases, and a Row the same accessors (sqlite::Query,
// postgres::Row).
#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "push/core/clock.hpp"
#include "push/go/json_syntax.hpp"
#include "push/model/entities.hpp"
#include "push/store/store.hpp"

namespace push::store {

inline constexpr std::string_view kSelectUsers = "SELECT id, name, pass, admin, created_at FROM users";
inline constexpr std::string_view kSelectApplications =
    "SELECT id, user_id, token, name, description, internal, image, default_priority, created_at, last_used, sort_key"
    " FROM applications";
inline constexpr std::string_view kSelectClients =
    "SELECT id, user_id, token, name, created_at, last_used, elevated_until, expires_after_inactivity_seconds,"
    " expires_at FROM clients";
inline constexpr std::string_view kSelectMessages =
    "SELECT id, application_id, message, title, priority, extras, date FROM messages";

// As a column can hold it.
inline std::int64_t clamped(std::uint64_t value) {
  return static_cast<std::int64_t>(
      std::min(value, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())));
}

// ---- of the first column
template <class Row>
std::int64_t read_integer(const Row& row) {
  return row.integer(0);
}
template <class Row>
std::string read_text(const Row& row) {
  return std::string(row.text(0));
}
template <class Id, class Row>
Id read_id(const Row& row) {
  return Id{row.natural(0)};
}

// ---- of the columns above
// A time that a row must have. Its absence is seen: no other value takes its place.
template <class Row>
core::WallTime time_or_none(const Row& row, int column) {
  return row.time(column).value_or(core::kNoTime);
}

// As in Gotify, what is no JSON object counts as no extras: one damaged row must not spoil a page.
inline std::string extras_of(std::string_view column) {
  return column.empty() || go::is_json_object(column) ? std::string(column) : std::string();
}

template <class Row>
model::User read_user(const Row& row) {
  model::User user;
  user.id = core::UserId{row.natural(0)};
  user.name = row.text(1);
  user.pass_hash = row.text(2);
  user.admin = row.boolean(3);
  user.created_at = time_or_none(row, 4);
  return user;
}

template <class Row>
model::Application read_application(const Row& row) {
  model::Application application;
  application.id = core::ApplicationId{row.natural(0)};
  application.user = core::UserId{row.natural(1)};
  application.token = row.text(2);
  application.name = row.text(3);
  application.description = row.text(4);
  application.internal = row.boolean(5);
  application.image = row.text(6);
  application.default_priority = row.integer(7);
  application.created_at = time_or_none(row, 8);
  application.last_used = row.time(9);
  application.sort_key = row.text(10);
  return application;
}

template <class Row>
model::Client read_client(const Row& row) {
  model::Client client;
  client.id = core::ClientId{row.natural(0)};
  client.user = core::UserId{row.natural(1)};
  client.token = row.text(2);
  client.name = row.text(3);
  client.created_at = time_or_none(row, 4);
  client.last_used = row.time(5);
  client.elevated_until = row.time(6);
  client.expires_after_inactivity_seconds = row.natural(7);
  client.expires_at = row.time(8);
  return client;
}

template <class Row>
model::Message read_message(const Row& row) {
  model::Message message;
  message.id = core::MessageId{row.natural(0)};
  message.application = core::ApplicationId{row.natural(1)};
  message.message = row.text(2);
  message.title = row.text(3);
  message.priority = row.integer(4);
  message.extras = extras_of(row.text(5));
  message.date = time_or_none(row, 6);
  return message;
}

// ---- of days and count: a rule. What no rule of ours can hold counts as NULL.
template <class Row>
Retention read_rule(const Row& row) {
  const auto value = [&row](int column, std::uint64_t most) -> std::optional<std::uint64_t> {
    if (row.null(column) || row.natural(column) > most) return std::nullopt;
    return row.natural(column);
  };
  return {value(0, kMaxRetentionDays), value(1, kMaxRetentionCount)};
}

}  // namespace push::store
