#include "api/exchange.hpp"

namespace push::api {

Incoming view_of(const net::Request& request) {
  Incoming out;
  out.method = request.method();
  out.target = request.target();
  out.body = request.body();
  out.peer = request.peer();
  out.host = request.header("Host");
  out.origin = request.header("Origin");
  out.content_type = request.header("Content-Type");
  out.authorization = request.header("Authorization");
  out.gotify_key = request.header("X-Gotify-Key");
  out.cookie = request.header("Cookie");
  out.fetch_site = request.header("Sec-Fetch-Site");
  out.forwarded_prefix = request.header("X-Forwarded-Prefix");
  return out;
}

}  // namespace push::api
