// The request as plain views: handlers and their helpers never see net::Request, and tests build one from literals.
#pragma once
#include <string>
#include <string_view>

#include "api/target.hpp"
#include "push/binder/binder.hpp"
#include "push/net/http.hpp"

namespace push::api {

// GET and HEAD only, "" if absent (RFC 9110 13, 14).
struct Conditions {
  std::string_view if_match;
  std::string_view if_none_match;
  std::string_view if_modified_since;
  std::string_view if_unmodified_since;
  std::string_view if_range;
  std::string_view range;
};

struct Incoming {
  std::string_view method;
  Target target;  // empty until it is parsed
  std::string_view body;
  std::string_view peer;  // IP address, "" on a unix socket
  // Headers, "" if absent.
  std::string_view host;
  std::string_view origin;
  std::string_view content_type;
  std::string_view authorization;
  std::string_view gotify_key;  // X-Gotify-Key
  std::string_view cookie;
  std::string_view fetch_site;        // Sec-Fetch-Site
  std::string_view forwarded_prefix;  // X-Forwarded-Prefix
  std::string_view idempotency_key;   // Idempotency-Key; POST only
  // GET and HEAD only.
  std::string_view forwarded_host;   // X-Forwarded-Host, else X-Host
  std::string_view forwarded_proto;  // X-Forwarded-Proto
  std::string_view accept_encoding;  // Accept-Encoding
  Conditions conditions;
};

// Views of `request`; the target is left empty.
Incoming view_of(const net::Request& request);

// What binder reads fields from.
binder::Source source_of(const Incoming& request);

// The scheme and the host by which the client knows this server, e.g. https://push.example:8443; "" if it named none.
// `trusted`: a proxy's X-Forwarded-Proto and -Host count.
std::string public_url(const Incoming& request, bool trusted);

// Host with port of an Origin header, "" if the origin has none (e.g. `null`).
std::string_view origin_host(std::string_view origin);
// The host of `host[:port]`, without the brackets of an IPv6 address.
std::string_view host_name(std::string_view host);

}  // namespace push::api
