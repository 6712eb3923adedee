// The web page and the files around it, and the API's description (gotify-spec 1.4, 9). CORS and configured headers do
// not reach them.
#pragma once
#include "api/context.hpp"

namespace push::api {

net::Response index_page(Context& context);
net::Response manifest(Context& context);
net::Response static_file(Context& context);
net::Response swagger(Context& context);
net::Response docs_page(Context& context);

}  // namespace push::api
