#include "api/target.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::api {
namespace {

std::string path_of(std::string_view target) {
  const auto parsed = parse_target(target);
  return parsed ? parsed->path : "error: " + parsed.error().text;
}

TEST(Target, CleansPathsWithoutLosingTheTrailingSlash) {
  EXPECT_EQ(path_of("/message"), "/message");
  EXPECT_EQ(path_of("//message"), "/message");
  EXPECT_EQ(path_of("/foo/../version"), "/version");
  EXPECT_EQ(path_of("/../../version"), "/version");
  EXPECT_EQ(path_of("/./a//b/./c"), "/a/b/c");
  EXPECT_EQ(path_of("/message/"), "/message/");
  EXPECT_EQ(path_of("/message/."), "/message/");
  EXPECT_EQ(path_of("/message//"), "/message/");
  EXPECT_EQ(path_of("/a/.."), "/");
  EXPECT_EQ(path_of("/"), "/");
  EXPECT_EQ(path_of("/.well-known/..x"), "/.well-known/..x");
}

TEST(Target, DecodesBeforeItCleans) {
  EXPECT_EQ(path_of("/%6dessage"), "/message");
  EXPECT_EQ(path_of("/foo/%2e%2e/version"), "/version");
  EXPECT_EQ(path_of("/%2F%2fevil"), "/evil");
  EXPECT_EQ(path_of("/a+b%41"), "/a+bA");
  for (const char* broken : {"/%", "/%4", "/%ZZ", "/a%4"}) EXPECT_FALSE(parse_target(broken)) << broken;
}

TEST(Target, SplitsPathAndQueryAsReceived) {
  const std::string text = "//message%20?token=%41&x=/../?";
  const auto target = parse_target(text);
  ASSERT_TRUE(target);
  EXPECT_EQ(target->raw_path, "//message%20");
  EXPECT_EQ(target->query, "token=%41&x=/../?");
}

TEST(Target, TakesAbsoluteForm) {
  EXPECT_EQ(path_of("http://host:80/version?x"), "/version");
  EXPECT_EQ(path_of("http://host"), "/");
  EXPECT_EQ(path_of("http://host?x=1"), "/");
  EXPECT_EQ(path_of("/redirect?to=http://host/x"), "/redirect");
  EXPECT_EQ(path_of("http://[::1]:80/version"), "/version");
  EXPECT_EQ(path_of("h2-0+x.://a:/version"), "/version");
  EXPECT_EQ(path_of("*"), "/*");
}

// RFC 9112 3.2; Go refuses them as well.
TEST(Target, HasOneOfTheFormsThatHttpKnows) {
  for (const char* target : {"",
                             "user",
                             "?x",
                             "*x",
                             "*/",
                             "%2fuser",
                             "redirect?to=http://host/x",
                             "http://[/version",
                             "http://[]/version",
                             "http://a:b:c/version",
                             "http://a:b/version",
                             "http:///version",
                             "http://",
                             "http://?x",
                             "http://a b/version",
                             "http://user@a/version",
                             "://a/version",
                             "1http://a/version",
                             "http:/version",
                             "http:version",
                             "a:80"}) {
    const auto parsed = parse_target(target);
    ASSERT_FALSE(parsed) << target;
    EXPECT_EQ(parsed.error().text, "the request target must be a path that begins with /") << target;
  }
}

TEST(QueryValue, FirstValueDecodedOrNothing) {
  EXPECT_EQ(query_value("a=1&token=x&token=y", "token"), "x");
  EXPECT_EQ(query_value("token=&token=y", "token"), "");
  EXPECT_EQ(query_value("token", "token"), "");
  EXPECT_EQ(query_value("%74oken=a%2Bb+c", "token"), "a+b c");
  EXPECT_EQ(query_value("token=%ZZ&token=y", "token"), "y");
  EXPECT_EQ(query_value("token=a;b&token=y", "token"), "y");
  EXPECT_EQ(query_value("Token=x&atoken=z", "token"), std::nullopt);
  EXPECT_EQ(query_value("", "token"), std::nullopt);
}

TEST(PercentEncodePath, LeavesNothingThatABrowserReadsAsAnotherHost) {
  EXPECT_EQ(percent_encode_path("/a-b_c.d~e/1"), "/a-b_c.d~e/1");
  EXPECT_EQ(percent_encode_path("/\\evil.com?#%\r\n\xc3\xa9"), "/%5Cevil.com%3F%23%25%0D%0A%C3%A9");
}

}  // namespace
}  // namespace push::api
