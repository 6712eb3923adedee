// The Store on one SQLite file with Gotify's schema (protocol 7.1), which Gotify can open again. Write-ahead log,
// synchronous=FULL: everything reported as stored survives a crash of the process or the machine.
//
// Opening creates the folder, the file and the schema, or upgrades an older database in place (7.3). Only columns of
// later versions and indexes are added. A clean close leaves one file: the log is moved into it and removed.
//
// Deletions of many messages are committed in slices, so that new messages are not held up; if a slice fails, those
// before it stay deleted. Messages that arrive after the call are kept.
#pragma once
#include <memory>

#include "push/config/config.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::store::sqlite {

class Store final : public store::Store {
 public:
  // As store::open.
  static core::Result<std::unique_ptr<store::Store>> open(const config::Database& settings, metrics::Registry& metrics);
  ~Store() override;  // drain()

  core::Result<void> append(NewMessage message, Appended done) override;

  core::Result<std::optional<model::User>> find_user(core::UserId id) override;
  core::Result<std::optional<model::User>> find_user_by_name(std::string_view name) override;
  core::Result<std::optional<model::Application>> find_application(core::ApplicationId id) override;
  core::Result<std::optional<model::Application>> find_application_by_token(std::string_view token) override;
  core::Result<std::optional<model::Client>> find_client(core::ClientId id) override;
  core::Result<std::optional<model::Client>> find_client_by_token(std::string_view token) override;
  core::Result<bool> has_users() override;
  core::Result<std::vector<model::User>> list_users() override;
  core::Result<std::vector<model::Application>> list_applications(core::UserId user) override;
  core::Result<std::vector<model::Client>> list_clients(core::UserId user) override;
  core::Result<std::optional<model::Message>> find_message(core::MessageId id) override;
  core::Result<void> list_messages(core::UserId user, PageRequest page, Take take) override;
  core::Result<void> list_messages(core::ApplicationId application, PageRequest page, Take take) override;
  core::Result<std::vector<model::Message>> messages_after(core::UserId owner, core::MessageId after,
                                                           std::size_t limit) override;
  core::Result<void> ping() override;

  core::Result<model::User> create_user(NewUser user) override;
  core::Result<model::Application> create_application(NewApplication application) override;
  core::Result<model::Client> create_client(NewClient client) override;
  core::Result<model::Application> update_application(core::UserId user, core::ApplicationId id,
                                                      ApplicationChange wanted) override;
  core::Result<model::Application> set_application_token(core::UserId user, core::ApplicationId id,
                                                         std::string token) override;
  core::Result<ImageChange> set_application_image(core::UserId user, core::ApplicationId id,
                                                  std::string image) override;
  core::Result<model::Client> update_client(core::UserId user, core::ClientId id, ClientChange wanted) override;
  core::Result<void> elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until) override;
  core::Result<model::User> update_user(core::UserId id, UserChange wanted) override;
  core::Result<void> set_password(core::UserId id, std::string pass_hash) override;

  bool touch_application(core::ApplicationId id, core::WallTime at) override;
  bool touch_clients(std::vector<core::ClientId> ids, core::WallTime at) override;

  core::Result<void> delete_message(core::UserId user, core::MessageId id) override;
  core::Result<void> delete_messages(core::UserId user, Purged done) override;
  core::Result<void> delete_messages(core::ApplicationId application, Purged done) override;
  core::Result<std::string> delete_application(core::UserId user, core::ApplicationId id) override;
  core::Result<void> delete_client(core::UserId user, core::ClientId id) override;
  core::Result<std::vector<OwnedClient>> delete_expired_clients(core::WallTime now) override;
  core::Result<std::vector<std::string>> delete_user(core::UserId id) override;

  void drain() override;

 private:
  struct Parts;
  explicit Store(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace push::store::sqlite
