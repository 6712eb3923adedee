// Request -> auth::Credentials (gotify-spec 2.1), and the rule that keeps another site's page from using the session
// cookie (2.4).
#pragma once
#include "api/incoming.hpp"
#include "push/auth/principal.hpp"
#include "push/core/result.hpp"

namespace push::api {

auth::Credentials read_credentials(const Incoming& request);

// Applies to credentials that came from the cookie only. forbidden with Gotify's text.
core::Result<void> check_cross_origin(const Incoming& request, const auth::Credentials& credentials);

}  // namespace push::api
