#include "api/respond.hpp"

#include <gtest/gtest.h>

#include <string>

#include "push/core/log.hpp"

namespace push::api {
namespace {

using core::ErrorCode;
using Headers = std::vector<std::pair<std::string, std::string>>;

TEST(Respond, ErrorBodiesAreGotifysToTheByte) {
  const net::Response response = not_found("page not found");
  EXPECT_EQ(response.status, 404u);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_EQ(response.body.view, R"({"error":"Not Found","errorCode":404,"errorDescription":"page not found"})");
  EXPECT_TRUE(response.headers.empty());
  EXPECT_EQ(
      bad_request("strconv.ParseInt: parsing \"x\": invalid <syntax>").body.view,
      R"({"error":"Bad Request","errorCode":400,"errorDescription":"strconv.ParseInt: parsing \"x\": invalid \u003csyntax\u003e"})");
}

TEST(Respond, EveryErrorCodeHasItsStatusAndPhrase) {
  const std::pair<ErrorCode, std::string> rows[] = {
      {ErrorCode::invalid, R"({"error":"Bad Request","errorCode":400,"errorDescription":"why"})"},
      {ErrorCode::unauthorized, R"({"error":"Unauthorized","errorCode":401,"errorDescription":"why"})"},
      {ErrorCode::forbidden, R"({"error":"Forbidden","errorCode":403,"errorDescription":"why"})"},
      {ErrorCode::not_found, R"({"error":"Not Found","errorCode":404,"errorDescription":"why"})"},
      {ErrorCode::too_large, R"({"error":"Request Entity Too Large","errorCode":413,"errorDescription":"why"})"},
      {ErrorCode::unavailable, R"({"error":"Service Unavailable","errorCode":503,"errorDescription":"why"})"},
  };
  for (const auto& [code, body] : rows) {
    const net::Response response = error(core::failure(code, "why"));
    EXPECT_EQ(response.status, status_of(code));
    EXPECT_EQ(response.body.view, body);
  }
}

TEST(Respond, AConflictIsA400InGotifysWordsWhateverTheStoreSays) {
  const std::pair<core::Conflict, std::string> rows[] = {
      {core::Conflict::name, "username already exists"},
      {core::Conflict::token, "the new token is taken, try again"},
      {core::Conflict::sort_key, "sort key is not unique"},
      {core::Conflict::last_admin, "cannot delete last admin"},
      {core::Conflict::internal, "cannot delete internal application"},
  };
  for (const auto& [conflict, words] : rows) {
    const net::Response response = error(core::failure(conflict, "the store's words"));
    EXPECT_EQ(response.status, 400u);
    EXPECT_EQ(response.body.view, R"({"error":"Bad Request","errorCode":400,"errorDescription":")" + words + "\"}");
  }
}

TEST(Respond, ErrorsHaveNames) {
  EXPECT_EQ(bad_request("x").status, 400u);
  EXPECT_EQ(unauthorized("x").status, 401u);
  EXPECT_EQ(forbidden("x").status, 403u);
  EXPECT_EQ(not_found("x").status, 404u);
  EXPECT_EQ(forbidden("why").body.view, R"({"error":"Forbidden","errorCode":403,"errorDescription":"why"})");
}

TEST(Respond, WhatNetRefusesIsAnErrorObject) {
  const net::Response response = rejected(431, "why");
  EXPECT_EQ(response.status, 431u);
  EXPECT_EQ(response.body.view,
            R"({"error":"Request Header Fields Too Large","errorCode":431,"errorDescription":"why"})");
}

TEST(Respond, UnavailableSaysWhenToComeBack) {
  EXPECT_EQ(error(core::failure(ErrorCode::unavailable, "full")).headers, (Headers{{"Retry-After", "1"}}));
  EXPECT_EQ(rejected(503, "full").headers, (Headers{{"Retry-After", "1"}}));
}

TEST(Respond, InternalErrorsKeepTheirTextFromClientsForTheLog) {
  testing::internal::CaptureStdout();
  const net::Response response = error(core::failure(ErrorCode::internal, "/var/lib/secret.db is broken"));
  spdlog::default_logger()->flush();
  EXPECT_NE(testing::internal::GetCapturedStdout().find("/var/lib/secret.db is broken"), std::string::npos);
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(
      response.body.view,
      R"({"error":"Internal Server Error","errorCode":500,"errorDescription":"internal error, see the server's log"})");
}

TEST(Respond, EmptyIsAnEmpty200OfJson) {
  const net::Response response = empty();
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "application/json");
  EXPECT_TRUE(response.body.view.empty());
}

TEST(Respond, ARefusedHandshakeIsTextAndJson) {
  const net::Response bad = refused_handshake(400, "websocket: why");
  EXPECT_EQ(bad.status, 400u);
  EXPECT_EQ(bad.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(bad.body.view,
            "Bad Request\n{\"error\":\"Bad Request\",\"errorCode\":400,\"errorDescription\":\"websocket: why\"}");
  EXPECT_EQ(bad.headers, (Headers{{"Sec-Websocket-Version", "13"}, {"X-Content-Type-Options", "nosniff"}}));
  EXPECT_TRUE(
      refused_handshake(403, "x").body.view.starts_with("Forbidden\n{\"error\":\"Forbidden\",\"errorCode\":403"));
}

TEST(Respond, RedirectsGetWithAPageAndTheRestWithout) {
  const net::Response get = redirect("GET", "/message?a=\"<b>&c");
  EXPECT_EQ(get.status, 301u);
  EXPECT_EQ(get.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(get.headers, (Headers{{"Location", "/message?a=\"<b>&c"}}));
  EXPECT_EQ(get.body.view, "<a href=\"/message?a=&#34;&lt;b&gt;&amp;c\">Moved Permanently</a>.\n\n");
  const net::Response post = redirect("POST", "/message");
  EXPECT_EQ(post.status, 307u);
  EXPECT_EQ(post.content_type, "");
  EXPECT_TRUE(post.body.view.empty());
}

}  // namespace
}  // namespace push::api
