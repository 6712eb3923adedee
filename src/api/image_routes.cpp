#include "api/image_routes.hpp"

#include <optional>
#include <string>
#include <utility>

#include "api/own_application.hpp"
#include "api/respond.hpp"
#include "api/serve_content.hpp"
#include "push/api/origin_rules.hpp"
#include "push/binder/binder.hpp"
#include "push/core/log.hpp"
#include "push/model/json.hpp"

namespace push::api {
namespace {

core::ApplicationId application_id(const Context& context) {
  return core::ApplicationId{context.id};
}

// Whatever the change replaces is removed only when it is committed.
core::Result<model::Application> change_image(Context& context, std::string image) {
  auto change =
      context.services.accounts.set_application_image(context.user(), application_id(context), std::move(image));
  if (!change && change.error().code == core::ErrorCode::not_found) return no_such_application(context);
  if (!change) return change.error();
  context.services.images.remove(change->former_image);
  return std::move(change->application);
}

// The token as it is stored, as in the answer to PUT.
net::Response shown(const core::Result<model::Application>& application) {
  if (!application) return error(application.error());
  std::string out;
  model::append_json(out, *application, true);
  return json(out);
}

}  // namespace

net::Response upload_application_image(Context& context) {
  if (auto own = own_application(context); !own) return error(own.error());
  const auto upload = binder::find_upload(context.source(), "file");
  if (!upload) return error(upload.error());
  if (!*upload) return error(400, "file with key 'file' must be present");
  const auto image = context.services.images.save((*upload)->file_name, (*upload)->content);
  if (!image) {
    if (image.error().code != core::ErrorCode::invalid) spdlog::error("Image not saved: {}", image.error().text);
    return error(image.error());
  }
  const auto changed = change_image(context, *image);
  if (!changed) context.services.images.remove(*image);
  return shown(changed);
}

net::Response remove_application_image(Context& context) {
  const auto own = own_application(context);
  if (!own) return error(own.error());
  if (own->image.empty()) {
    return error(400, "app with id " + std::to_string(context.id) + " does not have a customized image");
  }
  return shown(change_image(context, ""));
}

net::Response serve_image(Context& context) {
  const auto image = context.services.images.read(context.rest);
  if (!image) {
    spdlog::error("Image not served: {}", image.error().text);
    return error(image.error());
  }
  if (!*image) {
    net::Response response = error(404, "page not found");
    response.content_type = "application/json; charset=utf-8";
    return response;
  }
  net::Response response =
      serve_content(context.request, {core::Slice::copy((*image)->bytes), (*image)->type, (*image)->modified});
  set_header(response.headers, "X-Content-Type-Options", "nosniff");
  return response;
}

}  // namespace push::api
