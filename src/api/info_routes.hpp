// What needs no credentials (gotify-spec 1.4).
#pragma once
#include <string>

#include "api/context.hpp"

namespace push::api {

// {"version":…,"commit":…,"buildDate":…}
std::string version_json();
net::Response version(Context& context);
// What the server can do, for clients that ask before they log in.
net::Response gotify_info(Context& context);
net::Response health(Context& context);
// The answer to OPTIONS from our own origin or from no browser at all.
net::Response options(Context& context);

}  // namespace push::api
