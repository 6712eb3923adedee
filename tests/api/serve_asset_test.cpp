#include "api/serve_asset.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace push::api {
namespace {

const std::vector<files::Asset> kAssets = {
    {"index.html", "text/html; charset=utf-8", "<page>", "\"p\""},
    {"index.html.gz", "application/octet-stream", "gz", "\"pz\""},
    {"static/app/main-Ab3_x9Zq.js", "text/javascript; charset=utf-8", "run()", "\"m\""},
    {"static/app/main-Ab3_x9Zq.js.br", "application/octet-stream", "br", "\"mb\""},
    {"static/app/main-Ab3_x9Zq.js.gz", "application/octet-stream", "gz", "\"mz\""},
    {"static/app/main.js", "text/javascript; charset=utf-8", "run()", "\"n\""},
    {"static/app/main-Ab3.js", "text/javascript; charset=utf-8", "run()", "\"o\""},
    {"static/style-Ab3_x9Zq.css", "text/css; charset=utf-8", "p{}", "\"s\""},
};

constexpr std::string_view kHashed = "static/app/main-Ab3_x9Zq.js";

std::string value_of(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

net::Response get(std::string_view path, std::string_view accepted = {}, std::string_view none_match = {},
                  std::string_view range = {}) {
  Incoming request;
  request.method = "GET";
  request.accept_encoding = accepted;
  request.conditions.if_none_match = none_match;
  request.conditions.range = range;
  return serve_asset(request, path, kAssets);
}

// "200 br mb run()": status, coding, tag, body
std::string shown(const net::Response& response) {
  std::string out = std::to_string(response.status);
  for (const char* name : {"Content-Encoding", "ETag"}) {
    if (const std::string value = value_of(response, name); !value.empty()) out += " " + value;
  }
  return out + " " + std::string(response.body.view);
}

TEST(ServeAsset, SendsTheFormThatIsAccepted) {
  EXPECT_EQ(shown(get(kHashed)), "200 \"m\" run()");
  EXPECT_EQ(shown(get(kHashed, "gzip, br")), "200 br \"mb\" br");
  EXPECT_EQ(shown(get(kHashed, "gzip")), "200 gzip \"mz\" gz");
  EXPECT_EQ(shown(get("index.html", "gzip, br")), "200 gzip \"pz\" gz");
  EXPECT_EQ(shown(get("index.html", "br")), "200 \"p\" <page>");
  EXPECT_EQ(shown(get("static/app/main.js", "gzip, br")), "200 \"n\" run()");
  for (const char* accepted : {"", "gzip", "br"}) {
    const net::Response response = get(kHashed, accepted);
    EXPECT_EQ(response.content_type, "text/javascript; charset=utf-8") << accepted;
    EXPECT_EQ(value_of(response, "Vary"), "Accept-Encoding") << accepted;
    EXPECT_EQ(value_of(response, "X-Content-Type-Options"), "nosniff") << accepted;
  }
  EXPECT_EQ(value_of(get("static/app/main.js", "gzip"), "Vary"), "") << "it has one form";
}

TEST(ServeAsset, EachFormHasItsTag) {
  EXPECT_EQ(shown(get(kHashed, "br", "\"mb\"")), "304 br \"mb\" ");
  EXPECT_EQ(shown(get(kHashed, "br", "\"m\"")), "200 br \"mb\" br");
  const net::Response same = get(kHashed, "br", "\"mb\"");
  EXPECT_EQ(value_of(same, "Vary"), "Accept-Encoding");
  EXPECT_EQ(value_of(same, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(shown(get(kHashed, "br", {}, "bytes=1-1")), "206 br \"mb\" r") << "a part of the form";
}

TEST(ServeAsset, ANameWithAHashIsKeptForEver) {
  EXPECT_EQ(value_of(get(kHashed), "Cache-Control"), "public, max-age=31536000, immutable");
  for (const char* path : {"index.html", "static/app/main.js", "static/app/main-Ab3.js", "static/style-Ab3_x9Zq.css"}) {
    EXPECT_EQ(value_of(get(path), "Cache-Control"), "no-cache") << path;
  }
}

TEST(ServeAsset, OnlyFilesHaveNames) {
  for (const char* path : {"none", "", "index.html.gz", "static/app/main-Ab3_x9Zq.js.br", "static/app/"}) {
    EXPECT_EQ(get(path, "gzip, br").status, 404u) << path;
  }
}

}  // namespace
}  // namespace push::api
