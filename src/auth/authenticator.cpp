#include "push/auth/authenticator.hpp"

#include <string>
#include <utility>

#include "auth/memory.hpp"
#include "push/auth/password.hpp"

namespace push::auth {
namespace {

constexpr std::string_view kUnauthorized =
    "you need to provide a valid access token or user credentials to access this api";
constexpr std::string_view kNotAdmin = "you are not allowed to access this api";
constexpr std::string_view kNotElevated = "session not elevated, use basic auth or call /client:elevate";

// A found principal, nothing (null: these credentials do not match), or why the store could not tell.
using Found = core::Result<PrincipalPtr>;

core::Error unauthorized() {
  return core::failure(core::ErrorCode::unauthorized, std::string(kUnauthorized));
}
core::Error forbidden(std::string_view text) {
  return core::failure(core::ErrorCode::forbidden, std::string(text));
}

// A well-formed hash that no password has: what an unknown name is checked against, so that it takes as long.
std::string dummy_hash(unsigned cost) {
  const std::string digits = (cost < 10 ? "0" : "") + std::to_string(cost);
  return "$2a$" + digits + "$" + std::string(21, 'x') + "u" + std::string(31, '.');
}

PrincipalPtr anonymous() {
  static const PrincipalPtr nobody = std::make_shared<const Principal>();
  return nobody;
}

}  // namespace

struct Authenticator::State {
  State(store::Store& s, Options o)
      : store(s), options(o), memory(o.token_cache, o.password_cache), dummy(dummy_hash(o.password_cost)) {}

  Found find_application(const std::string& token, std::uint64_t epoch);
  Found find_client(const std::string& token, std::uint64_t epoch);
  Found check_password(const Credentials::Basic& basic, std::uint64_t epoch);
  Found find_message_sender(const Credentials& credentials, std::uint64_t epoch);
  Found find_user(const Credentials& credentials, std::uint64_t epoch);
  core::Result<PrincipalPtr> permit(Access access, PrincipalPtr principal) const;

  store::Store& store;
  const Options options;
  Memory memory;
  const std::string dummy;
};

Found Authenticator::State::find_application(const std::string& token, std::uint64_t epoch) {
  const PrincipalPtr known = memory.by_token(token, core::wall_now());
  if (known != nullptr && known->kind == Principal::Kind::application) return known;
  auto application = store.find_application_by_token(token);
  if (!application) return std::move(application).error();
  if (!*application) return PrincipalPtr();
  Principal principal;
  principal.kind = Principal::Kind::application;
  principal.user = (*application)->user;
  principal.application = std::make_shared<const model::Application>(*std::move(*application));
  auto found = std::make_shared<const Principal>(std::move(principal));
  memory.remember(token, found, std::nullopt, epoch);
  return PrincipalPtr(found);
}

Found Authenticator::State::find_client(const std::string& token, std::uint64_t epoch) {
  const PrincipalPtr known = memory.by_token(token, core::wall_now());
  if (known != nullptr && known->kind == Principal::Kind::client) return known;
  auto client = store.find_client_by_token(token);
  if (!client) return std::move(client).error();
  if (!*client) return PrincipalPtr();
  auto user = store.find_user((*client)->user);
  if (!user) return std::move(user).error();
  if (!*user) return PrincipalPtr();
  Principal principal;
  principal.kind = Principal::Kind::client;
  principal.user = (*user)->id;
  principal.admin = (*user)->admin;
  principal.client = (*client)->id;
  principal.elevated_until = (*client)->elevated_until;
  auto found = std::make_shared<const Principal>(std::move(principal));
  memory.remember(token, found, (*client)->expires_at, epoch);
  return PrincipalPtr(found);
}

Found Authenticator::State::check_password(const Credentials::Basic& basic, std::uint64_t epoch) {
  if (const PrincipalPtr known = memory.by_password(basic)) return known;
  auto user = store.find_user_by_name(basic.name);
  if (!user) return std::move(user).error();
  const bool has_password = *user && !(*user)->pass_hash.empty();
  const bool right = verify_password(basic.password, has_password ? (*user)->pass_hash : dummy);
  if (!has_password || !right) return PrincipalPtr();
  Principal principal;
  principal.kind = Principal::Kind::basic;
  principal.user = (*user)->id;
  principal.admin = (*user)->admin;
  auto found = std::make_shared<const Principal>(std::move(principal));
  memory.remember(basic, found, epoch);
  return PrincipalPtr(found);
}

Found Authenticator::State::find_message_sender(const Credentials& credentials, std::uint64_t epoch) {
  if (!credentials.token.empty()) {
    Found application = find_application(credentials.token, epoch);
    if (!application || *application != nullptr) return application;
    Found client = find_client(credentials.token, epoch);
    if (!client || *client != nullptr) return client;
  }
  if (credentials.basic) return check_password(*credentials.basic, epoch);
  return PrincipalPtr();
}

Found Authenticator::State::find_user(const Credentials& credentials, std::uint64_t epoch) {
  if (credentials.basic) {
    Found basic = check_password(*credentials.basic, epoch);
    if (!basic || *basic != nullptr) return basic;
  }
  if (!credentials.token.empty()) return find_client(credentials.token, epoch);
  return PrincipalPtr();
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

Authenticator::Authenticator(store::Store& store, Options options) : state_(std::make_unique<State>(store, options)) {}
Authenticator::~Authenticator() = default;

namespace {

core::Result<Admitted> admitted(core::Result<PrincipalPtr> principal) {
  if (!principal) return std::move(principal).error();
  return Admitted{*std::move(principal)};
}

}  // namespace

std::optional<core::Result<Admitted>> Authenticator::recall(Access access, const Credentials& credentials) {
  if (credentials.token.empty() && !credentials.basic) return admitted(state_->permit(access, nullptr));
  const bool token_first = access == Access::post_message && !credentials.token.empty();
  PrincipalPtr known;
  if (credentials.basic && !token_first) {
    known = state_->memory.by_password(*credentials.basic);
  } else {
    known = state_->memory.by_token(credentials.token, core::wall_now());
    const bool application = known != nullptr && known->kind == Principal::Kind::application;
    if (application && access != Access::post_message) return std::nullopt;
  }
  if (known == nullptr) return std::nullopt;
  return admitted(state_->permit(access, std::move(known)));
}

core::Result<Admitted> Authenticator::authenticate(Access access, const Credentials& credentials) {
  const std::uint64_t epoch = state_->memory.epoch();
  Found found = access == Access::post_message ? state_->find_message_sender(credentials, epoch)
                                               : state_->find_user(credentials, epoch);
  if (!found) return std::move(found).error();
  return admitted(state_->permit(access, *std::move(found)));
}

core::Result<PrincipalPtr> Authenticator::log_in(const Credentials::Basic& basic) {
  Found found = state_->check_password(basic, state_->memory.epoch());
  if (found && *found == nullptr) return core::failure(core::ErrorCode::unauthorized, "invalid credentials");
  return found;
}

std::uint64_t Authenticator::epoch() const {
  return state_->memory.epoch();
}

void Authenticator::forget() {
  state_->memory.forget();
}

std::string_view unauthorized_text() {
  return kUnauthorized;
}

}  // namespace push::auth
