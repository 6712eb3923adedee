#include "push/api/accounts.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "push/api/stream_check.hpp"

namespace push::api {
namespace {

constexpr core::ClientId kBasic{};  // the client of streams that were opened with a password

// What the user's devices are told; null = nothing.
const char* change_of(model::AccountChange::Kind kind) {
  using Kind = model::AccountChange::Kind;
  switch (kind) {
    case Kind::client_added:
    case Kind::application_added:
      return "added";
    case Kind::client_changed:
    case Kind::application_changed:
      return "changed";
    case Kind::client_gone:
    case Kind::application_gone:
      return "deleted";
    case Kind::user_added:
    case Kind::user_changed:
    case Kind::password_changed:
    case Kind::user_gone:
      break;
  }
  return nullptr;
}

// `done` preceded by `steps`, the consequences of a change that was committed.
template <class T, class Steps>
store::Done<T> after(Steps steps, store::Done<T> done) {
  return [steps = std::move(steps), done = std::move(done)](core::Result<T> outcome) mutable {
    if (outcome) steps(outcome);
    done(std::move(outcome));
  };
}

}  // namespace

void Accounts::create_user(store::NewUser user, store::Done<model::User> done) {
  const auto steps = [this](const auto&) { authenticator_.added(); };  // the name may have been refused before
  store_.create_user(std::move(user), after(steps, std::move(done)));
}

void Accounts::update_user(core::UserId id, store::UserChange change, store::Done<model::User> done) {
  const auto steps = [this, id, password = !change.pass_hash.empty()](const auto&) {
    return password ? password_changed(id) : changed(Kind::user_changed, id);
  };
  store_.update_user(id, std::move(change), after(steps, std::move(done)));
}

void Accounts::set_password(core::UserId id, std::string pass_hash, store::Done<void> done) {
  const auto steps = [this, id](const auto&) { password_changed(id); };
  store_.set_password(id, std::move(pass_hash), after(steps, std::move(done)));
}

void Accounts::delete_user(core::UserId id, store::Done<std::vector<std::string>> done) {
  const auto steps = [this, id](const auto&) { gone(Kind::user_gone, {id, std::nullopt}); };
  store_.delete_user(id, after(steps, std::move(done)));
}

void Accounts::create_application(store::NewApplication application, store::Done<model::Application> done) {
  const auto steps = [this](const auto& stored) { added(Kind::application_added, stored->user, {}, stored->id); };
  store_.create_application(std::move(application), after(steps, std::move(done)));
}

void Accounts::update_application(core::UserId user, core::ApplicationId id, store::ApplicationChange change,
                                  store::Done<model::Application> done) {
  const auto steps = [this, user, id](const auto&) { changed(Kind::application_changed, user, {}, id); };
  store_.update_application(user, id, std::move(change), after(steps, std::move(done)));
}

void Accounts::set_application_token(core::UserId user, core::ApplicationId id, std::string token,
                                     store::Done<model::Application> done) {
  const auto steps = [this, user, id](const auto&) { changed(Kind::application_changed, user, {}, id); };
  store_.set_application_token(user, id, std::move(token), after(steps, std::move(done)));
}

// A picture grants no right, and the authenticator does not remember it.
void Accounts::set_application_image(core::UserId user, core::ApplicationId id, std::string image,
                                     store::Done<store::ImageChange> done) {
  const auto steps = [this, user, id](const auto&) { announce(Kind::application_changed, user, {}, id); };
  store_.set_application_image(user, id, std::move(image), after(steps, std::move(done)));
}

void Accounts::keep_picture(std::string_view name, std::string_view bytes, store::Done<void> done) {
  store_.keep_picture(name, bytes, std::move(done));
}

void Accounts::set_retention(core::UserId user, core::ApplicationId id, store::Retention rule, store::Done<void> done) {
  store_.set_retention(user, id, rule, std::move(done));
}

// Applications hold no streams.
void Accounts::delete_application(core::UserId user, core::ApplicationId id, store::Done<std::string> done) {
  const auto steps = [this, user, id](const auto&) { changed(Kind::application_gone, user, {}, id); };
  store_.delete_application(user, id, after(steps, std::move(done)));
}

void Accounts::create_client(store::NewClient client, store::Done<model::Client> done) {
  const auto steps = [this](const auto& stored) { added(Kind::client_added, stored->user, stored->id); };
  store_.create_client(std::move(client), after(steps, std::move(done)));
}

void Accounts::update_client(core::UserId user, core::ClientId id, store::ClientChange change,
                             store::Done<model::Client> done) {
  const auto steps = [this, user, id](const auto&) { changed(Kind::client_changed, user, id); };
  store_.update_client(user, id, std::move(change), after(steps, std::move(done)));
}

void Accounts::elevate_client(core::UserId user, core::ClientId id, std::optional<core::WallTime> until,
                              store::Done<void> done) {
  const auto steps = [this, user, id](const auto&) { changed(Kind::client_changed, user, id); };
  store_.elevate_client(user, id, until, after(steps, std::move(done)));
}

void Accounts::delete_client(core::UserId user, core::ClientId id, store::Done<void> done) {
  const auto steps = [this, user, id](const auto&) { gone(Kind::client_gone, {user, id}); };
  store_.delete_client(user, id, after(steps, std::move(done)));
}

void Accounts::end_session(core::UserId user, core::ClientId id, store::Done<void> done) {
  delete_client(user, id, [this, user, id, done = std::move(done)](core::Result<void> deleted) mutable {
    if (deleted || deleted.error().code != core::ErrorCode::not_found) return done(std::move(deleted));
    close({user, id});  // the devices have been told already
    done({});
  });
}

core::Result<std::size_t> Accounts::delete_expired_clients(core::WallTime now, const InUse& in_use) {
  auto expired = store_.find_expired_clients(now);
  if (!expired) return expired.error();
  if (expired->empty()) return 0;
  auto used = in_use(*expired);
  std::sort(used.begin(), used.end());
  std::erase_if(*expired, [&used](const store::OwnedClient& one) {
    return std::binary_search(used.begin(), used.end(), one.client);
  });
  touch_clients(std::move(used), now);  // not by the wall clock, which may have been set back
  const auto deleted =
      store_.delete_expired_clients(*std::move(expired), publisher_.is_joined() ? now - kOthersLook : now);
  if (!deleted) return deleted.error();
  for (const store::OwnedClient& one : *deleted) gone(Kind::client_gone, {one.user, one.client});
  return deleted->size();
}

core::Result<std::size_t> Accounts::delete_old_events(core::WallTime now) {
  return store_.delete_old_events(now);
}

bool Accounts::touch_clients(std::vector<core::ClientId> ids, core::WallTime at) {
  return store_.touch_clients(std::move(ids), at);
}

void Accounts::on_change(const model::AccountChange& change) {
  take_over(change);
  show(change);
}

void Accounts::take_over(const model::AccountChange& change) {
  switch (change.kind) {
    case Kind::client_added:
    case Kind::application_added:
    case Kind::user_added:
      return authenticator_.added();
    case Kind::client_gone:
      return close({change.user, change.client});
    case Kind::user_gone:
      return close({change.user, std::nullopt});
    case Kind::password_changed:
      return close({change.user, kBasic});
    case Kind::client_changed:
    case Kind::application_changed:
    case Kind::application_gone:
    case Kind::user_changed:
      return authenticator_.forget(change.user);
  }
}

void Accounts::on_gap() {
  authenticator_.forget();
  if (check_ != nullptr) check_->ask();
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
    return !found || !*found || (*found)->pass_hash != *principal.pass_hash;
  }
  const auto found = store_.find_client(principal.client);
  return !found || !*found || (*found)->user != principal.user;
}

// The token may have been refused before.
void Accounts::added(Kind kind, core::UserId user, core::ClientId client, core::ApplicationId application) {
  authenticator_.added();
  announce(kind, user, client, application);
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
  if (!publisher_.is_joined()) show({kind, user, client, application});
}

void Accounts::show(const model::AccountChange& change) {
  const char* const what = change_of(change.kind);
  if (what == nullptr) return;
  const bool of_client = change.client != core::ClientId{};
  const std::uint64_t id = of_client ? core::value(change.client) : core::value(change.application);
  publisher_.notify(change.user, "{\"event\":\"" + std::string(of_client ? "client" : "application") +
                                     "\",\"id\":" + std::to_string(id) + ",\"change\":\"" + what + "\"}");
}

}  // namespace push::api
