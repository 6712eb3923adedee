#include "api/client_routes.hpp"

#include <string>
#include <utility>

#include "api/json_list.hpp"
#include "push/api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {

net::Response list_clients(Context& context) {
  const auto found = context.store.list_clients(context.user());
  if (!found) return error(found.error());
  const core::WallTime now = core::wall_now();
  return json(json_list(*found, [&context, now](std::string& out, const model::Client& client) {
    model::append_json(out, client, context.lists_tokens(), now);
  }));
}

net::Response create_client(Context& context) {
  store::NewClient wanted;
  binder::Form form("ClientParams");
  form.text("name", wanted.name).required();
  form.unsigned_integer("expiresAfterInactivitySeconds", wanted.expires_after_inactivity_seconds);
  if (auto bound = binder::bind(context.source(), form); !bound) return error(bound.error());
  wanted.user = context.user();
  const auth::MintedToken token = auth::mint_client_token(context.token_form());
  wanted.token = token.stored;
  auto stored = context.store.create_client(std::move(wanted));
  if (!stored) return error(stored.error());
  stored->token = token.shown;
  std::string out;
  model::append_json(out, *stored, true, core::wall_now());
  return json(out);
}

}  // namespace push::api
