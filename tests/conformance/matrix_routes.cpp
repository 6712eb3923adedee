// The specification's 1.2, without OIDC. {app}, {thing} and so on are the visitor's own or another's: see the test.
#include "conformance/matrix.hpp"

namespace push::conformance {
namespace {

using enum Needs;

Request body(const char* text) {
  return {.type = support::kJson, .body = text};
}

const Request kPlain;
const Want kWhatever = ok().typed(nullptr);
const Want kNoSubscription = fail(404, "this client has no subscription");
const Want kNoPlugin = fail(404, "unknown plugin");
const Want kUpgraded{.status = 101, .type = nullptr};
const Lines kUpgrade = {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="};
constexpr const char* kNoApp = "app with id {app} doesn't exists";
constexpr const char* kNoClient = "client with id {its client} doesn't exists";
constexpr const char* kPicture = "/image/matrixmatrixmatrixmatrixm.png";

}  // namespace

const std::vector<Route> kRoutes = {
    {"GET", "/", nothing, kPlain, "/", kWhatever},
    {"GET", "/index.html", nothing, kPlain, "/index.html", kWhatever},
    {"GET", "/sw.js", nothing, kPlain, "/sw.js", kWhatever},
    {"GET", "/manifest.json", nothing, kPlain, "/manifest.json", kWhatever},
    {"GET", "/static/*", nothing, kPlain, "/static/defaultapp.png", kWhatever},
    {"GET", "/health", nothing, kPlain, "/health", kWhatever},
    {"GET", "/livez", nothing, kPlain, "/livez", kWhatever},
    {"GET", "/readyz", nothing, kPlain, "/readyz", kWhatever},
    {"GET", "/version", nothing, kPlain, "/version"},
    {"GET", "/gotifyinfo", nothing, kPlain, "/gotifyinfo"},
    {"GET", "/swagger", nothing, kPlain, "/swagger", kWhatever},
    {"GET", "/docs", nothing, kPlain, "/docs", kWhatever},
    {"GET", "/image/*", nothing, kPlain, kPicture, kWhatever},
    {"OPTIONS", "*", nothing, kPlain, "/message", empty()},
    {"POST", "/message", poster, body(R"({"message":"m","appid":{app}})"), "/message", ok(), "appid not found", 400},
    {"GET", "/message", client, kPlain, "/message"},
    {"DELETE", "/message", client, kPlain, "/message", empty()},
    {"POST", "/message/delete", client, body(R"({"ids":[9999]})"), "/message/delete", ok(R"({"deleted":0})")},
    {"POST", "/message/test", client, body(R"({"appid":{app}})"), "/message/test", ok(), "appid not found", 400},
    {"GET", "/message/read", client, kPlain, "/message/read"},
    {"POST", "/message/read", client, body(R"({"ids":[1]})"), "/message/read", empty()},
    {"GET", "/webpush/key", client, kPlain, "/webpush/key"},
    {"GET", "/webpush/subscription", subscriber, kPlain, "/webpush/subscription", kNoSubscription},
    {"PUT", "/webpush/subscription", subscriber, body("{}"), "/webpush/subscription",
     fail(400, "Field 'endpoint' is required")},
    {"DELETE", "/webpush/subscription", subscriber, kPlain, "/webpush/subscription", empty()},
    {"POST", "/webpush/test", subscriber, kPlain, "/webpush/test", kNoSubscription},
    {"DELETE", "/message/:id", client, kPlain, "/message/{its message}", empty(), "message does not exist"},
    {"GET", "/application", client, kPlain, "/application"},
    {"POST", "/application", client, body(R"({"name":"n"})"), "/application"},
    {"PUT", "/application/:id", client, body(R"({"name":"n"})"), "/application/{app}", ok(), kNoApp},
    {"DELETE", "/application/:id", elevated, kPlain, "/application/{app}", empty(), kNoApp},
    {"PUT", "/application/:id/security", elevated, body(R"({"regenerateToken":false})"), "/application/{app}/security",
     ok("{}"), kNoApp},
    {"GET", "/application/:id/retention", client, kPlain, "/application/{app}/retention", ok(), kNoApp},
    {"PUT", "/application/:id/retention", client, body(R"({"days":36500})"), "/application/{app}/retention", ok(),
     kNoApp},
    {"POST", "/application/:id/image", client, multipart("", "", file_part("file", "x.png", png())),
     "/application/{app}/image", ok(), kNoApp},
    {"DELETE", "/application/:id/image", client, kPlain, "/application/{app}/image",
     fail(400, "app with id {app} does not have a customized image"), kNoApp},
    {"GET", "/application/:id/message", client, kPlain, "/application/{app}/message", ok(),
     "application does not exist"},
    {"DELETE", "/application/:id/message", client, kPlain, "/application/{app}/message", empty(),
     "application does not exists"},
    {"GET", "/client", client, kPlain, "/client"},
    {"POST", "/client", client, body(R"({"name":"n"})"), "/client"},
    {"PUT", "/client/:id", client, body(R"({"name":"n"})"), "/client/{its client}", ok(), kNoClient},
    {"DELETE", "/client/:id", elevated, kPlain, "/client/{its client}", empty(), kNoClient},
    {"POST", "/client/:id/elevate", elevated, body(R"({"durationSeconds":60})"), "/client/{its client}/elevate",
     empty(204), "client not found"},
    {"GET", "/stream", client, {.headers = kUpgrade}, "/stream", kUpgraded},
    {"GET", "/current/user", client, kPlain, "/current/user"},
    {"POST", "/current/user/password", elevated, body(R"({"pass":"p"})"), "/current/user/password", empty()},
    {"POST", "/auth/local/login", password, body(R"({"name":"n"})"), "/auth/local/login"},
    {"POST", "/auth/logout", session, kPlain, "/auth/logout", empty()},
    {"GET", "/user", admin, kPlain, "/user"},
    {"POST", "/user", optional, body(R"({"name":"made by {owner.name}","pass":"p"})"), "/user"},
    {"GET", "/user/:id", admin, kPlain, "/user/{other}"},
    {"GET", "/user/:id/presence", admin, kPlain, "/user/{other}/presence"},
    {"POST", "/user/:id", admin, body(R"({"name":"{other.name}"})"), "/user/{other}"},
    {"DELETE", "/user/:id", admin, kPlain, "/user/{other}", empty()},
    {"GET", "/admin/server", administrator, kPlain, "/admin/server"},
    {"GET", "/plugin", client, kPlain, "/plugin", ok("[]")},
    {"GET", "/plugin/:id/config", client, kPlain, "/plugin/1/config", kNoPlugin},
    {"POST", "/plugin/:id/config", client, kPlain, "/plugin/1/config", kNoPlugin},
    {"GET", "/plugin/:id/display", client, kPlain, "/plugin/1/display", kNoPlugin},
    {"POST", "/plugin/:id/enable", client, kPlain, "/plugin/1/enable", kNoPlugin},
    {"POST", "/plugin/:id/disable", client, kPlain, "/plugin/1/disable", kNoPlugin},
    // A secret address, which does not exist without plugins.
    {"GET", "/plugin/:id/custom/*", nothing, kPlain, "/plugin/1/custom/Psecret/x", {.status = 404, .type = nullptr}},
};

const std::vector<Visitor> kVisitors = [] {
  using Kind = Visitor::Kind;
  std::vector<Visitor> all = {
      {"nobody", ""},
      {"a wrong password", "wrong", Kind::nobody, false, false, false, true},
      {"an expired client", "X"},
      {"a user's application", "UA", Kind::application},
      {"an administrator's application", "A", Kind::application, true},
      {"a user's password", "U", Kind::password, false, true},
      {"an administrator's password", "B", Kind::password, true, true},
  };
  for (const bool admin : {false, true}) {
    for (const bool elevated : {false, true}) {
      const char* const names[] = {"UC", "UE", "C", "E"};
      const char* const cookies[] = {"cookie=UC", "cookie=UE", "cookie=C", "cookie=E"};
      const int which = (admin ? 2 : 0) + (elevated ? 1 : 0);
      all.push_back({names[which], names[which], Kind::client, admin, elevated});
      all.push_back({cookies[which], cookies[which], Kind::client, admin, elevated});
    }
  }
  all.push_back({"a cookie from another site's page", "cookie=E", Kind::client, true, true, true});
  return all;
}();

}  // namespace push::conformance
