#include "api/info_routes.hpp"

#include <string>

#include "api/respond.hpp"

// The build may name the commit and the date it builds from.
#ifndef PUSH_COMMIT
#define PUSH_COMMIT "unknown"
#endif
#ifndef PUSH_BUILD_DATE
#define PUSH_BUILD_DATE "unknown"
#endif

namespace push::api {
namespace {

// The Gotify release whose API this is: clients decide by it what they may ask for (gotify-spec 1.4).
constexpr std::string_view kGotifyVersion = "3.0.0";

}  // namespace

std::string version_json() {
  return "{\"version\":\"" + std::string(kGotifyVersion) +
         "\",\"commit\":\"" PUSH_COMMIT "\",\"buildDate\":\"" PUSH_BUILD_DATE "\"}";
}

net::Response version(Context& /*context*/) {
  return json(version_json());
}

net::Response gotify_info(Context& context) {
  return json("{\"version\":\"" + std::string(kGotifyVersion) +
              "\",\"register\":" + (context.services.config.registration ? "true" : "false") + ",\"oidc\":false}");
}

net::Response health(Context& context) {
  const bool alive = context.services.store.ping().has_value();
  net::Response response =
      json(alive ? R"({"health":"green","database":"green"})" : R"({"health":"orange","database":"red"})");
  response.status = alive ? 200 : 500;
  response.content_type = "application/json; charset=utf-8";
  return response;
}

net::Response options(Context& /*context*/) {
  return empty();
}

}  // namespace push::api
