#include "push/auth/authenticator.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "auth/last_use.hpp"
#include "auth/memory.hpp"
#include "push/auth/password.hpp"
#include "push/auth/token.hpp"

namespace push::auth {
namespace {

constexpr std::string_view kUnauthorized =
    "you need to provide a valid access token or user credentials to access this api";
constexpr std::string_view kNotAdmin = "you are not allowed to access this api";
constexpr std::string_view kNotElevated = "session not elevated, use basic auth or call /client:elevate";

// The principal, null (the credentials do not match), or why they could not be checked.
using Found = core::Result<Known>;

core::Error unauthorized() {
  return core::failure(core::ErrorCode::unauthorized, std::string(kUnauthorized));
}
core::Error forbidden(std::string_view text) {
  return core::failure(core::ErrorCode::forbidden, std::string(text));
}

// A well-formed hash that no password matches. Unknown names are checked against it, so that they take as long.
std::string dummy_hash(unsigned cost) {
  const std::string digits = (cost < 10 ? "0" : "") + std::to_string(cost);
  return "$2a$" + digits + "$" + std::string(21, 'x') + "u" + std::string(31, '.');
}

std::optional<core::WallTime> earlier(std::optional<core::WallTime> a, std::optional<core::WallTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

PrincipalPtr anonymous() {
  static const PrincipalPtr nobody = std::make_shared<const Principal>();
  return nobody;
}

}  // namespace

struct Authenticator::State {
  State(store::Store& s, Options o)
      : store(s),
        options(o),
        memory(o.token_cache, o.password_cache),
        last_uses(o.token_cache),
        dummy(dummy_hash(o.password_cost)) {}

  Found find_application(const std::string& token, const TokenKey& key, std::uint64_t epoch);
  Found find_client(const std::string& token, const TokenKey& key, std::uint64_t epoch);
  Found check_password(const Credentials::Basic& basic, std::uint64_t epoch);
  Found find_message_sender(const Credentials& credentials, std::uint64_t epoch);
  Found find_user(const Credentials& credentials, std::uint64_t epoch);
  bool touch(const Known& known, core::WallTime now);
  core::Result<PrincipalPtr> permit(Access access, PrincipalPtr principal) const;
  core::Result<Admitted> admit(Access access, Known known, core::WallTime now);

  store::Store& store;
  const Options options;
  Memory memory;
  LastUses last_uses;
  const std::string dummy;
};

Found Authenticator::State::find_application(const std::string& token, const TokenKey& key, std::uint64_t epoch) {
  auto application = store.find_application_by_token(key.stored);
  if (!application) return std::move(application).error();
  if (!*application) return Known();
  Known found;
  found.last_use = last_uses.of((*application)->id, (*application)->last_used);
  Principal principal;
  principal.kind = Principal::Kind::application;
  principal.user = (*application)->user;
  principal.application = std::make_shared<const model::Application>(*std::move(*application));
  found.principal = std::make_shared<const Principal>(std::move(principal));
  memory.remember(token, found, key.until, epoch);
  return found;
}

Found Authenticator::State::find_client(const std::string& token, const TokenKey& key, std::uint64_t epoch) {
  auto client = store.find_client_by_token(key.stored);
  if (!client) return std::move(client).error();
  if (!*client) return Known();
  auto user = store.find_user((*client)->user);
  if (!user) return std::move(user).error();
  if (!*user) return Known();
  Principal principal;
  principal.kind = Principal::Kind::client;
  principal.user = (*user)->id;
  principal.admin = (*user)->admin;
  principal.client = (*client)->id;
  principal.elevated_until = (*client)->elevated_until;
  Known found;
  found.principal = std::make_shared<const Principal>(std::move(principal));
  found.last_use = last_uses.of((*client)->id, (*client)->last_used);
  memory.remember(token, found, earlier(key.until, (*client)->expires_at), epoch);
  return found;
}

Found Authenticator::State::check_password(const Credentials::Basic& basic, std::uint64_t epoch) {
  if (PrincipalPtr known = memory.by_password(basic)) return Known{std::move(known), nullptr};
  auto user = store.find_user_by_name(basic.name);
  if (!user) return std::move(user).error();
  const bool has_password = *user && !(*user)->pass_hash.empty();
  const bool right = verify_password(basic.password, has_password ? (*user)->pass_hash : dummy);
  if (!has_password || !right) return Known();
  Principal principal;
  principal.kind = Principal::Kind::basic;
  principal.user = (*user)->id;
  principal.admin = (*user)->admin;
  auto found = std::make_shared<const Principal>(std::move(principal));
  memory.remember(basic, found, epoch);
  return Known{std::move(found), nullptr};
}

// A token that cannot be parsed is an error, even if a valid password follows (protocol 2.5).
Found Authenticator::State::find_message_sender(const Credentials& credentials, std::uint64_t epoch) {
  const std::string& token = credentials.token;
  if (!token.empty()) {
    const core::WallTime now = core::wall_now();
    if (Known known = memory.by_token(token, now); known.principal != nullptr) return known;
    const auto key = read_token(token, now);
    if (!key) return key.error();
    if (*key) {
      Found application = find_application(token, **key, epoch);
      if (!application || application->principal != nullptr) return application;
      Found client = find_client(token, **key, epoch);
      if (!client || client->principal != nullptr) return client;
    }
  }
  if (credentials.basic) return check_password(*credentials.basic, epoch);
  return Known();
}

Found Authenticator::State::find_user(const Credentials& credentials, std::uint64_t epoch) {
  if (credentials.basic) {
    Found basic = check_password(*credentials.basic, epoch);
    if (!basic || basic->principal != nullptr) return basic;
  }
  const std::string& token = credentials.token;
  if (token.empty()) return Known();
  const core::WallTime now = core::wall_now();
  Known known = memory.by_token(token, now);
  if (known.principal != nullptr && known.principal->kind == Principal::Kind::client) return known;
  const auto key = read_token(token, now);
  if (!key) return key.error();
  return *key ? find_client(token, **key, epoch) : Known();
}

// True: this call has written its last use.
bool Authenticator::State::touch(const Known& known, core::WallTime now) {
  if (known.last_use == nullptr) return false;
  return known.last_use->touch(now, std::chrono::seconds(options.touch_seconds), [&](core::WallTime at) {
    const Principal& principal = *known.principal;
    if (principal.kind == Principal::Kind::application) return store.touch_application(principal.application->id, at);
    return store.touch_clients({principal.client}, at);
  });
}

// What a recognised principal (null = nobody) may do.
core::Result<PrincipalPtr> Authenticator::State::permit(Access access, PrincipalPtr principal) const {
  if (principal == nullptr) {
    if (access == Access::optional) return anonymous();
    return unauthorized();
  }
  if (access == Access::admin && !principal->admin) return forbidden(kNotAdmin);
  const bool needs_elevation = access == Access::admin || access == Access::elevated;
  if (needs_elevation && options.enforce_elevation && principal->kind == Principal::Kind::client &&
      !(principal->elevated_until && *principal->elevated_until > core::wall_now())) {
    return forbidden(kNotElevated);
  }
  return principal;
}

// A recognised token counts as used even if the request is then refused.
core::Result<Admitted> Authenticator::State::admit(Access access, Known known, core::WallTime now) {
  const bool touched = touch(known, now);
  auto principal = permit(access, std::move(known.principal));
  if (!principal) return std::move(principal).error();
  return Admitted{*std::move(principal), touched};
}

Authenticator::Authenticator(store::Store& store, Options options) : state_(std::make_unique<State>(store, options)) {}
Authenticator::~Authenticator() = default;

std::optional<core::Result<Admitted>> Authenticator::recall(Access access, const Credentials& credentials) const {
  const core::WallTime now = core::wall_now();
  if (credentials.token.empty() && !credentials.basic) return state_->admit(access, Known(), now);
  const bool token_first = access == Access::post_message && !credentials.token.empty();
  Known known;
  if (credentials.basic && !token_first) {
    known.principal = state_->memory.by_password(*credentials.basic);
  } else {
    known = state_->memory.by_token(credentials.token, now);
    const bool application = known.principal != nullptr && known.principal->kind == Principal::Kind::application;
    if (application && access != Access::post_message) return std::nullopt;
  }
  if (known.principal == nullptr) return std::nullopt;
  return state_->admit(access, std::move(known), now);
}

core::Result<Admitted> Authenticator::authenticate(Access access, const Credentials& credentials) const {
  const std::uint64_t epoch = state_->memory.epoch();
  Found found = access == Access::post_message ? state_->find_message_sender(credentials, epoch)
                                               : state_->find_user(credentials, epoch);
  if (!found) return std::move(found).error();
  return state_->admit(access, *std::move(found), core::wall_now());
}

core::Result<PrincipalPtr> Authenticator::log_in(const Credentials::Basic& basic) const {
  Found found = state_->check_password(basic, state_->memory.epoch());
  if (!found) return std::move(found).error();
  if (found->principal == nullptr) return core::failure(core::ErrorCode::unauthorized, "invalid credentials");
  return std::move(found->principal);
}

std::optional<core::WallTime> Authenticator::last_use(core::ClientId id) const {
  return state_->last_uses.of(id, std::nullopt)->at();
}

std::uint64_t Authenticator::epoch() const {
  return state_->memory.epoch();
}

void Authenticator::forget(core::UserId user) {
  state_->memory.forget(user);
}

void Authenticator::forget() {
  state_->memory.forget();
}

std::string_view unauthorized_text() {
  return kUnauthorized;
}

}  // namespace push::auth
