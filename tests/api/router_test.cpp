#include "api/router.hpp"

#include <gtest/gtest.h>

#include <string>

#include "api/routes.hpp"

namespace push::api {
namespace {

std::string found(std::string_view method, std::string_view target) {
  const auto parsed = parse_target(target);
  if (!parsed) return "error";
  const Match match = Router(routes()).find(method, parsed->path);
  if (match.route == nullptr) return "404";
  return std::string(match.route->pattern) + (match.id.empty() ? "" : " " + std::string(match.id));
}

std::string redirect_of(std::string_view method, std::string_view target, std::string_view prefix = {}) {
  Incoming request;
  request.method = method;
  request.forwarded_prefix = prefix;
  auto parsed = parse_target(target);
  if (!parsed || Router(routes()).find(method, parsed->path).route != nullptr) return "found";
  request.target = *std::move(parsed);
  return Router(routes()).redirect(request).value_or("404");
}

TEST(Router, FindsRoutesOnCleanedAndDecodedPaths) {
  EXPECT_EQ(found("POST", "/message"), "/message");
  EXPECT_EQ(found("POST", "//message?token=x"), "/message");
  EXPECT_EQ(found("GET", "/foo/../version"), "/version");
  EXPECT_EQ(found("GET", "/%6dessage"), "/message");
  EXPECT_EQ(found("GET", "/application"), "/application");
  EXPECT_EQ(found("DELETE", "/message/17"), "/message/:id 17");
  EXPECT_EQ(found("DELETE", "/message/abc"), "/message/:id abc");
  EXPECT_EQ(found("GET", "/application/001/message"), "/application/:id/message 001");
  EXPECT_EQ(found("GET", "/health"), "/health");
  for (const char* target : {"/", "/version", "/health", "/message", "/image/x.png"}) {
    EXPECT_EQ(found("HEAD", target), found("GET", target)) << target;
  }
}

TEST(Router, AnswersNotFoundForEverythingElseAlsoForOtherMethods) {
  const std::pair<const char*, const char*> rows[] = {
      {"GET", "/nope"},
      {"PUT", "/message"},
      {"PATCH", "/application/1"},
      {"TRACE", "/version"},
      {"GET", "/client/1"},
      {"GET", "/message/1"},
      {"GET", "/application/1"},
      {"DELETE", "/client"},
      {"DELETE", "/application"},
      {"POST", "/plugin"},
      {"GET", "/metrics"},
      {"GET", "/robots.txt"},
      {"GET", "/favicon.ico"},
      {"GET", "/Application"},
      {"HEAD", "/auth/local/login"},
      {"get", "/version"},
      {"GET", "/application/1/2/message"},
      {"GET", "/application//message"},
      {"DELETE", "/client/"},
      {"DELETE", "/application/"},
      {"PUT", "/user/1"},
      {"GET", "/auth/local/login"},
      {"GET", "/auth/logout"},
      {"GET", "/plugin/1"},
      {"PUT", "/plugin/1/config"},
      {"GET", "/plugin/1/custom/Ptoken/"},
      {"POST", "/plugin/1/custom/Ptoken/hook"},
      {"GET", "/auth/oidc/login"},
  };
  for (const auto& [method, target] : rows) {
    EXPECT_EQ(found(method, target), "404") << method << ' ' << target;
    EXPECT_EQ(redirect_of(method, target), "404") << method << ' ' << target;
  }
}

TEST(Router, OptionsIsAnsweredEverywhere) {
  for (const char* target : {"/message", "/version", "/nope", "/message/", "*", "/health"}) {
    EXPECT_EQ(found("OPTIONS", target), "*") << target;
  }
}

TEST(Router, RedirectsPathsThatDifferInTheLastSlashOnly) {
  EXPECT_EQ(redirect_of("GET", "/application/"), "/application");
  EXPECT_EQ(redirect_of("POST", "/application/"), "/application");
  EXPECT_EQ(redirect_of("POST", "/message/?token=abc&x=1"), "/message?token=abc&x=1");
  EXPECT_EQ(redirect_of("DELETE", "/message/"), "/message");
  EXPECT_EQ(redirect_of("GET", "/stream/"), "/stream");
  EXPECT_EQ(redirect_of("GET", "/current/user/"), "/current/user");
  EXPECT_EQ(redirect_of("GET", "/user/"), "/user");
  EXPECT_EQ(redirect_of("GET", "/plugin/"), "/plugin");
  EXPECT_EQ(redirect_of("DELETE", "/client/7/"), "/client/7");
  EXPECT_EQ(redirect_of("POST", "/client/7/elevate/"), "/client/7/elevate");
  EXPECT_EQ(redirect_of("GET", "//application/%31/message//"), "/application/1/message");
  EXPECT_EQ(redirect_of("GET", "/nope/"), "404");
  EXPECT_EQ(redirect_of("PUT", "/message/"), "404");
}

TEST(Router, RedirectsUnderASanitisedForwardedPrefix) {
  EXPECT_EQ(redirect_of("GET", "/message/", "/gotify"), "/gotify/message");
  EXPECT_EQ(redirect_of("GET", "/message/", "/gotify/"), "/gotify/message");
  EXPECT_EQ(redirect_of("GET", "/message/", "//evil.com\\@x"), "/evilcomx/message");
  EXPECT_EQ(redirect_of("GET", "/message/", "https://evil"), "/https/evil/message");
}

TEST(Router, AWildcardTakesTheRestAndTheFirstRowWins) {
  const Route rows[] = {
      {"GET", "/static/app.js", {}, Handler(nullptr)},
      {"GET", "/static/*", {}, Handler(nullptr)},
  };
  const Router router(rows);
  EXPECT_EQ(router.find("GET", "/static/app.js").route, &rows[0]);
  EXPECT_EQ(router.find("GET", "/static/app.js").rest, "");
  EXPECT_EQ(router.find("GET", "/static/x/y").route, &rows[1]);
  EXPECT_EQ(router.find("GET", "/static/x/y").rest, "x/y");
  EXPECT_EQ(router.find("GET", "/static").route, nullptr);
  Incoming request;
  request.method = "GET";
  request.target = *parse_target("/static");
  EXPECT_EQ(router.redirect(request), "/static/");
}

TEST(ParseId, TakesUnsigned64BitDigits) {
  EXPECT_EQ(parse_id("001"), 1u);
  EXPECT_EQ(parse_id("0"), 0u);
  EXPECT_EQ(parse_id("18446744073709551615"), 18446744073709551615u);
  for (const char* bad : {"18446744073709551616", "+1", "-1", "abc", "1a", "", " 1", "1.0"}) {
    EXPECT_EQ(parse_id(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace push::api
