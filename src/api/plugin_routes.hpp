// /plugin of a server without plugins (gotify-spec 8). A plugin's own pages, /plugin/:id/custom/..., are no routes.
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response list_plugins(Context& context);
net::Response unknown_plugin(Context& context);

}  // namespace push::api
