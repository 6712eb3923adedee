#include "api/incoming.hpp"

#include "push/core/text.hpp"

namespace push::api {
namespace {

Conditions conditions_of(const net::Request& request) {
  Conditions out;
  out.if_match = request.header("If-Match");
  out.if_none_match = request.header("If-None-Match");
  out.if_modified_since = request.header("If-Modified-Since");
  out.if_unmodified_since = request.header("If-Unmodified-Since");
  out.if_range = request.header("If-Range");
  out.range = request.header("Range");
  return out;
}

}  // namespace

Incoming view_of(const net::Request& request) {
  Incoming out;
  out.method = request.method();
  if (request.is_complete()) out.body = request.body();
  out.peer = request.peer();
  out.host = request.header("Host");
  out.origin = request.header("Origin");
  out.content_type = request.header("Content-Type");
  out.authorization = request.header("Authorization");
  out.gotify_key = request.header("X-Gotify-Key");
  out.cookie = request.header("Cookie");
  out.fetch_site = request.header("Sec-Fetch-Site");
  out.forwarded_prefix = request.header("X-Forwarded-Prefix");
  if (out.method == "POST") out.idempotency_key = request.header("Idempotency-Key");
  if (out.method == "GET" || out.method == "HEAD") {  // a POST has no use for them
    out.forwarded_host = request.header("X-Forwarded-Host");
    if (out.forwarded_host.empty()) out.forwarded_host = request.header("X-Host");
    out.forwarded_proto = request.header("X-Forwarded-Proto");
    out.accept_encoding = request.header("Accept-Encoding");
    out.conditions = conditions_of(request);
  }
  return out;
}

binder::Source source_of(const Incoming& request) {
  return {request.method, request.content_type, request.target.query, request.body};
}

std::string public_url(const Incoming& request, bool trusted) {
  const bool forwarded = trusted && !request.forwarded_host.empty();
  const std::string_view host = forwarded ? request.forwarded_host : request.host;
  if (host.empty()) return {};
  std::string out = trusted && core::same_ignoring_case(request.forwarded_proto, "https") ? "https://" : "http://";
  return out.append(host);
}

std::string_view origin_host(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = origin.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  return host;
}

std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

}  // namespace push::api
