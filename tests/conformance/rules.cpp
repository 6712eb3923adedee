// Rules of the specification without an exchange in appendix A, numbered by its sections. 13: defects of Gotify.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

const Want kNotAdmin = fail(403, "you are not allowed to access this api");
const Want kCrossOrigin =
    fail(403,
         "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, "
         "and Origin does not match Host");
const Want kBadRequest{.status = 400, .body = R"({"error":"Bad Request","errorCode":400,"errorDescription":"<any>"})"};
const support::Settings kCors = {{"GOTIFY_SERVER_CORS_ALLOWORIGINS", "https://friend\\.example"},
                                 {"GOTIFY_SERVER_CORS_ALLOWMETHODS", "get,Post"},
                                 {"GOTIFY_SERVER_CORS_ALLOWHEADERS", "x-gotify-key"},
                                 {"GOTIFY_SERVER_RESPONSEHEADERS", R"({"X-House":"v"})"},
                                 {"GOTIFY_SERVER_SECURECOOKIE", "true"}};
const Lines kFriend = {"Origin: https://friend.example"};
const std::string kLong(73, 'p');

Request hello(const char* as) {
  return json("POST /message", as, R"({"message":"hello"})");
}

Request kept(const char* line, const char* as, const char* body, const char* name) {
  Request request = json(line, as, body);
  request.keep = name;
  return request;
}

Request logout(const char* as, Lines headers) {
  return {.line = "POST /auth/logout", .as = as, .headers = std::move(headers)};
}

}  // namespace

const Rows kRules = {
    // 1.0: ids are checked after credentials, empty answers are empty, no headers about software or caching
    {"S1.0.1", {"GET /application/abc/message"}, unauthorized()},
    {"S1.0.2", json("POST /message", "", "{bad"), unauthorized()},
    {.number = "S1.0.3",
     .send = {"DELETE /message", "O"},
     .want = empty().with(
         {"Content-Length: 0", "!Server", "Cache-Control: no-store", "X-Content-Type-Options: nosniff", "!ETag"}),
     .in = In::fresh,
     .instead_of = "answer without Cache-Control and X-Content-Type-Options"},
    {"S1.0.4", {"GET /application/00{app1}/message", "C"}, ok("{\"paging\":<any>")},
    {.number = "S1.0.5",
     .send = {"GET /application/00{app1}/message?token={C}&x=1&limit=1"},
     .want = ok(R"({"paging":{"next":"<any>/application/00{app1}/message?limit=1\u0026since={two.id}",<any>)"),
     .in = In::fresh,
     .before = {hello("A"), kept("POST /message", "A", R"({"message":"2"})", "two")}},
    // 1.5: titles
    {"S1.5.1", json("POST /message", "A", R"({"message":"m","title":"  "})"), ok().holding({R"("title":"app1")"})},
    {"S1.5.2", json("POST /message", "A", R"({"message":"m","title":" t "})"), ok().holding({R"("title":" t ")"})},
    {"S1.5.3", json("POST /message", "C", R"({"message":"m","appid":{app2}})"),
     ok().holding({R"("appid":{app2},)", R"("priority":5)"})},
    // 1.7: the expiry is changed only by its member
    {.number = "S1.7.1",
     .send = json("PUT /client/{new.id}", "C", R"({"name":"renamed"})"),
     .want = ok().holding({R"("name":"renamed")", R"("expiresAfterInactivitySeconds":60,"expiresAt":"<time>")"}),
     .in = In::fresh,
     .before = {kept("POST /client", "C", R"({"name":"n","expiresAfterInactivitySeconds":60})", "new")}},
    {.number = "S1.7.2",
     .send = json("PUT /client/{new.id}", "C", R"({"name":"n","expiresAfterInactivitySeconds":0})"),
     .want = ok().holding({R"("expiresAfterInactivitySeconds":0})"}),
     .in = In::fresh,
     .before = {kept("POST /client", "C", R"({"name":"n","expiresAfterInactivitySeconds":60})", "new")}},
    // 1.8: what a change of a user leaves out
    {.number = "S1.8.1",
     .send = json("POST /user/{user}", "B", R"({"name":"renamed {user.name}","admin":true})"),
     .want = ok(R"({"id":{user},"name":"renamed {user.name}","admin":true,"createdAt":"<time>"})"),
     .in = In::fresh,
     .after = {{{"GET /user", "UE"}, ok("[<any>]")},
               {json("POST /user/{user}", "B", R"({"name":"{user.name}"})"), ok().holding({R"("admin":false)"})},
               {{"GET /current/user", "U"}, ok()},
               {{"GET /user", "UE"}, kNotAdmin}}},
    {.number = "S1.8.2",
     .send = {"DELETE /user/{user}", "B"},
     .want = empty(),
     .in = In::fresh,
     .after = {{{"GET /current/user", "U"}, unauthorized()},
               {{"GET /current/user", "UC"}, unauthorized()},
               {hello("UA"), unauthorized()}}},
    {.number = "S1.8.3",
     .send = {"POST /auth/logout", "C"},
     .want = empty().with({"Set-Cookie: gotify-client-token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict"}),
     .in = In::fresh,
     .after = {{{"GET /current/user", "C"}, unauthorized()}, {{"GET /current/user", "E"}, ok()}}},
    // 2.1: the first place with a token decides
    {"S2.1.1", {.line = "GET /current/user", .as = "bearer=C", .headers = {"X-Gotify-Key: bad"}}, unauthorized()},
    {"S2.1.2",
     {.line = "GET /current/user", .as = "cookie=C", .headers = {"Authorization: Bearer bad"}},
     unauthorized()},
    {"S2.1.3", {.line = "GET /current/user", .as = "C", .headers = {"Cookie: gotify-client-token=bad"}}, ok()},
    {"S2.1.4", {.line = "GET /current/user", .headers = {"Cookie: a=b; gotify-client-token={C}; c=d"}}, ok()},
    // 2.2: several kinds of credentials at once
    {"S2.2.1", {"GET /user", "U E"}, kNotAdmin},
    {"S2.2.2", {"GET /user", "wrong E"}, ok("[<any>]")},
    {"S2.2.3", {"GET /current/user", "B UC"}, ok().holding({R"("name":"{owner.name}")"}).without({"clientId"})},
    {"S2.2.4", hello("B A"), ok().holding({R"("appid":{app1},)"})},
    {"S2.2.5", {"GET /user", "B C"}, ok("[<any>]")},
    // 2.3, 2.4: cookies
    {.number = "S2.3.1",
     .send = json("POST /auth/local/login", "B", R"({"name":"browser"})"),
     .want =
         ok().with({"Set-Cookie: gotify-client-token=<C>; Path=/; Max-Age=604800; HttpOnly; Secure; SameSite=Strict"}),
     .in = In::fresh,
     .settings = kCors},
    {"S2.4.1", logout("cookie=C", {"Sec-Fetch-Site: same-origin"}), empty(), In::fresh},
    {"S2.4.2", logout("cookie=C", {"Sec-Fetch-Site: none"}), empty(), In::fresh},
    {"S2.4.3", logout("C", {"Sec-Fetch-Site: cross-site"}), empty(), In::fresh},
    {"S2.4.4", {.line = "GET /message", .as = "cookie=C", .headers = {"Sec-Fetch-Site: cross-site"}}, ok()},
    {.number = "S2.4.5", .send = logout("cookie=C", kFriend), .want = kCrossOrigin, .settings = kCors},
    // 6.1, 6.2: other origins, and headers for every answer
    {.number = "S6.1.1",
     .send = {.line = "OPTIONS /nope", .headers = kFriend},
     .want = Want{.status = 204, .body = "", .type = nullptr}.with(
         {"Access-Control-Allow-Origin: https://friend.example", "Access-Control-Allow-Methods: GET,POST",
          "Access-Control-Allow-Headers: X-Gotify-Key", "Access-Control-Max-Age: 43200", "Vary: Origin",
          "!Access-Control-Allow-Credentials"}),
     .settings = kCors},
    {.number = "S6.1.2",
     .send = {.line = "GET /nope", .headers = kFriend},
     .want = fail(404, "page not found").with({"Access-Control-Allow-Origin: https://friend.example", "X-House: v"}),
     .settings = kCors},
    {.number = "S6.2.1", .send = {"GET /version"}, .want = ok().with({"X-House: v"}), .settings = kCors},
    {.number = "S6.2.2", .send = {"GET /health"}, .want = ok().typed(nullptr).with({"!X-House"}), .settings = kCors},
    // 13.3: bad input at which Gotify answers 500
    {.number = "S13.1",
     .send = json("POST /user", "B", R"({"name":"long","pass":")" + kLong + R"("})"),
     .want = kBadRequest,
     .instead_of = "500 with an empty body"},
    {.number = "S13.2",
     .send = json("POST /user/{user}", "B", R"({"name":"{user.name}","pass":")" + kLong + R"("})"),
     .want = kBadRequest,
     .instead_of = "500 with an empty body"},
    {.number = "S13.3",
     .send = json("POST /current/user/password", "B", R"({"pass":")" + kLong + R"("})"),
     .want = kBadRequest,
     .instead_of = "500 with an empty body"},
    {.number = "S13.4",
     .send = json("POST /user/{user}", "B", "null"),
     .want = kBadRequest,
     .instead_of = "500 with an empty body"},
};

}  // namespace push::conformance
