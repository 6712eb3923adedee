#include "api/application_routes.hpp"

#include <string>
#include <utility>

#include "api/json_list.hpp"
#include "api/own_application.hpp"
#include "api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

// A store's answer in Gotify's words.
net::Response refusal(const Context& context, const core::Error& refused) {
  if (refused.code == core::ErrorCode::not_found) return error(no_such_application(context));
  return error(refused);
}

// The fields that POST and PUT share: a store::NewApplication's or a store::ApplicationChange's.
template <class Wanted>
core::Result<void> bind_params(const Context& context, Wanted& wanted) {
  binder::Form form("ApplicationParams");
  form.text("name", wanted.name).required();
  form.text("description", wanted.description);
  form.integer("defaultPriority", wanted.default_priority);
  form.text("sortKey", wanted.sort_key);
  return binder::bind(context.source(), form);
}

net::Response show(const model::Application& application) {
  std::string out;
  model::append_json(out, application, true);
  return json(out);
}

}  // namespace

net::Response list_applications(Context& context) {
  const auto found = context.services.store.list_applications(context.user());
  if (!found) return error(found.error());
  return json(json_list(*found, [&context](std::string& out, const model::Application& application) {
    model::append_json(out, application, context.lists_tokens());
  }));
}

net::Response create_application(Context& context) {
  store::NewApplication wanted;
  if (auto bound = bind_params(context, wanted); !bound) return error(bound.error());
  wanted.user = context.user();
  const auth::MintedToken token = auth::mint_application_token(context.token_form());
  wanted.token = token.stored;
  auto stored = context.services.accounts.create_application(std::move(wanted));
  if (!stored && stored.error().code == core::ErrorCode::not_found) return error(401, auth::unauthorized_text());
  if (!stored) return refusal(context, stored.error());
  stored->token = token.shown;
  return show(*stored);
}

net::Response update_application(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  store::ApplicationChange wanted;
  if (auto bound = bind_params(context, wanted); !bound) return error(bound.error());
  const auto stored =
      context.services.accounts.update_application(context.user(), core::ApplicationId{context.id}, std::move(wanted));
  if (!stored) return refusal(context, stored.error());
  return show(*stored);
}

net::Response delete_application(Context& context) {
  const auto image = context.services.accounts.delete_application(context.user(), core::ApplicationId{context.id});
  if (!image) return refusal(context, image.error());
  context.services.images.remove(*image);
  return empty();
}

net::Response secure_application(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  bool regenerate = false;
  binder::Form form("SecurityUpdateAction");
  form.boolean("regenerateToken", regenerate);
  if (auto bound = binder::bind(context.source(), form); !bound) return error(bound.error());
  if (!regenerate) return json("{}");
  const auth::MintedToken token = auth::mint_application_token(context.token_form());
  const auto stored =
      context.services.accounts.set_application_token(context.user(), core::ApplicationId{context.id}, token.stored);
  if (!stored && stored.error().conflict == core::Conflict::token) {
    return error(400, "the new token is taken, try again");
  }
  if (!stored) return refusal(context, stored.error());
  std::string out = "{\"regenerateToken\":{\"token\":";
  model::append_json_string(out, token.shown);
  out += "}}";
  return json(out);
}

}  // namespace push::api
