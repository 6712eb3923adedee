// The pictures of applications (gotify-spec 1.6, 1.9).
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response upload_application_image(Context& context);
net::Response remove_application_image(Context& context);
// GET and HEAD /image/<file>
net::Response serve_image(Context& context);

}  // namespace push::api
