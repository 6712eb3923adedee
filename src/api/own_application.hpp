// The application that the path names, if it is the user's own.
#pragma once
#include "api/context.hpp"

namespace push::api {

// Gotify's words, grammar included (gotify-spec 1.6).
core::Error no_such_application(const Context& context);
// not_found: missing, or somebody else's. Asked before the body is read.
core::Result<model::Application> own_application(Context& context);

}  // namespace push::api
