#include "push/auth/authenticator.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "auth/keyed_hash.hpp"
#include "auth/last_use.hpp"
#include "auth/memory.hpp"
#include "auth/password_throttle.hpp"
#include "push/auth/password.hpp"
#include "push/auth/token.hpp"
#include "push/core/text.hpp"

namespace push::auth {
namespace {

constexpr std::string_view kUnauthorized =
    "you need to provide a valid access token or user credentials to access this api";
constexpr std::string_view kNotAdmin = "you are not allowed to access this api";
constexpr std::string_view kNotElevated = "session not elevated, use basic auth or call /client:elevate";

// The principal, null (the credentials do not match), or why they could not be checked.
using Found = core::Result<Known>;

core::Error unauthorized(Access access, const Credentials& credentials) {
  const std::string_view of_login = credentials.basic ? "invalid credentials" : "basic auth required";
  return core::failure(core::ErrorCode::unauthorized,
                       std::string(access == Access::password ? of_login : kUnauthorized));
}
core::Error forbidden(std::string_view text) {
  return core::failure(core::ErrorCode::forbidden, std::string(text));
}

core::Error too_many(std::chrono::seconds wait) {
  return core::throttled(wait, "too many wrong passwords, try again in " + std::to_string(wait.count()) +
                                   (wait.count() == 1 ? " second" : " seconds"));
}

// Old clients (OkHttp before 3.8) send Basic credentials in Latin-1. Empty: `text` is no such text.
std::optional<std::string> from_latin1(std::string_view text) {
  if (core::valid_utf8(text)) return std::nullopt;
  return core::utf8_from_latin1(text);
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
  using Purpose = Memory::Purpose;

  State(store::Store& s, const Options& o, metrics::Registry& metrics)
      : store(s),
        options(o),
        memory(hash, o.token_cache, o.password_cache),
        last_uses(o.token_cache),
        throttle(o.guesses, hash, metrics),
        unknown_tokens(metrics.counter("push_unknown_tokens_total", "Requests with a token that nobody has.")) {}

  Found find_application(const std::string& token, const TokenKey& key, std::uint64_t epoch);
  Found find_client(const std::string& token, const TokenKey& key, std::uint64_t epoch);
  Found find_token(const std::string& token, Purpose purpose, std::uint64_t epoch);
  std::optional<Known> recall_token(const std::string& token, Purpose purpose, core::WallTime now);
  std::optional<Found> recall_password(const Credentials::Basic& basic);
  std::optional<Found> recall_both(const Credentials& credentials, core::WallTime now);
  Found check_password(const Credentials::Basic& basic, std::uint64_t epoch);
  core::Result<std::optional<model::User>> find_user_by_name(const std::string& name);
  bool is_right(const model::User* user, const std::string& password) const;
  Found find_message_sender(const Credentials& credentials, std::uint64_t epoch);
  Found find_user(const Credentials& credentials, std::uint64_t epoch);
  bool touch(const Known& known, core::WallTime now);
  core::Result<void> check_elevation(const Principal& principal) const;
  core::Result<PrincipalPtr> permit(Access access, const Credentials& credentials, PrincipalPtr principal) const;
  core::Result<Admitted> admit(Access access, const Credentials& credentials, Known known, core::WallTime now);

  store::Store& store;
  const Options options;
  const KeyedHash hash;
  Memory memory;
  LastUses last_uses;
  PasswordThrottle throttle;
  metrics::Counter& unknown_tokens;
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
  principal.expires_after_inactivity_seconds = (*client)->expires_after_inactivity_seconds;
  Known found;
  found.principal = std::make_shared<const Principal>(std::move(principal));
  found.last_use = last_uses.of((*client)->id, (*client)->last_used);
  memory.remember(token, found, earlier(key.until, (*client)->expires_at), epoch);
  return found;
}

// From memory; empty: it must be looked up. A principal of null: nobody has this token.
std::optional<Known> Authenticator::State::recall_token(const std::string& token, Purpose purpose, core::WallTime now) {
  Known known = memory.by_token(token, now);
  if (known.principal != nullptr) {
    if (purpose == Purpose::sender || known.principal->kind == Principal::Kind::client) return known;
  }
  if (!memory.is_unknown(token, purpose, options.clock())) return std::nullopt;
  unknown_tokens.add();
  return Known();
}

Found Authenticator::State::find_token(const std::string& token, Purpose purpose, std::uint64_t epoch) {
  const core::WallTime now = core::wall_now();
  if (auto known = recall_token(token, purpose, now)) return *std::move(known);
  const auto key = read_token(token, now);
  if (!key) return key.error();
  if (!*key) return Known();
  if (purpose == Purpose::sender) {
    Found application = find_application(token, **key, epoch);
    if (!application || application->principal != nullptr) return application;
  }
  Found client = find_client(token, **key, epoch);
  if (client && client->principal == nullptr) {
    unknown_tokens.add();
    memory.remember_unknown(token, purpose, options.clock(), epoch);
  }
  return client;
}

// What can be said without bcrypt: right, wrong (null), or throttled. Empty: it must be checked.
std::optional<Found> Authenticator::State::recall_password(const Credentials::Basic& basic) {
  Remembered remembered = memory.by_password(basic);
  if (remembered.principal != nullptr) return Found(Known{std::move(remembered.principal), nullptr});
  const core::SteadyTime now = options.clock();
  if (const auto wait = throttle.wait(basic, now)) return Found(too_many(*wait));
  if (!remembered.wrong) return std::nullopt;
  if (const auto wait = throttle.failed(basic, now)) return Found(too_many(*wait));
  return Found(Known());
}

// A password beside a client's token: if it is not right (a proxy's own, which browsers send to us, too), the token
// decides. Empty unless both are known.
std::optional<Found> Authenticator::State::recall_both(const Credentials& credentials, core::WallTime now) {
  if (PrincipalPtr right = memory.by_password(*credentials.basic).principal) return Found(Known{right, nullptr});
  Known client = memory.by_token(credentials.token, now);
  if (client.principal == nullptr || client.principal->kind != Principal::Kind::client) return std::nullopt;
  auto found = recall_password(*credentials.basic);
  if (!found || (*found && (*found)->principal != nullptr)) return found;
  return Found(std::move(client));
}

core::Result<std::optional<model::User>> Authenticator::State::find_user_by_name(const std::string& name) {
  auto found = store.find_user_by_name(name);
  if (!found || *found) return found;
  const auto other = from_latin1(name);
  return other ? store.find_user_by_name(*other) : std::move(found);
}

// Null: an unknown name. Takes the same time for everybody who is wrong: costs c, c+1, ..., n-1 after c make one of n.
bool Authenticator::State::is_right(const model::User* user, const std::string& password) const {
  const unsigned cost = user == nullptr ? 0 : cost_of(user->pass_hash);
  if (cost == 0) {
    spend(options.password_cost);
    return false;
  }
  if (verify_password(password, user->pass_hash)) return true;
  for (unsigned more = cost; more < options.password_cost; ++more) spend(more);
  return false;
}

Found Authenticator::State::check_password(const Credentials::Basic& basic, std::uint64_t epoch) {
  if (auto known = recall_password(basic)) return *std::move(known);
  const auto found = find_user_by_name(basic.name);
  if (!found) return found.error();
  const model::User* user = *found ? &**found : nullptr;
  const auto latin1 = from_latin1(basic.password);
  const bool possible = basic.password.find('\0') == std::string::npos;  // in no password, whoever's
  if (!possible || !(is_right(user, basic.password) || (latin1 && is_right(user, *latin1)))) {
    memory.remember_wrong(basic, epoch);
    static_cast<void>(throttle.failed(basic, options.clock()));
    return Known();
  }
  throttle.succeeded(basic);
  Principal principal;
  principal.kind = Principal::Kind::basic;
  principal.user = user->id;
  principal.admin = user->admin;
  principal.pass_hash = std::make_shared<const std::string>(user->pass_hash);
  auto right = std::make_shared<const Principal>(std::move(principal));
  memory.remember(basic, right, epoch);
  return Known{std::move(right), nullptr};
}

// A token that cannot be parsed is an error, even if a valid password follows (protocol 2.5).
Found Authenticator::State::find_message_sender(const Credentials& credentials, std::uint64_t epoch) {
  if (!credentials.token.empty()) {
    Found sender = find_token(credentials.token, Purpose::sender, epoch);
    if (!sender || sender->principal != nullptr) return sender;
  }
  if (credentials.basic) return check_password(*credentials.basic, epoch);
  return Known();
}

// A password that is throttled may be accompanied by a token that is right.
Found Authenticator::State::find_user(const Credentials& credentials, std::uint64_t epoch) {
  Found basic = credentials.basic ? check_password(*credentials.basic, epoch) : Found(Known());
  const bool throttled = !basic && basic.error().code == core::ErrorCode::throttled;
  if (credentials.token.empty() || (!basic && !throttled)) return basic;
  if (basic && basic->principal != nullptr) return basic;
  Found client = find_token(credentials.token, Purpose::client, epoch);
  return throttled && client && client->principal == nullptr ? basic : client;
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

core::Result<void> Authenticator::State::check_elevation(const Principal& principal) const {
  const bool elevated = principal.elevated_until && *principal.elevated_until > core::wall_now();
  if (!options.enforce_elevation || principal.kind != Principal::Kind::client || elevated) return {};
  return forbidden(kNotElevated);
}

// What a recognised principal (null = nobody) may do.
core::Result<PrincipalPtr> Authenticator::State::permit(Access access, const Credentials& credentials,
                                                        PrincipalPtr principal) const {
  if (principal == nullptr) {
    if (access == Access::optional) return anonymous();
    return unauthorized(access, credentials);
  }
  if (access == Access::admin && !principal->admin) return forbidden(kNotAdmin);
  if (access == Access::admin || access == Access::elevated) {
    if (auto elevated = check_elevation(*principal); !elevated) return elevated.error();
  }
  return principal;
}

// A recognised token counts as used even if the request is then refused.
core::Result<Admitted> Authenticator::State::admit(Access access, const Credentials& credentials, Known known,
                                                   core::WallTime now) {
  const bool touched = touch(known, now);
  auto principal = permit(access, credentials, std::move(known.principal));
  if (!principal) return std::move(principal).error();
  return Admitted{*std::move(principal), touched};
}

Authenticator::Authenticator(store::Store& store, Options options, metrics::Registry& metrics)
    : state_(std::make_unique<State>(store, options, metrics)) {}
Authenticator::~Authenticator() = default;

core::Result<void> Authenticator::check_elevation(const Principal& principal) const {
  return state_->check_elevation(principal);
}

std::optional<core::Result<Admitted>> Authenticator::recall(Access access, const Credentials& credentials) const {
  const core::WallTime now = core::wall_now();
  const std::string& token = credentials.token;
  const bool sending = access == Access::post_message;
  if (credentials.basic && (token.empty() || !sending)) {
    auto found = token.empty() ? state_->recall_password(*credentials.basic) : state_->recall_both(credentials, now);
    if (!found) return std::nullopt;
    if (!*found) return std::move(*found).error();
    return state_->admit(access, credentials, **std::move(found), now);
  }
  if (token.empty()) return state_->admit(access, credentials, Known(), now);
  auto known = state_->recall_token(token, sending ? State::Purpose::sender : State::Purpose::client, now);
  if (!known || (known->principal == nullptr && credentials.basic)) return std::nullopt;
  return state_->admit(access, credentials, *std::move(known), now);
}

core::Result<Admitted> Authenticator::authenticate(Access access, const Credentials& credentials) const {
  const std::uint64_t epoch = state_->memory.epoch();
  Found found = access == Access::post_message ? state_->find_message_sender(credentials, epoch)
                                               : state_->find_user(credentials, epoch);
  if (!found) return std::move(found).error();
  return state_->admit(access, credentials, *std::move(found), core::wall_now());
}

void Authenticator::added() {
  state_->memory.added();
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

core::Result<unsigned> highest_cost(store::Finder& store, unsigned configured) {
  const auto users = store.list_users();
  if (!users) return users.error();
  unsigned highest = configured;
  for (const model::User& user : *users) {
    if (const unsigned cost = cost_of(user.pass_hash); cost <= kHighestCost) highest = std::max(highest, cost);
  }
  return highest;
}

std::string_view unauthorized_text() {
  return kUnauthorized;
}

}  // namespace push::auth
