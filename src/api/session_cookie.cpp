#include "api/session_cookie.hpp"

namespace push::api {
namespace {

std::string cookie(std::string_view value, std::uint64_t seconds, bool secure) {
  std::string out(kSessionCookie);
  out += '=';
  out += value;
  out += "; Path=/; Max-Age=" + std::to_string(seconds) + "; HttpOnly";
  if (secure) out += "; Secure";
  out += "; SameSite=Strict";
  return out;
}

}  // namespace

std::string session_cookie(std::string_view token, bool secure) {
  return cookie(token, kSessionSeconds, secure);
}

std::string cleared_session_cookie(bool secure) {
  return cookie({}, 0, secure);
}

}  // namespace push::api
