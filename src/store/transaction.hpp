// What the rules may ask of a store while a change is made: plain reads, inside the transaction in which the change is
// then written. Each store's own transaction adds how to write.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"
#include "push/model/entities.hpp"

namespace push::store {

// The thread that makes the change; may block on the database. An answer holds until the transaction ends, as long as
// nothing has been written in it: rules read first, then the store writes. Arguments named `but` leave one row out (id
// 0 = none): the one that is changed.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual core::Result<std::optional<model::User>> user(core::UserId id) = 0;
  virtual core::Result<std::optional<model::Application>> application(core::ApplicationId id) = 0;
  virtual core::Result<std::optional<model::Client>> client(core::ClientId id) = 0;  // an expired one too

  virtual core::Result<bool> has_user_name(std::string_view name, core::UserId but) = 0;
  virtual core::Result<bool> has_admin(core::UserId but) = 0;
  virtual core::Result<bool> has_application_token(std::string_view token, core::ApplicationId but) = 0;
  virtual core::Result<bool> has_client_token(std::string_view token) = 0;
  virtual core::Result<bool> has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) = 0;
  virtual core::Result<std::string> greatest_sort_key(core::UserId user) = 0;  // bytewise; "" = no applications
  virtual core::Result<bool> has_image(std::string_view image, core::ApplicationId but) = 0;
  // Image files that this user's applications refer to and nobody else's, each once.
  virtual core::Result<std::vector<std::string>> images_of_no_other(core::UserId user) = 0;
};

}  // namespace push::store
