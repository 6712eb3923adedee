// A6: clients and sessions.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

constexpr const char* kLogin = "POST /auth/local/login";
const char* const kDuration = R"({"durationSeconds":60})";

}  // namespace

const Rows kClients = {
    {.number = "A6.1",
     .send = json("POST /client", "C", R"({"name":"c2","expiresAfterInactivitySeconds":60})"),
     .want = ok(R"({"id":<id>,"token":"<C>","name":"c2","createdAt":"<time>","lastUsed":null,)"
                R"("expiresAfterInactivitySeconds":60,"expiresAt":"<time>"})")
                 .apart("createdAt", "expiresAt", 60),
     .in = In::fresh},
    {"A6.2", json("POST /client", "C", R"({"name":"c2","expiresAfterInactivitySeconds":-1})"),
     fail(400,
          "json: cannot unmarshal number -1 into Go struct field ClientParams.expiresAfterInactivitySeconds of type "
          "uint")},
    {"A6.3", json("PUT /client/99999", "C", "{}"), fail(404, "client with id 99999 doesn't exists")},
    {"A6.4", json("POST /client/{client}/elevate", "E", "{}"), fail(400, "Field 'durationSeconds' is required")},
    {"A6.5", json("POST /client/99999/elevate", "E", kDuration), fail(404, "client not found")},
    {.number = "A6.6",
     .send = json("POST /client/{client}/elevate", "E", kDuration),
     .want = empty(204),
     .in = In::fresh,
     .after = {{{"GET /current/user", "C"}, ok().holding({R"("clientId":{client},"elevatedUntil":"<time>"})"})},
               {{"GET /user", "C"}, ok("[<any>]")}}},
    {.number = "A6.7",
     .send = json("POST /client/{elevated}/elevate", "E", R"({"durationSeconds":-1})"),
     .want = empty(204),
     .in = In::fresh,
     .after = {{{"GET /current/user", "E"}, ok().without({"elevatedUntil"})},
               {{"GET /client", "E"}, ok("[<any>]").without({"elevatedUntil"})}}},

    {"A6.8", json(kLogin, "", R"({"name":"browser"})"), fail(401, "basic auth required")},
    {"A6.9", json(kLogin, "wrong", R"({"name":"browser"})"), fail(401, "invalid credentials")},
    {"A6.10", json(kLogin, "B", "{}"), fail(400, "Field 'name' is required")},
    {.number = "A6.11",
     .send = {.line = kLogin, .as = "B", .type = support::kJson, .body = R"({"name":"browser"})", .keep = "login"},
     .want = ok(R"({"id":{owner},"name":"{owner.name}","admin":true,"createdAt":"<time>","clientId":<id>,)"
                R"("elevatedUntil":"<time>"})")
                 .with({"Set-Cookie: gotify-client-token=<C>; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"}),
     .in = In::fresh,
     .after = {{{"GET /current/user", "cookie=login.cookie"},
                ok().holding({R"("clientId":{login.clientId},"elevatedUntil":"<time>"})"})},
               {{"GET /client", "cookie=login.cookie"},
                ok().holding({R"("name":"browser"<any>"expiresAfterInactivitySeconds":604800)"})}}},

    {.number = "A6.30",
     .send = json("POST /current/user/password", "E", R"({"pass":""})"),
     .want = fail(400, "Field 'pass' is required")},
    {.number = "A6.31",
     .send = json("POST /current/user/password", "E", R"({"pass":"another"})"),
     .want = empty(),
     .in = In::fresh,
     .after = {{{"GET /current/user", "B"}, unauthorized()}, {{"GET /current/user", "C"}, ok()}}},

    {"A6.32", {"GET /application", "O"}, ok("[]"), In::fresh},
    {"A6.33", {"GET /client", "O"}, ok("[]"), In::fresh},
    {"A6.34", {"GET /plugin", "O"}, ok("[]"), In::fresh},
    {"A6.35", {"GET /plugin/1/config", "C"}, fail(404, "unknown plugin")},
    {"A6.36", {"POST /plugin/1/config", "C"}, fail(404, "unknown plugin")},
    {"A6.37", {"GET /plugin/1/display", "C"}, fail(404, "unknown plugin")},
    {"A6.38", {"POST /plugin/1/enable", "C"}, fail(404, "unknown plugin")},
    {"A6.39", {"POST /plugin/1/disable", "C"}, fail(404, "unknown plugin")},
    {"A6.40", {"GET /plugin/x/config", "C"}, fail(400, "invalid id")},
};

}  // namespace push::conformance
