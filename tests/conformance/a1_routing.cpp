// A1: routing and errors.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

const Want kUnknown = fail(404, "page not found");
Want head(const char* type) {
  return ok("").typed(type).with({"Content-Length: <any>"});
}
const Want kForeign{.status = 403, .body = "", .type = nullptr};
const Lines kEvil = {"Origin: http://evil.example"};

}  // namespace

const Rows kRouting = {
    {"A1.1", {"GET /nope"}, kUnknown},
    {"A1.2", {"PUT /message"}, kUnknown},
    {"A1.3", {"PATCH /application/1"}, kUnknown},
    {"A1.4", {"TRACE /version"}, kUnknown},
    {"A1.5", {"GET /auth/local/login"}, kUnknown},
    {"A1.6", {"GET /client/1"}, kUnknown},
    {"A1.7", {"GET /message/1"}, kUnknown},
    {"A1.8", {"GET /application/1"}, kUnknown},
    {"A1.9", {"DELETE /client"}, kUnknown},
    {"A1.10", {"DELETE /application"}, kUnknown},
    {"A1.11", {"POST /plugin"}, kUnknown},
    {"A1.12", {"GET /metrics"}, kUnknown},
    {"A1.13", {"GET /robots.txt"}, kUnknown},
    {"A1.14", {"GET /favicon.ico"}, kUnknown},
    {"A1.15", {"GET /Application"}, kUnknown},
    // HEAD wherever there is a GET (RFC 9110 9.1): monitors ask so.
    {.number = "A1.16", .send = {"HEAD /"}, .want = head("text/html"), .instead_of = "404"},
    {.number = "A1.17", .send = {"HEAD /version"}, .want = head("application/json"), .instead_of = "404"},

    {"A1.18", {"GET //application", "B"}, ok("[<any>]").holding({R"("name":"app1")"})},
    {"A1.19", json("POST //message", "A", R"({"message":"slashes"})"), ok().holding({R"("message":"slashes")"}),
     In::fresh},
    {"A1.20", {"GET /foo/../version"}, ok("{\"version\":<any>}")},
    {"A1.21", {"GET /%6dessage", "B"}, ok("{\"paging\":<any>}")},

    {"A1.22", {"GET /application/"}, redirect(301, "/application")},
    {"A1.23", {"POST /application/"}, redirect(307, "/application")},
    {"A1.24", {"POST /message/?token=abc&x=1"}, redirect(307, "/message?token=abc&x=1")},
    {"A1.25", {"DELETE /message/"}, redirect(307, "/message")},
    {"A1.26", {"GET /user/"}, redirect(301, "/user")},
    {"A1.27", {"GET /current/user/"}, redirect(301, "/current/user")},
    {"A1.28", {"GET /stream/"}, redirect(301, "/stream")},
    {"A1.29", {"GET /plugin/"}, redirect(301, "/plugin")},
    {"A1.30", {"GET /docs/"}, redirect(301, "/docs")},
    {"A1.31", {"GET /swagger/"}, redirect(301, "/swagger")},
    {"A1.32", {"GET /static"}, redirect(301, "/static/")},
    {"A1.33", {"GET /image"}, redirect(301, "/image/")},
    {"A1.34", {.line = "GET /message/", .headers = {"X-Forwarded-Prefix: /gotify"}}, redirect(301, "/gotify/message")},

    {"A1.35", {"OPTIONS /message"}, empty()},
    {"A1.36", {"OPTIONS /version"}, empty()},
    {"A1.37", {"OPTIONS /nope"}, empty()},
    {"A1.38", {.line = "GET /health", .headers = kEvil}, ok(R"({"health":"green","database":"green"})").typed(nullptr)},
    {"A1.39", {.line = "GET /version", .headers = kEvil}, kForeign},
    {"A1.40", {.line = "GET /nope", .headers = kEvil}, kForeign},
    {"A1.41", {.line = "GET /version", .headers = {"Origin: http://localhost"}}, ok()},
};

}  // namespace push::conformance
