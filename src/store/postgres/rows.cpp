#include "store/postgres/rows.hpp"

#include "push/go/json_syntax.hpp"

namespace push::store::postgres {
namespace {

// A time that a row must have. Its absence is seen: no other value takes its place.
core::WallTime time_or_none(const Row& row, int column) {
  return row.time(column).value_or(core::kNoTime);
}

// As in Gotify, what is no JSON object counts as no extras: one damaged row must not spoil a page.
std::string extras_of(const Row& row, int column) {
  const std::string_view text = row.text(column);
  return text.empty() || go::is_json_object(text) ? std::string(text) : std::string();
}

}  // namespace

model::User read_user(const Row& row) {
  model::User user;
  user.id = core::UserId{row.natural(0)};
  user.name = row.text(1);
  user.pass_hash = row.text(2);
  user.admin = row.boolean(3);
  user.created_at = time_or_none(row, 4);
  return user;
}

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

model::Message read_message(const Row& row) {
  model::Message message;
  message.id = core::MessageId{row.natural(0)};
  message.application = core::ApplicationId{row.natural(1)};
  message.message = row.text(2);
  message.title = row.text(3);
  message.priority = row.integer(4);
  message.extras = extras_of(row, 5);
  message.date = time_or_none(row, 6);
  return message;
}

}  // namespace push::store::postgres
