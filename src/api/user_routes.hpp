// /user and /current/user (gotify-spec 1.8).
#pragma once
#include "push/api/context.hpp"

namespace push::api {

net::Response current_user(Context& context);

}  // namespace push::api
