// Request -> auth::Credentials (protocol 2.1), and the rule against pages of other sites that use the session cookie
// (2.4).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "api/incoming.hpp"
#include "push/auth/principal.hpp"
#include "push/core/result.hpp"

namespace push::api {

// A token is not looked for where only a password counts.
auth::Credentials read_credentials(const Incoming& request, auth::Access access);

// Applies to credentials that came from the cookie only. forbidden with Gotify's text.
core::Result<void> check_cross_origin(const Incoming& request, const auth::Credentials& credentials);

// The cookie of a browser session, a client's token (protocol 2.3).
inline constexpr std::string_view kSessionCookie = "gotify-client-token";
inline constexpr std::uint64_t kSessionSeconds = 7 * 24 * 60 * 60;  // of the cookie, and of its client when unused

// Value of a Set-Cookie header. secure: config `server.securecookie`. client_seconds: how long its client lasts unused;
// the cookie lasts as long if that is longer than kSessionSeconds, and at most 400 days, as browsers keep none longer.
std::string session_cookie(std::string_view token, bool secure, std::uint64_t client_seconds = kSessionSeconds);
// The same, which makes the browser delete its cookie.
std::string cleared_session_cookie(bool secure);

}  // namespace push::api
