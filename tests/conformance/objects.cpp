// The objects of the specification's 1.3 to the byte, and its 0: which kind of token each mode mints, lists and
// accepts.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

Request post_with(const char* token) {
  Request request = json("POST /message", "", R"({"message":"m"})");
  request.headers = {std::string("X-Gotify-Key: ") + token};
  return request;
}

std::string application(const std::string& id, const std::string& name, const std::string& rest) {
  return R"({"id":{)" + id + R"(},<A listed>"name":")" + name +
         R"(","description":"","internal":false,"image":"static/defaultapp.png","defaultPriority":)" + rest + "}";
}

std::string client(const std::string& id, const std::string& used, const std::string& elevated) {
  return R"({"id":{)" + id + R"(},<C listed>"name":")" + id + R"(","createdAt":"<time>","lastUsed":)" + used +
         elevated + R"(,"expiresAfterInactivitySeconds":0})";
}

}  // namespace

const Rows kObjects = {
    {"O.1",
     {"GET /application", "B"},
     ok("[" + application("app1", "app1", R"(0,"createdAt":"<time>","lastUsed":null,"sortKey":"a0")") + "," +
        application("app2", "app2", R"(5,"createdAt":"<time>","lastUsed":null,"sortKey":"a1")") + "]"),
     In::fresh},
    {"O.2",
     {"GET /client", "B"},
     ok("[" + client("client", "null", "") + "," + client("elevated", "null", R"(,"elevatedUntil":"<time>")") + "]"),
     In::fresh},
    {.number = "O.3",
     .send = {"GET /client", "B"},
     .want = ok().holding({client("client", R"("<time>")", "")}),
     .in = In::fresh,
     // The last use is written after the answer; what is created later is committed later.
     .before = {{"GET /current/user", "C"}, json("POST /client", "B", R"({"name":"later"})")}},
    {.number = "O.4",
     .send = {"GET /application", "B"},
     .want = ok().holding({R"("createdAt":"<time>","lastUsed":"<time>","sortKey":"a0"})"}),
     .in = In::fresh,
     .before = {json("POST /message", "A", R"({"message":"m"})"), json("POST /client", "B", R"({"name":"later"})")}},
    {"O.5", json("POST /application", "C", R"({"name":"n"})"),
     ok(R"({"id":<id>,"token":"<A>","name":"n","description":"","internal":false,"image":"static/defaultapp.png",)"
        R"("defaultPriority":0,"createdAt":"<time>","lastUsed":null,"sortKey":"a2"})"),
     In::fresh},
    {"O.6", json("POST /client", "C", R"({"name":"n"})"),
     ok(R"({"id":<id>,"token":"<C>","name":"n","createdAt":"<time>","lastUsed":null,"expiresAfterInactivitySeconds":0})"),
     In::fresh},
    {"O.7", json("PUT /client/{client}", "C", R"({"name":"n","expiresAfterInactivitySeconds":3600})"),
     ok(R"({"id":{client},"token":"<C stored>","name":"n","createdAt":"<time>","lastUsed":<any>,)"
        R"("expiresAfterInactivitySeconds":3600,"expiresAt":"<time>"})"),
     In::fresh},
    {"O.8", json("POST /message", "A", R"({"message":"m","title":"t","priority":2,"extras":{"b::c":{"z":1,"a":[]}}})"),
     ok(R"({"id":<id>,"appid":{app1},"message":"m","title":"t","priority":2,"extras":{"b::c":{"a":[],"z":1}},"date":"<time>"})"),
     In::fresh},
    {.number = "O.9",
     .send = {"GET /application/{app1}/message?limit=1", "C"},
     .want = ok(
         R"({"paging":{"next":"<any>/application/{app1}/message?limit=1\u0026since={two.id}","size":1,"since":{two.id},)"
         R"("limit":1},"messages":[{"id":{two.id},"appid":{app1},"message":"2","title":"app1","priority":0,)"
         R"("date":"<time>"}]})"),
     .in = In::fresh,
     .before =
         {json("POST /message", "A", R"({"message":"1"})"),
          {.line = "POST /message", .as = "A", .type = support::kJson, .body = R"({"message":"2"})", .keep = "two"}}},
    {"O.10", {"GET /user/{user}", "B"}, ok(R"({"id":{user},"name":"{user.name}","admin":false,"createdAt":"<time>"})")},
    {"O.11",
     {"GET /user", "B"},
     ok(R"([{"id":1,"name":"admin","admin":true,"createdAt":"<time>"},{"id":{user},"name":"user0","admin":false,)"
        R"("createdAt":"<time>"},{"id":{other},"name":"other0","admin":false,"createdAt":"<time>"}])"),
     In::alone},
    {"O.12", {"GET /current/user", "B"}, ok(R"({"id":1,"name":"admin","admin":true,"createdAt":"<time>"})")},
    {"O.13",
     {"GET /current/user", "C"},
     ok(R"({"id":1,"name":"admin","admin":true,"createdAt":"<time>","clientId":{client}})")},
    {"O.14",
     {"GET /current/user", "E"},
     ok(R"({"id":1,"name":"admin","admin":true,"createdAt":"<time>","clientId":{elevated},"elevatedUntil":"<time>"})")},
    {"O.15", {"GET /health"}, ok(R"({"health":"green","database":"green"})").typed("application/json; charset=utf-8")},
    {"O.16", {"GET /version"}, ok(R"({"version":"<any>","commit":"<any>","buildDate":"<any>"})")},
    {"O.17", {"GET /gotifyinfo"}, ok(R"({"version":"<any>","register":false,"oidc":false})")},
    {.number = "O.18",
     .send = {"GET /gotifyinfo"},
     .want = ok(R"({"version":"<any>","register":true,"oidc":false})"),
     .settings = {{"GOTIFY_REGISTRATION", "true"}}},
    // Credentials of the kind that this mode does not mint.
    {"O.19", post_with("{K}"), ok().holding({R"("title":"kindapp")"})},
    {"O.20", {.line = "GET /current/user", .headers = {"X-Gotify-Key: {KC}"}}, ok().holding({R"("id":{other},)"})},
    // A minted token is accepted.
    {.number = "O.21",
     .send = post_with("{new.token}"),
     .want = ok().holding({R"("appid":{new.id},)"}),
     .in = In::fresh,
     .before =
         {{.line = "POST /application", .as = "C", .type = support::kJson, .body = R"({"name":"n"})", .keep = "new"}}},
    {.number = "O.22",
     .send = {.line = "GET /current/user", .headers = {"Authorization: Bearer {new.token}"}},
     .want = ok().holding({R"("clientId":{new.id}})"}),
     .in = In::fresh,
     .before = {{.line = "POST /client", .as = "C", .type = support::kJson, .body = R"({"name":"n"})", .keep = "new"}}},
};

}  // namespace push::conformance
