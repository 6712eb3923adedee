#include "api/routes.hpp"

#include <string>
#include <utility>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "push/auth/token.hpp"
#include "push/binder/binder.hpp"
#include "push/core/log.hpp"
#include "push/model/json.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

// Gotify's words, grammar included (protocol 1.6).
core::Error no_such_application(const Context& context) {
  return core::failure(core::ErrorCode::not_found, "app with id " + std::to_string(context.id) + " doesn't exists");
}

// The application that the path names, if it is the user's own. Checked before the body is read.
core::Result<model::Application> own_application(Context& context) {
  auto found = context.services.store.find_application(core::ApplicationId{context.id});
  if (!found) return std::move(found).error();
  if (!*found || (*found)->user != context.user()) return no_such_application(context);
  return **std::move(found);
}

// The store's error about the path's application, in Gotify's words.
net::Response application_refusal(const Context& context, const core::Error& refused) {
  return error(refused.code == core::ErrorCode::not_found ? no_such_application(context) : refused);
}

// The fields that POST and PUT share: a store::NewApplication's or a store::ApplicationChange's.
template <class Wanted>
core::Result<void> bind_params(const Context& context, Wanted& wanted) {
  binder::Form form("ApplicationParams");
  form.text("name", wanted.name).required().at_most_bytes(model::kMaxName);
  form.text("description", wanted.description).at_most_bytes(model::kMaxDescription);
  form.integer("defaultPriority", wanted.default_priority);
  form.text("sortKey", wanted.sort_key).at_most_bytes(model::kMaxSortKey).printable();
  return binder::bind(context.source(), form);
}

// Shows the stored token, unless the caller has replaced it.
net::Response show(const model::Application& application) {
  std::string out;
  model::append_json(out, application, true);
  return json(out);
}

core::ApplicationId application_id(const Context& context) {
  return core::ApplicationId{context.id};
}

// The old image is removed only after the commit.
core::Result<model::Application> change_image(Context& context, std::string image) {
  auto change =
      context.services.accounts.set_application_image(context.user(), application_id(context), std::move(image));
  if (!change && change.error().code == core::ErrorCode::not_found) return no_such_application(context);
  if (!change) return change.error();
  context.services.images.remove(change->former_image);
  return std::move(change->application);
}

}  // namespace

net::Response list_applications(Context& context) {
  const auto found = context.services.store.list_applications(context.user());
  if (!found) return error(found.error());
  return json_list(*found, [&context](std::string& out, const model::Application& application) {
    model::append_json(out, application, context.lists_tokens());
  });
}

net::Response create_application(Context& context) {
  store::NewApplication wanted;
  if (auto bound = bind_params(context, wanted); !bound) return error(bound.error());
  wanted.user = context.user();
  const auth::MintedToken token = auth::mint_application_token(context.token_form());
  wanted.token = token.stored;
  auto stored = context.services.accounts.create_application(std::move(wanted));
  if (!stored && stored.error().code == core::ErrorCode::not_found) return unauthorized(auth::unauthorized_text());
  if (!stored) return application_refusal(context, stored.error());
  stored->token = token.shown;
  return show(*stored);
}

net::Response update_application(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  store::ApplicationChange wanted;
  if (auto bound = bind_params(context, wanted); !bound) return error(bound.error());
  const auto stored =
      context.services.accounts.update_application(context.user(), core::ApplicationId{context.id}, std::move(wanted));
  if (!stored) return application_refusal(context, stored.error());
  return show(*stored);
}

net::Response delete_application(Context& context) {
  const auto image = context.services.accounts.delete_application(context.user(), core::ApplicationId{context.id});
  if (!image) return application_refusal(context, image.error());
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
  if (!stored) return application_refusal(context, stored.error());
  std::string out = "{\"regenerateToken\":{\"token\":";
  model::append_json_string(out, token.shown);
  out += "}}";
  return json(out);
}

net::Response upload_application_image(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  const auto upload = binder::find_upload(context.source(), "file");
  if (!upload) return error(upload.error());
  if (!*upload) return bad_request("file with key 'file' must be present");
  const auto image = context.services.images.save((*upload)->file_name, (*upload)->content.view);
  if (!image) {
    if (image.error().code != core::ErrorCode::invalid)
      spdlog::error("cannot save image error=\"{}\"", image.error().text);
    return error(image.error());
  }
  const auto changed = change_image(context, *image);
  if (!changed) context.services.images.remove(*image);
  return changed ? show(*changed) : error(changed.error());
}

net::Response remove_application_image(Context& context) {
  const auto own = own_application(context);
  if (!own) return error(own.error());
  if (own->image.empty()) {
    return bad_request("app with id " + std::to_string(context.id) + " does not have a customized image");
  }
  const auto changed = change_image(context, "");
  return changed ? show(*changed) : error(changed.error());
}

}  // namespace push::api
