// The reads that the rules may do, inside the transaction that then writes the change. Each store's own transaction
// adds the writes.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/result.hpp"
#include "push/model/entities.hpp"

namespace push::store {

// Used on the thread that makes the change; may block on the database. An answer is valid until the transaction writes
// or ends: the rules read first, then the store writes. Arguments named `but` exclude one row (id 0 = none): the one
// being changed.
class Transaction {
 public:
  virtual ~Transaction() = default;

  virtual core::Result<std::optional<model::User>> user(core::UserId id) = 0;
  virtual core::Result<std::optional<model::Application>> application(core::ApplicationId id) = 0;
  virtual core::Result<std::optional<model::Client>> client(core::ClientId id) = 0;  // even if expired

  virtual core::Result<bool> has_user_name(std::string_view name, core::UserId but) = 0;
  virtual core::Result<bool> has_admin(core::UserId but) = 0;
  virtual core::Result<bool> has_application_token(std::string_view token, core::ApplicationId but) = 0;
  virtual core::Result<bool> has_client_token(std::string_view token) = 0;
  virtual core::Result<bool> has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) = 0;
  virtual core::Result<std::string> greatest_sort_key(core::UserId user) = 0;  // bytewise; "" = no applications
  virtual core::Result<std::size_t> count_applications(core::UserId user) = 0;
  virtual core::Result<std::size_t> count_clients(core::UserId user) = 0;  // even expired ones
  virtual core::Result<bool> has_image(std::string_view image, core::ApplicationId but) = 0;
  // Image files that only this user's applications refer to, without duplicates.
  virtual core::Result<std::vector<std::string>> images_of_no_other(core::UserId user) = 0;
};

}  // namespace push::store
