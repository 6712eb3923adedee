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

void log_in(Context& context) {
  store::NewClient wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  if (auto bound = binder::bind(context.source(), form); !bound) return context.fail(bound.error());
  auto user = context.services.store.find_user(context.user());
  if (!user) return context.fail(user.error());
  // The body may have taken its time, and the password been changed meanwhile.
  if (!*user || (*user)->pass_hash != *context.principal->pass_hash) return context.finish(unauthorized(kInvalid));

  const core::WallTime now = core::wall_now();
  auth::MintedToken token = auth::mint_client_token(context.token_form());
  wanted.user = context.user();
  wanted.token = token.stored;
  wanted.most = context.services.config.server.maxclients;
  wanted.expires_after_inactivity_seconds = kSessionSeconds;
  wanted.elevated_until = now + kElevation;
  const auto answer = [user = **std::move(user), shown = std::move(token.shown), now](
                          Context& same, const core::Result<model::Client>& client) {
    if (!client && client.error().code == core::ErrorCode::not_found) return unauthorized(kInvalid);
    if (!client) return error(client.error());
    std::string out;
    model::append_json(out, user, {client->id, client->elevated_until}, now);
    return with_cookie(json(out), session_cookie(shown, same.services.config.server.securecookie));
  };
  context.services.accounts.create_client(std::move(wanted), context.answer_with(answer));
}

void log_out(Context& context) {
  const auto answer = [](Context& same, const core::Result<void>& ended) {
    return with_cookie(ended ? empty() : error(ended.error()),
                       cleared_session_cookie(same.services.config.server.securecookie));
  };
  if (context.principal->kind != auth::Principal::Kind::client) {
    return context.finish(answer(context, core::failure(core::ErrorCode::forbidden, "no client auth provided")));
  }
  context.services.accounts.end_session(context.user(), context.principal->client, context.answer_with(answer));
}

}  // namespace push::api
