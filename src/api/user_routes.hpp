// /user and /current/user (gotify-spec 1.8).
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response current_user(Context& context);
net::Response change_password(Context& context);

net::Response list_users(Context& context);
// For administrators; with `registration` for everybody.
net::Response create_user(Context& context);
net::Response find_user(Context& context);
net::Response update_user(Context& context);
net::Response delete_user(Context& context);

}  // namespace push::api
