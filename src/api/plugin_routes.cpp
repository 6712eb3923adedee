#include "api/plugin_routes.hpp"

#include "api/respond.hpp"

namespace push::api {

net::Response list_plugins(Context& /*context*/) {
  return json("[]");
}

net::Response unknown_plugin(Context& /*context*/) {
  return error(404, "unknown plugin");
}

}  // namespace push::api
