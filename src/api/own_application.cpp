#include "api/own_application.hpp"

#include <string>

namespace push::api {

core::Error no_such_application(const Context& context) {
  return core::failure(core::ErrorCode::not_found, "app with id " + std::to_string(context.id) + " doesn't exists");
}

core::Result<model::Application> own_application(Context& context) {
  auto found = context.services.store.find_application(core::ApplicationId{context.id});
  if (!found) return std::move(found).error();
  if (!*found || (*found)->user != context.user()) return no_such_application(context);
  return **std::move(found);
}

}  // namespace push::api
