// /client (gotify-spec 1.7).
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response list_clients(Context& context);
net::Response create_client(Context& context);
net::Response update_client(Context& context);
net::Response delete_client(Context& context);
net::Response elevate_client(Context& context);

}  // namespace push::api
