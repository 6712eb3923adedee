// /application (gotify-spec 1.6).
#pragma once
#include "push/api/context.hpp"

namespace push::api {

net::Response list_applications(Context& context);
net::Response create_application(Context& context);

}  // namespace push::api
