// A2: who is let in, and with which credentials. Tokens of the new kind are in a2_tokens.cpp.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

const Want kNotElevated = fail(403, "session not elevated, use basic auth or call /client:elevate");
const Want kNotAdmin = fail(403, "you are not allowed to access this api");
const Want kCrossOrigin = fail(403, "cross-origin request detected from Sec-Fetch-Site header");
const char* const kHello = R"({"message":"hello"})";

}  // namespace

const Rows kAuth = {
    {"A2.1", {"GET /message"}, unauthorized()},
    {"A2.2", {"GET /application"}, unauthorized()},
    {"A2.3", {"GET /plugin"}, unauthorized()},
    {"A2.4", {"GET /stream"}, unauthorized()},
    {"A2.5", {"GET /user"}, unauthorized()},
    {"A2.6", {"GET /message", "A"}, unauthorized()},
    {"A2.7", {"GET /application", "A"}, unauthorized()},
    {"A2.8", {"DELETE /message/17", "A"}, unauthorized()},
    {"A2.9", {"GET /current/user", "A"}, unauthorized()},
    {"A2.10", {"GET /user", "A"}, unauthorized()},
    {"A2.11", {"GET /stream", "A"}, unauthorized()},

    {"A2.12", {"GET /current/user", "wrong"}, unauthorized()},
    {"A2.13", json("POST /message", "wrong A", kHello), ok(), In::fresh},
    {"A2.14", {.line = "GET /current/user", .headers = {"Authorization: Basic zzzz"}}, unauthorized()},
    {"A2.15", {.line = "GET /current/user", .headers = {"Authorization: basic YWRtaW46YWRtaW4="}}, ok()},
    {"A2.16", {.line = "GET /current/user", .headers = {"Authorization: bearer {C}"}}, ok()},
    {"A2.17", {.line = "GET /current/user", .headers = {"Authorization: {C}"}}, unauthorized()},
    {"A2.18", {.line = "GET /current/user", .headers = {"Authorization: Bearer  {C}"}}, unauthorized()},
    {"A2.19", {.line = "GET /current/user", .headers = {"Authorization: Bearer {C} "}}, ok()},

    {"A2.20", json("POST /message?token=", "A", kHello), ok(), In::fresh},
    {"A2.21", json("POST /message?token=bad", "A", kHello), unauthorized()},
    {"A2.22", json("POST /message?token=&token={A}", "", kHello), unauthorized()},

    {.number = "A2.23",
     .send = {"DELETE /application/{app2}", "C"},
     .want = kNotElevated,
     .in = In::fresh,
     .v2 = empty()},
    {.number = "A2.24",
     .send = {"DELETE /client/{elevated}", "C"},
     .want = kNotElevated,
     .in = In::fresh,
     .v2 = empty()},
    {.number = "A2.25",
     .send = {"DELETE /client/99999", "C"},
     .want = kNotElevated,
     .v2 = fail(404, "client with id 99999 doesn't exists")},
    {.number = "A2.26",
     .send = json("POST /client/{client}/elevate", "C", R"({"durationSeconds":60})"),
     .want = kNotElevated,
     .in = In::fresh,
     .v2 = empty(204)},
    {.number = "A2.27",
     .send = json("POST /current/user/password", "C", R"({"pass":"new"})"),
     .want = kNotElevated,
     .in = In::fresh,
     .v2 = empty()},
    {.number = "A2.28", .send = {"GET /user", "C"}, .want = kNotElevated, .v2 = ok("[<any>]")},

    {"A2.29", {"GET /user", "U"}, kNotAdmin},
    {"A2.30", {"GET /user", "UC"}, kNotAdmin},
    {"A2.31", {"GET /user", "UE"}, kNotAdmin},
    {.number = "A2.32",
     .send = json("POST /user", "C", R"({"name":"made by {owner.name}","pass":"p","admin":true})"),
     .want = kNotElevated,
     .in = In::fresh,
     .v2 = ok(R"({"id":<id>,"name":"made by {owner.name}","admin":true,"createdAt":"<time>"})"),
     .instead_of = "200 and an administrator who is not elevated has made another one (3.0)"},

    {.number = "A2.33",
     .send = {"GET /current/user", "cookie=C"},
     .want = ok().with({"Set-Cookie: gotify-client-token={C}; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict"}),
     .in = In::fresh},
    {.number = "A2.34",
     .send = {"GET /current/user", "cookie=C"},
     .want = ok().with({"!Set-Cookie"}),
     .in = In::fresh,
     .before = {{"GET /current/user", "cookie=C"}}},

    {"A2.35",
     {.line = "POST /auth/logout", .as = "cookie=C", .headers = {"Sec-Fetch-Site: cross-site"}},
     kCrossOrigin,
     In::fresh},
    {"A2.36",
     {.line = "POST /auth/logout", .as = "cookie=C", .headers = {"Sec-Fetch-Site: same-site"}},
     kCrossOrigin,
     In::fresh},
    {.number = "A2.37",
     .send = {.line = "POST /auth/logout", .as = "cookie=C", .headers = {"Origin: https://localhost"}},
     .want = empty().with({"Set-Cookie: gotify-client-token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"}),
     .in = In::fresh,
     .after = {{{"GET /current/user", "C"}, unauthorized()}}},
    {.number = "A2.38",
     .send = {.line = "POST /auth/logout", .as = "cookie=C", .headers = {"Origin: https://localhost"}},
     .want = unauthorized(),
     .in = In::fresh,
     .before = {{.line = "POST /auth/logout", .as = "cookie=C", .headers = {"Origin: https://localhost"}}}},
    {.number = "A2.39",
     .send = {"POST /auth/logout", "B"},
     .want = fail(403, "no client auth provided")
                 .with({"Set-Cookie: gotify-client-token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"})},
};

}  // namespace push::conformance
