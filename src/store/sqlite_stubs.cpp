// Scaffolding: goes when the changes are built.
#include "push/store/sqlite_store.hpp"

namespace push::store {
using core::Result;
namespace {
core::Error missing() {
  return core::failure(core::ErrorCode::internal, "not built yet");
}
}  // namespace
Result<model::Application> SqliteStore::update_application(core::UserId, core::ApplicationId, ApplicationChange) {
  return missing();
}
Result<model::Application> SqliteStore::set_application_token(core::UserId, core::ApplicationId, std::string) {
  return missing();
}
Result<ImageChange> SqliteStore::set_application_image(core::UserId, core::ApplicationId, std::string) {
  return missing();
}
Result<model::Client> SqliteStore::update_client(core::UserId, core::ClientId, ClientChange) {
  return missing();
}
Result<void> SqliteStore::elevate_client(core::UserId, core::ClientId, std::optional<core::WallTime>) {
  return missing();
}
Result<model::User> SqliteStore::update_user(core::UserId, UserChange) {
  return missing();
}
Result<void> SqliteStore::set_password(core::UserId, std::string) {
  return missing();
}
Result<std::string> SqliteStore::delete_application(core::UserId, core::ApplicationId) {
  return missing();
}
Result<void> SqliteStore::delete_client(core::UserId, core::ClientId) {
  return missing();
}
Result<std::vector<OwnedClient>> SqliteStore::delete_expired_clients(core::WallTime) {
  return missing();
}
Result<std::vector<std::string>> SqliteStore::delete_user(core::UserId) {
  return missing();
}
bool SqliteStore::touch_application(core::ApplicationId, core::WallTime) {
  return false;
}
bool SqliteStore::touch_clients(std::vector<core::ClientId>, core::WallTime) {
  return false;
}
}  // namespace push::store
