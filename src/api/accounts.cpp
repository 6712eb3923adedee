#include "push/api/accounts.hpp"

#include <utility>

namespace push::api {
namespace {

constexpr core::ClientId kBasic{};  // the client of streams that were opened with a password

}  // namespace

core::Result<model::User> Accounts::create_user(store::NewUser user) {
  return store_.create_user(std::move(user));  // nothing remembered of a user who did not exist
}

core::Result<model::User> Accounts::update_user(core::UserId id, store::UserChange change) {
  const bool password = !change.pass_hash.empty();
  auto stored = store_.update_user(id, std::move(change));
  if (!stored) return stored;
  if (password) {
    password_changed(id);
  } else {
    changed(Kind::user_changed, id);
  }
  return stored;
}

core::Result<void> Accounts::set_password(core::UserId id, std::string pass_hash) {
  auto stored = store_.set_password(id, std::move(pass_hash));
  if (stored) password_changed(id);
  return stored;
}

core::Result<std::vector<std::string>> Accounts::delete_user(core::UserId id) {
  auto images = store_.delete_user(id);
  if (images) gone(Kind::user_gone, {id, std::nullopt});
  return images;
}

core::Result<model::Application> Accounts::create_application(store::NewApplication application) {
  auto stored = store_.create_application(std::move(application));
  if (stored) announce(Kind::application_added, stored->user, {}, stored->id);
  return stored;
}

core::Result<model::Application> Accounts::update_application(core::UserId user, core::ApplicationId id,
                                                              store::ApplicationChange change) {
  auto stored = store_.update_application(user, id, std::move(change));
  if (stored) changed(Kind::application_changed, user, {}, id);
  return stored;
}

core::Result<model::Application> Accounts::set_application_token(core::UserId user, core::ApplicationId id,
                                                                 std::string token) {
  auto stored = store_.set_application_token(user, id, std::move(token));
  if (stored) changed(Kind::application_changed, user, {}, id);
  return stored;
}

// A picture grants no right, and the authenticator does not remember it.
core::Result<store::ImageChange> Accounts::set_application_image(core::UserId user, core::ApplicationId id,
                                                                 std::string image) {
  auto stored = store_.set_application_image(user, id, std::move(image));
  if (stored) announce(Kind::application_changed, user, {}, id);
  return stored;
}

// Applications hold no streams.
core::Result<std::string> Accounts::delete_application(core::UserId user, core::ApplicationId id) {
  auto image = store_.delete_application(user, id);
  if (image) changed(Kind::application_gone, user, {}, id);
  return image;
}

core::Result<model::Client> Accounts::create_client(store::NewClient client) {
  auto stored = store_.create_client(std::move(client));
  if (stored) announce(Kind::client_added, stored->user, stored->id);
  return stored;
}

core::Result<model::Client> Accounts::update_client(core::UserId user, core::ClientId id, store::ClientChange change) {
  auto stored = store_.update_client(user, id, std::move(change));
  if (stored) changed(Kind::client_changed, user, id);
  return stored;
}

core::Result<void> Accounts::elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until) {
  auto stored = store_.elevate_client(user, id, until);
  if (stored) changed(Kind::client_changed, user, id);
  return stored;
}

core::Result<void> Accounts::delete_client(core::UserId user, core::ClientId id) {
  auto deleted = store_.delete_client(user, id);
  if (deleted) gone(Kind::client_gone, {user, id});
  return deleted;
}

core::Result<void> Accounts::end_session(core::UserId user, core::ClientId id) {
  auto deleted = delete_client(user, id);
  if (deleted || deleted.error().code != core::ErrorCode::not_found) return deleted;
  close({user, id});  // its deletion has been announced already
  return {};
}

core::Result<std::size_t> Accounts::delete_expired_clients(core::WallTime now) {
  const auto deleted = store_.delete_expired_clients(now);
  if (!deleted) return deleted.error();
  for (const store::OwnedClient& one : *deleted) gone(Kind::client_gone, {one.user, one.client});
  return deleted->size();
}

bool Accounts::touch_clients(std::vector<core::ClientId> ids, core::WallTime at) {
  return store_.touch_clients(std::move(ids), at);
}

void Accounts::on_event(const cluster::Event& event) {
  switch (event.kind) {
    case Kind::client_added:
    case Kind::application_added:
      return;
    case Kind::client_gone:
      return close({event.user, event.client});
    case Kind::user_gone:
      return close({event.user, std::nullopt});
    case Kind::password_changed:
      return close({event.user, kBasic});
    case Kind::client_changed:
    case Kind::application_changed:
    case Kind::application_gone:
    case Kind::user_changed:
      return authenticator_.forget(event.user);
  }
}

void Accounts::on_gap() {
  authenticator_.forget();
}

void Accounts::forget_stale(core::UserId user) {
  authenticator_.forget(user);
}

void Accounts::recheck(const auth::Principal& principal) {
  if (is_gone(principal)) disconnect(principal.user, principal.client);
}

void Accounts::disconnect(core::UserId user, core::ClientId client) {
  publisher_.disconnect({user, client});
}

// Also true if the store cannot tell.
bool Accounts::is_gone(const auth::Principal& principal) {
  if (principal.kind == auth::Principal::Kind::basic) {
    const auto found = store_.find_user(principal.user);
    return !found || !*found || (*found)->pass_hash != principal.pass_hash;
  }
  const auto found = store_.find_client(principal.client);
  return !found || !*found || (*found)->user != principal.user;
}

void Accounts::changed(Kind kind, core::UserId user, core::ClientId client, core::ApplicationId application) {
  authenticator_.forget(user);
  announce(kind, user, client, application);
}

// Streams opened with the old password end; those of clients, whose tokens are still good, go on.
void Accounts::password_changed(core::UserId user) {
  close({user, kBasic});
  announce(Kind::password_changed, user);
}

void Accounts::gone(Kind kind, hub::Selection which) {
  close(which);
  announce(kind, which.user, which.client.value_or(core::ClientId{}));
}

void Accounts::close(hub::Selection which) {
  authenticator_.forget(which.user);
  publisher_.disconnect(which);
}

void Accounts::announce(Kind kind, core::UserId user, core::ClientId client, core::ApplicationId application) {
  backplane_.announce(cluster::Event{kind, user, client, application});
}

}  // namespace push::api
