// Every row is the answer of Go's http.ServeContent for five bytes with a date, except for several parts at once.
#include "api/serve_content.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::api {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kDate = "Sat, 21 Nov 2026 10:53:10 GMT";
constexpr std::string_view kBefore = "Sat, 21 Nov 2026 10:53:09 GMT";

std::string header_of(const net::Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

net::Response serve(const Conditions& conditions, std::string_view bytes = "hello", bool dated = true) {
  Incoming request;
  request.method = "GET";
  request.conditions = conditions;
  Content content{core::Slice::copy(bytes), "image/png", std::nullopt};
  if (dated) content.modified = *parse_http_date(kDate) + 600ms;
  return serve_content(request, std::move(content));
}

// "206 ell 1-3/5"
std::string range(std::string_view text, std::string_view bytes = "hello") {
  Conditions conditions;
  conditions.range = text;
  const net::Response response = serve(conditions, bytes);
  std::string out = std::to_string(response.status) + " " + std::string(response.body.view);
  if (const std::string part = header_of(response, "Content-Range"); !part.empty()) out += " " + part.substr(6);
  return out;
}

TEST(ServeContent, SaysWhatTheBytesAre) {
  const net::Response response = serve({});
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.content_type, "image/png");
  EXPECT_EQ(header_of(response, "Accept-Ranges"), "bytes");
  EXPECT_EQ(header_of(response, "Last-Modified"), kDate);
  EXPECT_EQ(header_of(response, "Content-Range"), "");
  EXPECT_EQ(response.body.view, "hello");
  EXPECT_EQ(header_of(serve({}, "hello", false), "Last-Modified"), "");
}

TEST(ServeContent, ServesOnePart) {
  const std::pair<const char*, const char*> rows[] = {
      {"bytes=0-3", "206 hell 0-3/5"},
      {"bytes=1-3", "206 ell 1-3/5"},
      {"bytes=4-4", "206 o 4-4/5"},
      {"bytes=2-", "206 llo 2-4/5"},
      {"bytes=0-99999", "206 hello 0-4/5"},
      {"bytes=-2", "206 lo 3-4/5"},
      {"bytes=-99", "206 hello 0-4/5"},
      {"bytes= 1 - 3 ", "206 ell 1-3/5"},
      {"bytes=9-,1-2", "206 el 1-2/5"},
      {"bytes=-0", "206  5-4/5"},
      {"", "200 hello"},
      {"bytes=", "200 hello"},
      {"bytes=,", "200 hello"},
      {"bytes=0-0,2-3", "200 hello"},
  };
  for (const auto& [asked, answer] : rows) EXPECT_EQ(range(asked), answer) << asked;
}

TEST(ServeContent, RefusesPartsThatAreNotThere) {
  for (const char* asked : {"bytes=5-", "bytes=5-9", "bytes=99-,7-8", "bytes=9223372036854775807-"}) {
    EXPECT_EQ(range(asked), "416 invalid range: failed to overlap\n */5") << asked;
  }
  for (const char* asked : {"bytes=3-1", "bytes=a-b", "bytes=1", "bytes=-", "bytes=--2", "bytes=-x", "chunks=0-1",
                            "bytes 0-1", "bytes=18446744073709551616-", "bytes=0-1,x"}) {
    EXPECT_EQ(range(asked), "416 invalid range\n") << asked;
  }
  EXPECT_EQ(range("bytes=0-", ""), "200 ");
}

TEST(ServeContent, IsConditional) {
  const auto status = [](auto set, bool dated = true) {
    Conditions conditions;
    conditions.range = "bytes=0-0";
    set(conditions);
    return serve(conditions, "hello", dated).status;
  };
  EXPECT_EQ(status([](Conditions& c) { c.if_modified_since = kDate; }), 304u);
  EXPECT_EQ(status([](Conditions& c) { c.if_modified_since = "Sunday, 22-Nov-26 10:53:10 GMT"; }), 304u);
  EXPECT_EQ(status([](Conditions& c) { c.if_modified_since = kBefore; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_modified_since = "yesterday"; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_modified_since = kDate; }, false), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_none_match = "*"; }), 304u);
  EXPECT_EQ(status([](Conditions& c) {
              c.if_none_match = "\"tag\"";
              c.if_modified_since = kDate;
            }),
            206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_match = "\"tag\""; }), 412u);
  EXPECT_EQ(status([](Conditions& c) { c.if_match = "*"; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_unmodified_since = kBefore; }), 412u);
  EXPECT_EQ(status([](Conditions& c) { c.if_unmodified_since = kDate; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_range = kDate; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_range = kBefore; }), 200u);
  EXPECT_EQ(status([](Conditions& c) { c.if_range = "\"tag\""; }), 200u);

  Conditions conditions;
  conditions.if_modified_since = kDate;
  const net::Response response = serve(conditions);
  EXPECT_EQ(response.content_type, "");
  EXPECT_EQ(response.body.view, "");
  EXPECT_EQ(header_of(response, "Last-Modified"), kDate);
}

TEST(ServeContent, KnowsItsTag) {
  const auto status = [](auto set, std::string_view etag = "\"abc\"") {
    Incoming request;
    request.method = "GET";
    request.conditions.range = "bytes=0-0";
    set(request.conditions);
    const net::Response response = serve_content(request, {core::Slice::copy("hello"), "text/css", std::nullopt, etag});
    EXPECT_EQ(header_of(response, "ETag"), etag);
    return response.status;
  };
  for (const char* tags : {"\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", " \"x\" ,, W/\"abc\" ", "*", "\"a,b\",\"abc\""}) {
    EXPECT_EQ(status([tags](Conditions& c) { c.if_none_match = tags; }), 304u) << tags;
  }
  for (const char* tags : {"\"x\"", "abc", "\"abc", "\"x\" \"abc\"", "x, \"abc\"", "W/abc", "\"\""}) {
    EXPECT_EQ(status([tags](Conditions& c) { c.if_none_match = tags; }), 206u) << tags;
    EXPECT_EQ(status([tags](Conditions& c) { c.if_match = tags; }), 412u) << tags;
  }
  EXPECT_EQ(status([](Conditions& c) { c.if_match = "\"x\", \"abc\""; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_match = "W/\"abc\""; }), 412u) << "a weak one is not the same bytes";
  EXPECT_EQ(status([](Conditions& c) { c.if_range = "\"abc\""; }), 206u);
  EXPECT_EQ(status([](Conditions& c) { c.if_range = "W/\"abc\""; }), 200u);
  EXPECT_EQ(status([](Conditions& c) { c.if_range = "\"x\""; }), 200u);
  EXPECT_EQ(status([](Conditions& c) { c.if_none_match = "\"\""; }, ""), 206u) << "no tag equals no other";
}

TEST(ServeContent, ReadsTheThreeFormsOfADate) {
  const auto expected = parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");
  ASSERT_TRUE(expected);
  EXPECT_EQ(core::http_date(*expected), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), expected);
  for (const char* text : {"", "now", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 GMT+1",
                           "Sun, 06 Nov 0001 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace push::api
