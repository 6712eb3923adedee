// Request -> auth::Credentials (gotify-spec 2.1), and the rule that keeps another site's page from using the session
// cookie (2.4).
#pragma once
#include <string_view>

#include "push/api/incoming.hpp"
#include "push/auth/principal.hpp"
#include "push/core/result.hpp"

namespace push::api {

// `query` is the target's query, still encoded.
auth::Credentials read_credentials(const Incoming& request, std::string_view query);

// Applies to credentials that came from the cookie only. forbidden with Gotify's text.
core::Result<void> check_cross_origin(const Incoming& request, const auth::Credentials& credentials);

}  // namespace push::api
