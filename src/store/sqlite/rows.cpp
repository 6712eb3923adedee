#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

core::WallTime time_or_epoch(const Query& row, int column) {
  return row.time(column).value_or(core::WallTime{});
}

}  // namespace

model::User read_user(const Query& row) {
  model::User user;
  user.id = core::UserId{row.natural(0)};
  user.name = row.text(1);
  user.pass_hash = row.text(2);
  user.admin = row.boolean(3);
  user.created_at = time_or_epoch(row, 4);
  return user;
}

model::Application read_application(const Query& row) {
  model::Application application;
  application.id = core::ApplicationId{row.natural(0)};
  application.user = core::UserId{row.natural(1)};
  application.token = row.text(2);
  application.name = row.text(3);
  application.description = row.text(4);
  application.internal = row.boolean(5);
  application.image = row.text(6);
  application.default_priority = row.integer(7);
  application.created_at = time_or_epoch(row, 8);
  application.last_used = row.time(9);
  application.sort_key = row.text(10);
  return application;
}

model::Client read_client(const Query& row) {
  model::Client client;
  client.id = core::ClientId{row.natural(0)};
  client.user = core::UserId{row.natural(1)};
  client.token = row.text(2);
  client.name = row.text(3);
  client.created_at = time_or_epoch(row, 4);
  client.last_used = row.time(5);
  client.elevated_until = row.time(6);
  client.expires_after_inactivity_seconds = row.natural(7);
  client.expires_at = row.time(8);
  return client;
}

model::Message read_message(const Query& row) {
  model::Message message;
  message.id = core::MessageId{row.natural(0)};
  message.application = core::ApplicationId{row.natural(1)};
  message.message = row.text(2);
  message.title = row.text(3);
  message.priority = row.integer(4);
  message.extras = row.text(5);
  message.date = time_or_epoch(row, 6);
  return message;
}

}  // namespace push::store::sqlite
