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
#include "push/model/limits.hpp"

namespace push::api {
namespace {

constexpr std::chrono::hours kElevation{1};
constexpr std::string_view kInvalid = "invalid credentials";

net::Response with_cookie(net::Response response, std::string cookie) {
  response.headers.emplace_back("Set-Cookie", std::move(cookie));
  return response;
}

}  // namespace

net::Response log_in(Context& context) {
  const auto basic = read_credentials(context.request).basic;
  if (!basic) return unauthorized("basic auth required");
  const auto principal = context.services.authenticator.log_in(*basic);
  if (!principal) return error(principal.error());
  store::NewClient wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  if (auto bound = binder::bind(context.source(), form); !bound) return error(bound.error());
  const auto user = context.services.store.find_user((*principal)->user);
  if (!user) return error(user.error());
  if (!*user) return unauthorized(kInvalid);

  const core::WallTime now = core::wall_now();
  const auth::MintedToken token = auth::mint_client_token(context.token_form());
  wanted.user = (*principal)->user;
  wanted.token = token.stored;
  wanted.expires_after_inactivity_seconds = kSessionSeconds;
  wanted.elevated_until = now + kElevation;
  const auto client = context.services.accounts.create_client(std::move(wanted));
  if (!client && client.error().code == core::ErrorCode::not_found) return unauthorized(kInvalid);
  if (!client) return error(client.error());
  std::string out;
  model::append_json(out, **user, {client->id, client->elevated_until}, now);
  return with_cookie(json(out), session_cookie(token.shown, context.services.config.server.securecookie));
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
