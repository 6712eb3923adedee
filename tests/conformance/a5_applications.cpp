// A5: applications. Their pictures are in a5_images.cpp.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

Request post(const char* body, const char* as = "C") {
  return json("POST /application", as, body);
}

Want application(const std::string& token, const std::string& name, const std::string& description,
                 const std::string& priority, const std::string& key) {
  return ok(R"({"id":<id>,"token":")" + token + R"(","name":")" + name + R"(","description":")" + description +
            R"(","internal":false,"image":"static/defaultapp.png","defaultPriority":)" + priority +
            R"(,"createdAt":"<time>","lastUsed":null,"sortKey":")" + key + R"("})");
}

const Want kRequired = fail(400, "Field 'name' is required");
const Want kNotUnique = fail(400, "sort key is not unique");
const Want kMissing = fail(404, "app with id 99999 doesn't exists");

}  // namespace

const Rows kApplications = {
    {"A5.1", post(R"({"name":""})"), kRequired},
    {"A5.2", post("{}"), kRequired},
    {"A5.3", post("null"), kRequired},
    {"A5.4", post(""), fail(400, "EOF")},
    {"A5.5", post("{bad"), fail(400, "invalid character 'b' looking for beginning of object key string")},
    {"A5.6", post("[]"), fail(400, "json: cannot unmarshal array into Go value of type api.ApplicationParams")},
    {"A5.7", post(R"({"name":5})"),
     fail(400, "json: cannot unmarshal number into Go struct field ApplicationParams.name of type string")},
    {"A5.8", post(R"({"name":"first"})", "O"), application("<A>", "first", "", "0", "a0"), In::fresh},
    {.number = "A5.9",
     .send = post(R"({"name":"second","description":"d","defaultPriority":3})", "O"),
     .want = application("<A>", "second", "d", "3", "a1"),
     .in = In::fresh,
     .before = {post(R"({"name":"first"})", "O")}},
    {"A5.10", post(R"({"name":"dup","sortKey":"a0"})"), kNotUnique},
    {"A5.11", post(R"({"name":"odd","sortKey":"zzzz not valid"})"),
     application("<A>", "odd", "", "0", "zzzz not valid"), In::fresh},
    {.number = "A5.12",
     .send = post(R"({"name":"after the odd one"})"),
     .want = application("<A>", "after the odd one", "", "0", "<any>"),
     .in = In::fresh,
     .before = {post(R"({"name":"odd","sortKey":"zzzz not valid"})")},
     .after = {{{"GET /application", "C"},
                ok(R"([<any>"sortKey":"a1"},<any>"sortKey":"zzzz not valid"},<any>"name":"after the odd one"<any>])")}},
     .instead_of = "500 invalid order key: zzzz not valid"},
    {"A5.13", json("PUT /application/99999", "C", R"({"name":"x"})"), kMissing},
    {"A5.14", json("PUT /application/{app2}", "C", R"({"name":"x","sortKey":"a0"})"), kNotUnique},
    {.number = "A5.15",
     .send = json("PUT /application/{new.id}", "C", R"({"name":"renamed"})"),
     .want = application("<A stored>", "renamed", "", "0", "a2"),
     .in = In::fresh,
     .before = {{.line = "POST /application",
                 .as = "C",
                 .type = support::kJson,
                 .body = R"({"name":"n","description":"d","defaultPriority":4})",
                 .keep = "new"}},
     .after = {{{"GET /application", "C"}, ok().holding({R"("name":"renamed","description":"")"})}}},
    {"A5.16", json("PUT /application/{app1}/security", "E", R"({"regenerateToken":false})"), ok("{}")},
    {.number = "A5.17",
     .send = {.line = "PUT /application/{app1}/security",
              .as = "E",
              .type = support::kJson,
              .body = R"({"regenerateToken":true})"},
     .want = ok(R"({"regenerateToken":{"token":"<A>"}})"),
     .in = In::fresh,
     .after = {{json("POST /message", "A", R"({"message":"the old token"})"), unauthorized()}}},
    {"A5.18", json("PUT /application/{app1}/security", "E", ""), fail(400, "EOF")},
    {"A5.19", json("PUT /application/99999/security", "E", R"({"regenerateToken":true})"), kMissing},
};

}  // namespace push::conformance
