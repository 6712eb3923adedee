#include "api/credentials.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "push/auth/base64.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::api {
namespace {

// What follows "<scheme> " (any case, exactly one space), or nothing.
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  if (!core::same_ignoring_case(header.substr(0, scheme.size()), scheme)) return std::nullopt;
  return header.substr(scheme.size() + 1);
}

std::optional<auth::Credentials::Basic> read_basic(std::string_view authorization) {
  const auto encoded = after_scheme(authorization, "Basic");
  if (!encoded) return std::nullopt;
  const auto decoded = auth::decode_base64(*encoded);
  if (!decoded) return std::nullopt;
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) return std::nullopt;
  return auth::Credentials::Basic{decoded->substr(0, colon), decoded->substr(colon + 1)};
}

std::string_view read_cookie(std::string_view cookies) {
  while (!cookies.empty()) {
    const std::string_view pair = go::trim(cookies.substr(0, cookies.find(';')));
    cookies.remove_prefix(
        std::min(cookies.size(), cookies.find(';') == std::string_view::npos ? cookies.size() : cookies.find(';') + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != kSessionCookie) continue;
    std::string_view value = pair.substr(equals + 1);
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

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

auth::Credentials read_credentials(const Incoming& request, auth::Access access) {
  auth::Credentials out;
  if (!request.authorization.empty()) out.basic = read_basic(request.authorization);
  if (access == auth::Access::password) return out;
  if (auto token = query_value(request.target.query, "token"); token && !token->empty()) {
    out.token = *std::move(token);
    return out;
  }
  if (!request.gotify_key.empty()) {
    out.token = request.gotify_key;
    return out;
  }
  if (const auto bearer = after_scheme(request.authorization, "Bearer"); bearer && !bearer->empty()) {
    out.token = *bearer;
    return out;
  }
  out.token = read_cookie(request.cookie);
  out.from_cookie = !out.token.empty();
  return out;
}

core::Result<void> check_cross_origin(const Incoming& request, const auth::Credentials& credentials) {
  if (!credentials.from_cookie) return {};
  if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") return {};
  if (!request.fetch_site.empty()) {
    if (request.fetch_site == "same-origin" || request.fetch_site == "none") return {};
    return core::failure(core::ErrorCode::forbidden, "cross-origin request detected from Sec-Fetch-Site header");
  }
  if (request.origin.empty() || origin_host(request.origin) == request.host) return {};
  return core::failure(core::ErrorCode::forbidden,
                       "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, and "
                       "Origin does not match Host");
}

std::string session_cookie(std::string_view token, bool secure, std::uint64_t client_seconds) {
  constexpr std::uint64_t kLongest = std::uint64_t{400} * 24 * 60 * 60;
  return cookie(token, std::clamp(client_seconds, kSessionSeconds, kLongest), secure);
}

std::string cleared_session_cookie(bool secure) {
  return cookie({}, 0, secure);
}

}  // namespace push::api
