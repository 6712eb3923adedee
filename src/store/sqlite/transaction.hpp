// The writer thread's transaction: rules read through it, changes write through it.
#pragma once
#include <utility>

#include "store/logged_events.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/disk_room.hpp"
#include "store/transaction.hpp"

namespace push::store::sqlite {

class Transaction final : public store::Transaction {
 public:
  // Both are the writer's and must outlive the transaction. No `room`: unlimited.
  explicit Transaction(Database& database, const DiskRoom* room = nullptr) : database_(database), room_(room) {}

  Database& database() { return database_; }
  // unavailable: the rest of the disk is kept for deletions.
  core::Result<void> check_room() const;
  // What the current change has logged so far.
  LoggedEvents& logged() { return logged_; }
  LoggedEvents take_logged() { return std::exchange(logged_, {}); }

  core::Result<std::optional<model::User>> user(core::UserId id) override;
  core::Result<std::optional<model::Application>> application(core::ApplicationId id) override;
  core::Result<std::optional<model::Client>> client(core::ClientId id) override;
  core::Result<bool> has_user_name(std::string_view name, core::UserId but) override;
  core::Result<bool> has_admin(core::UserId but) override;
  core::Result<bool> has_application_token(std::string_view token, core::ApplicationId but) override;
  core::Result<bool> has_client_token(std::string_view token) override;
  core::Result<bool> has_sort_key(core::UserId user, std::string_view key, core::ApplicationId but) override;
  core::Result<std::string> greatest_sort_key(core::UserId user) override;
  core::Result<std::size_t> count_applications(core::UserId user) override;
  core::Result<std::size_t> count_clients(core::UserId user) override;
  core::Result<bool> has_image(std::string_view image, core::ApplicationId but) override;
  core::Result<std::vector<std::string>> images_of_no_other(core::UserId user) override;

 private:
  Database& database_;
  const DiskRoom* room_;
  LoggedEvents logged_;
};

}  // namespace push::store::sqlite
