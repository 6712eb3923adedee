#include "api/credentials.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::api {
namespace {

TEST(SessionCookie, LastsAsLongAsItsClientIfThatIsLonger) {
  const auto age = [](std::uint64_t client) {
    const std::string set = session_cookie("C1", false, client);
    const std::size_t begin = set.find("Max-Age=") + 8;
    return set.substr(begin, set.find(';', begin) - begin);
  };
  EXPECT_EQ(age(60), "604800");
  EXPECT_EQ(age(604800), "604800");
  EXPECT_EQ(age(90 * 86400), "7776000");
  EXPECT_EQ(age(1000ULL * 86400), "34560000") << "no browser keeps it longer";
  EXPECT_EQ(age(0), "604800") << "as Gotify's: sent again while it is used";
}

auth::Credentials read(Incoming request, std::string_view query = {}) {
  request.target.query = query;
  return read_credentials(request, auth::Access::client);
}

std::string token_of(const Incoming& request, std::string_view query = {}) {
  const auth::Credentials credentials = read(request, query);
  return credentials.token + (credentials.from_cookie ? " (cookie)" : "");
}

TEST(Credentials, TheFirstNonEmptySourceWins) {
  Incoming request;
  request.cookie = "a=b; gotify-client-token=Ccookie; c=d";
  EXPECT_EQ(token_of(request), "Ccookie (cookie)");
  request.authorization = "Bearer Cbearer";
  EXPECT_EQ(token_of(request), "Cbearer");
  request.gotify_key = "Ckey";
  EXPECT_EQ(token_of(request), "Ckey");
  EXPECT_EQ(token_of(request, "token=Cquery"), "Cquery");
  EXPECT_EQ(token_of(request, "x=1&token=bad&token=Cquery"), "bad");
  EXPECT_EQ(token_of(request, "token="), "Ckey");
  EXPECT_EQ(token_of(Incoming(), "token=&token=good"), "");
}

TEST(Credentials, BearerTakesAnySpellingAndExactlyOneSpace) {
  Incoming request;
  for (const char* header : {"Bearer tok", "bearer tok", "BEARER tok"}) {
    request.authorization = header;
    EXPECT_EQ(token_of(request), "tok") << header;
  }
  request.authorization = "Bearer  tok";
  EXPECT_EQ(token_of(request), " tok");
  for (const char* header : {"tok", "Bearer", "Bearer ", "Bearertok", "Token tok"}) {
    request.authorization = header;
    EXPECT_EQ(token_of(request), "") << header;
  }
}

TEST(Credentials, ReadsTheCookieAmongOthers) {
  Incoming request;
  request.cookie = "gotify-client-token=x";
  EXPECT_EQ(token_of(request), "x (cookie)");
  request.cookie = "a;gotify-client-token=\"x\"";
  EXPECT_EQ(token_of(request), "x (cookie)");
  for (const char* cookie : {"", ";", "gotify-client-token=", "not-gotify-client-token=x", "gotify-client-tokens=x"}) {
    request.cookie = cookie;
    EXPECT_EQ(token_of(request), "") << cookie;
  }
}

TEST(Credentials, ReadsBasic) {
  Incoming request;
  for (const char* header : {"Basic YWRtaW46cHc=", "basic YWRtaW46cHc="}) {
    request.authorization = header;
    const auto credentials = read(request, "token=t");
    ASSERT_TRUE(credentials.basic) << header;
    EXPECT_EQ(credentials.basic->name, "admin");
    EXPECT_EQ(credentials.basic->password, "pw");
    EXPECT_EQ(credentials.token, "t");
  }
  request.authorization = "Basic dTphOmI/w6kA";  // u:a:b?é and a NUL
  EXPECT_EQ(read(request).basic->name, "u");
  EXPECT_EQ(read(request).basic->password, std::string("a:b?\xc3\xa9\0", 7));
  request.authorization = "Basic Og==";
  EXPECT_EQ(read(request).basic->name, "");
  for (const char* header : {"Basic zzzz", "Basic YWRtaW46cHc", "Basic  YWRtaW46cHc=", "Basic YWRt=W46", "Basic ",
                             "Basic", "Basic YWRtaW4=", "Basic YWRtaW46c-c=", "Basic ====", "Digest YWRtaW46cHc="}) {
    request.authorization = header;
    EXPECT_FALSE(read(request).basic) << header;
  }
}

TEST(Credentials, OnlyAPasswordLogsIn) {
  Incoming request;
  request.authorization = "Basic YWRtaW46cHc=";
  request.gotify_key = "Ckey";
  request.cookie = "gotify-client-token=Ccookie";
  const auto credentials = read_credentials(request, auth::Access::password);
  ASSERT_TRUE(credentials.basic);
  EXPECT_EQ(credentials.token, "");
  EXPECT_FALSE(credentials.from_cookie);
}

TEST(CrossOrigin, GuardsRequestsThatTheCookieSpeaksFor) {
  struct Row {
    const char* method;
    const char* fetch_site;
    const char* origin;
    const char* error;
  };
  constexpr const char* kSite = "cross-origin request detected from Sec-Fetch-Site header";
  constexpr const char* kOld =
      "cross-origin request detected, and/or browser is out of date: Sec-Fetch-Site is missing, and Origin does not "
      "match "
      "Host";
  const Row rows[] = {
      {"POST", "", "", ""},
      {"POST", "same-origin", "", ""},
      {"POST", "none", "http://evil", ""},
      {"POST", "cross-site", "http://push:80", kSite},
      {"POST", "same-site", "", kSite},
      {"POST", "", "http://push:80", ""},
      {"POST", "", "https://push:80", ""},
      {"POST", "", "http://push", kOld},
      {"POST", "", "http://evil", kOld},
      {"POST", "", "null", kOld},
      {"DELETE", "cross-site", "", kSite},
      {"GET", "cross-site", "http://evil", ""},
      {"HEAD", "cross-site", "http://evil", ""},
      {"OPTIONS", "cross-site", "http://evil", ""},
  };
  for (const Row& row : rows) {
    Incoming request;
    request.host = "push:80";
    request.method = row.method;
    request.fetch_site = row.fetch_site;
    request.origin = row.origin;
    auth::Credentials credentials;
    EXPECT_TRUE(check_cross_origin(request, credentials));
    credentials.from_cookie = true;
    const auto checked = check_cross_origin(request, credentials);
    EXPECT_EQ(checked ? "" : checked.error().text, row.error)
        << row.method << ' ' << row.fetch_site << ' ' << row.origin;
  }
}

}  // namespace
}  // namespace push::api
