// The cookie that a browser session is: a client's token (gotify-spec 2.3). Values of Set-Cookie headers.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace push::api {

inline constexpr std::string_view kSessionCookie = "gotify-client-token";
inline constexpr std::uint64_t kSessionSeconds = 7 * 24 * 60 * 60;  // the cookie's life, and its client's without use

// secure: config `server.securecookie`.
std::string session_cookie(std::string_view token, bool secure);
// Makes the browser throw its cookie away.
std::string cleared_session_cookie(bool secure);

}  // namespace push::api
