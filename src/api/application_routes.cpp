#include "api/application_routes.hpp"

#include <string>
#include <utility>

#include "api/json_list.hpp"
#include "push/api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/model/json.hpp"

namespace push::api {

net::Response list_applications(Context& context) {
  const auto found = context.store.list_applications(context.user());
  if (!found) return error(found.error());
  return json(json_list(*found, [&context](std::string& out, const model::Application& application) {
    model::append_json(out, application, context.lists_tokens());
  }));
}

net::Response create_application(Context& context) {
  store::NewApplication wanted;
  binder::Form form("ApplicationParams");
  form.text("name", wanted.name).required();
  form.text("description", wanted.description);
  form.integer("defaultPriority", wanted.default_priority);
  form.text("sortKey", wanted.sort_key);
  if (auto bound = binder::bind(context.source(), form); !bound) return error(bound.error());
  wanted.user = context.user();
  const auth::MintedToken token = auth::mint_application_token(context.token_form());
  wanted.token = token.stored;
  auto stored = context.store.create_application(std::move(wanted));
  if (!stored && stored.error().code == core::ErrorCode::invalid) return error(400, "sort key is not unique");
  if (!stored) return error(stored.error());
  stored->token = token.shown;
  std::string out;
  model::append_json(out, *stored, true);
  return json(out);
}

}  // namespace push::api
