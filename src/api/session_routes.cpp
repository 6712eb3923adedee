#include "api/routes.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "api/context.hpp"
#include "api/credentials.hpp"
#include "api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

constexpr std::chrono::hours kElevation{1};
constexpr std::string_view kInvalid = "invalid credentials";

net::Response with_cookie(net::Response response, std::string cookie) {
  response.headers.emplace_back("Set-Cookie", std::move(cookie));
  return response;
}

// The password was right.
net::Response create_session(Context& context) {
  store::NewClient wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required();
  if (auto bound = binder::bind(context.source(), form); !bound) return error(bound.error());
  const auto user = context.services.store.find_user(context.user());
  if (!user) return error(user.error());
  if (!*user) return unauthorized(kInvalid);

  const core::WallTime now = core::wall_now();
  const auth::MintedToken token = auth::mint_client_token(context.token_form());
  wanted.user = context.user();
  wanted.token = token.stored;
  wanted.most = context.services.config.server.maxclients;
  wanted.expires_after_inactivity_seconds = kSessionSeconds;
  wanted.elevated_until = now + kElevation;
  const auto client = context.services.accounts.create_client(std::move(wanted));
  if (!client && client.error().code == core::ErrorCode::not_found) return unauthorized(kInvalid);
  if (!client) return error(client.error());
  std::string out;
  model::append_json(out, **user, {client->id, client->elevated_until}, now);
  return with_cookie(json(out), session_cookie(token.shown, context.services.config.server.securecookie));
}

void logged_in(Context& context, core::Result<auth::PrincipalPtr> principal) {
  if (!principal) return context.fail(principal.error());
  context.principal = *std::move(principal);
  context.on_worker([](Context& same) { same.finish(create_session(same)); });
}

}  // namespace

void log_in(Context& context) {
  auto basic = read_credentials(context.request).basic;
  if (!basic) return context.finish(unauthorized("basic auth required"));
  basic->from = context.client_address();
  const auth::Authenticator& authenticator = context.services.authenticator;
  if (auto known = authenticator.recall(*basic)) return logged_in(context, *std::move(known));
  context.on_password(
      [basic = *std::move(basic), &authenticator](Context& same) { logged_in(same, authenticator.log_in(basic)); });
}

net::Response log_out(Context& context) {
  net::Response response = forbidden("no client auth provided");
  if (context.principal->kind == auth::Principal::Kind::client) {
    const auto ended = context.services.accounts.end_session(context.user(), context.principal->client);
    response = ended ? empty() : error(ended.error());
  }
  return with_cookie(std::move(response), cleared_session_cookie(context.services.config.server.securecookie));
}

}  // namespace push::api
