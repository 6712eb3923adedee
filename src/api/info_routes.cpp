#include "api/routes.hpp"

#include <string>

#include "api/context.hpp"
#include "api/respond.hpp"

// The build may define the commit and its date.
#ifndef PUSH_COMMIT
#define PUSH_COMMIT "unknown"
#endif
#ifndef PUSH_BUILD_DATE
#define PUSH_BUILD_DATE "unknown"
#endif

namespace push::api {
namespace {

// The Gotify release whose API this is: clients choose their requests by it (protocol 1.4).
constexpr std::string_view kGotifyVersion = "3.0.0";

// Features that clients and pages offer to their users.
constexpr std::string_view kOidc = "\"oidc\":false";
std::string registration(const config::Config& config) {
  return std::string("\"register\":") + (config.registration ? "true" : "false");
}

std::string version_json() {
  return "{\"version\":\"" + std::string(kGotifyVersion) +
         "\",\"commit\":\"" PUSH_COMMIT "\",\"buildDate\":\"" PUSH_BUILD_DATE "\"}";
}

}  // namespace

std::string_view commit() {
  return PUSH_COMMIT;
}

std::string page_config(const config::Config& config) {
  return "{" + registration(config) + ",\"version\":" + version_json() + "," + std::string(kOidc) + "}";
}

net::Response version(Context& /*context*/) {
  return json(version_json());
}

net::Response gotify_info(Context& context) {
  return json("{\"version\":\"" + std::string(kGotifyVersion) + "\"," + registration(context.services.config) + "," +
              std::string(kOidc) + "}");
}

net::Response health(Context& context) {
  const bool alive = context.services.store.ping().has_value();
  net::Response response =
      alive ? json(R"({"health":"green","database":"green"})") : unhealthy(R"({"health":"orange","database":"red"})");
  response.content_type = "application/json; charset=utf-8";
  keep_private(response);
  return response;
}

net::Response alive(Context& /*context*/) {
  return plain("alive\n");
}

net::Response ready(Context& context) {
  const auto trouble = context.services.readiness.trouble();
  return trouble ? not_ready(*trouble + "\n") : plain("ready\n");
}

net::Response options(Context& /*context*/) {
  return empty();
}

net::Response list_plugins(Context& /*context*/) {
  return json("[]");
}

net::Response unknown_plugin(Context& /*context*/) {
  return not_found("unknown plugin");
}

}  // namespace push::api
