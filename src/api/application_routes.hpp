// /application (gotify-spec 1.6).
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response list_applications(Context& context);
net::Response create_application(Context& context);
net::Response update_application(Context& context);
net::Response delete_application(Context& context);
// A new token for an old application.
net::Response secure_application(Context& context);

}  // namespace push::api
