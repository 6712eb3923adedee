// /auth/local/login and /auth/logout (gotify-spec 1.8, 2.3).
#pragma once
#include "api/context.hpp"

namespace push::api {

// A client that lives in a browser's cookie, from a name and a password.
net::Response log_in(Context& context);
net::Response log_out(Context& context);

}  // namespace push::api
