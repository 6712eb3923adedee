#include "push/api/origin_rules.hpp"

#include <gtest/gtest.h>

#include <string>

#include "api/incoming.hpp"
#include "support/cpu_time.hpp"

namespace push::api {
namespace {

using Verdict = OriginRules::Verdict;

OriginRules rules(const config::Server& server) {
  return *OriginRules::compile(server);
}

struct Judged {
  Verdict verdict;
  HeaderList headers;
};
Judged judge(const config::Server& server, std::string_view method, std::string_view origin) {
  Incoming request;
  request.method = method;
  request.origin = origin;
  request.host = "push.example:8080";
  Judged out;
  out.verdict = rules(server).judge(request, out.headers);
  return out;
}

config::Server allowing(std::string pattern) {
  config::Server server;
  server.cors.alloworigins = {std::move(pattern)};
  server.cors.allowmethods = {"get", "POST"};
  server.cors.allowheaders = {"x-gotify-key", "AUTHORIZATION"};
  return server;
}

TEST(Cors, ByDefaultOnlyTheServersOwnPagesPass) {
  const config::Server server;
  EXPECT_EQ(judge(server, "GET", "").verdict, Verdict::pass);
  EXPECT_EQ(judge(server, "OPTIONS", "").verdict, Verdict::pass);
  EXPECT_EQ(judge(server, "GET", "http://push.example:8080").verdict, Verdict::pass);
  EXPECT_EQ(judge(server, "OPTIONS", "https://push.example:8080").verdict, Verdict::pass);
  for (const char* origin : {"http://evil", "null", "http://push.example", "http://push.example:80801",
                             "chrome-extension://abc", "http://push.example:8080.evil"}) {
    EXPECT_EQ(judge(server, "GET", origin).verdict, Verdict::refuse) << origin;
    EXPECT_EQ(judge(server, "OPTIONS", origin).verdict, Verdict::refuse) << origin;
  }
  EXPECT_TRUE(judge(server, "GET", "http://push.example:8080").headers.empty());
}

TEST(Cors, AnAllowedOriginIsEchoed) {
  const Judged judged = judge(allowing("^https://.*\\.friend\\.org$"), "GET", "https://App.Friend.org");
  EXPECT_EQ(judged.verdict, Verdict::pass);
  EXPECT_EQ(judged.headers,
            (HeaderList{{"Access-Control-Allow-Origin", "https://App.Friend.org"}, {"Vary", "Origin"}}));
  EXPECT_EQ(judge(allowing("^https://.*\\.friend\\.org$"), "GET", "https://app.friendxorg").verdict, Verdict::refuse);
  EXPECT_EQ(judge(allowing("friend"), "GET", "http://my-friend.evil").verdict,
            Verdict::pass);  // unanchored, as in Gotify
}

TEST(Cors, AnAllowedPreflightIsAnswered) {
  const Judged judged = judge(allowing("friend"), "OPTIONS", "http://friend");
  EXPECT_EQ(judged.verdict, Verdict::preflight);
  EXPECT_EQ(judged.headers, (HeaderList{{"Access-Control-Allow-Origin", "http://friend"},
                                        {"Access-Control-Allow-Methods", "GET,POST"},
                                        {"Access-Control-Allow-Headers", "X-Gotify-Key,Authorization"},
                                        {"Access-Control-Max-Age", "43200"},
                                        {"Vary", "Origin"},
                                        {"Vary", "Access-Control-Request-Method"},
                                        {"Vary", "Access-Control-Request-Headers"}}));
}

TEST(Cors, WithoutPatternsTheConfiguredHeaderDecides) {
  config::Server server;
  server.responseheaders = {{"access-control-allow-origin", "http://friend"}, {"Access-Control-Allow-Methods", "GET"}};
  const Judged friendly = judge(server, "OPTIONS", "http://friend");
  EXPECT_EQ(friendly.verdict, Verdict::preflight);
  EXPECT_EQ(friendly.headers.size(), 6u);  // the two, Max-Age, three of Vary
  EXPECT_EQ(friendly.headers[0].second, "GET");

  const Judged evil = judge(server, "GET", "http://evil");
  EXPECT_EQ(evil.verdict, Verdict::refuse);
  EXPECT_EQ(evil.headers.size(), 2u);  // they stay on the 403

  server.responseheaders = {{"Access-Control-Allow-Origin", "*"}};
  EXPECT_EQ(judge(server, "GET", "http://evil").verdict, Verdict::pass);
  server.cors.alloworigins = {"friend"};
  EXPECT_EQ(judge(server, "GET", "http://evil").verdict, Verdict::refuse);
}

TEST(Cors, BadSettingsAreNamed) {
  EXPECT_NE(OriginRules::compile(allowing("(")).error().text.find("server.cors.alloworigins: \"(\""),
            std::string::npos);
  config::Server server;
  server.stream.allowedorigins = {"ok", "[a"};
  EXPECT_NE(OriginRules::compile(server).error().text.find("server.stream.allowedorigins: \"[a\""), std::string::npos);
  server = {};
  server.responseheaders = {{"Access-Control-Allow-Origin", "friend"}};
  EXPECT_FALSE(OriginRules::compile(server));
}

TEST(Cors, HostileOriginsCostNeitherStackNorTime) {
  const OriginRules strict = rules(allowing("^(a+)+$"));
  HeaderList headers;
  Incoming request;
  const std::string huge = std::string(1024 * 1024, 'a') + "!";
  request.origin = huge;
  EXPECT_EQ(strict.judge(request, headers), Verdict::refuse);
  request.origin.remove_suffix(1);
  EXPECT_EQ(strict.judge(request, headers), Verdict::pass);
}

TEST(Cors, PatternsMeanWhatTheyMeanInGotify) {
  struct {
    const char* pattern;
    const char* allowed;
    const char* refused;
  } const cases[] = {
      {"(?i)^HTTPS://APP\\.FRIEND\\.ORG$", "https://app.friend.org", "https://app.friendxorg"},
      {"\\Ahttps://app\\.friend\\.org\\z", "https://App.friend.org", "https://app.friend.org.evil"},
      {"^https://\\Qapp.friend.org\\E(:[0-9]+)?$", "https://app.friend.org:444", "https://appxfriend.org"},
      {"^https://\\p{L}+\\.friend\\.org$", "https://b\u00fccher.friend.org", "https://b1.friend.org"},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(judge(allowing(one.pattern), "GET", one.allowed).verdict, Verdict::pass) << one.pattern;
    EXPECT_EQ(judge(allowing(one.pattern), "GET", one.refused).verdict, Verdict::refuse) << one.pattern;
  }
}

TEST(StreamOrigin, OwnHostOrAMatchingHostName) {
  config::Server server;
  server.stream.allowedorigins = {"^app\\.friend\\.org$"};
  const OriginRules gate = rules(server);
  for (const char* origin :
       {"", "http://push:8080", "https://PUSH:8080", "http://app.friend.org", "https://APP.friend.org:444"}) {
    EXPECT_TRUE(gate.allows_stream(origin, "push:8080")) << origin;
  }
  for (const char* origin : {"null", "http://push", "http://push:80801", "http://evil", "http://app.friend.org.evil",
                             "http://appxfriend.org", "http://app.friend.org@evil", "chrome-extension://abc"}) {
    EXPECT_FALSE(gate.allows_stream(origin, "push:8080")) << origin;
  }
  EXPECT_FALSE(gate.allows_stream("null", ""));
}

TEST(SetHeader, ReplacesWhateverTheSpelling) {
  HeaderList headers{{"X-A", "1"}};
  set_header(headers, "x-a", "2");
  set_header(headers, "B", "3");
  EXPECT_EQ(headers, (HeaderList{{"X-A", "2"}, {"B", "3"}}));
}

// Without credentials, on the loop. std::regex took 12 to 40 ms for each of these.
TEST(OriginRules, NoOriginIsSlowToJudge) {
  config::Server server;
  server.cors.alloworigins = {R"(.+\.example\.com)", R"((a+)+\.(b+)+\.(c+)+$)", R"((.*)(.*)(.*)(.*)x$)"};
  const auto rules = OriginRules::compile(server);
  ASSERT_TRUE(rules);
  const std::string origin = "https://" + std::string(8 * 1024, 'a') + "!";
  Incoming request;
  request.method = "GET";
  request.host = "push";
  request.origin = origin;
  constexpr int kTimes = 20;
  const double start = test::milliseconds_of_cpu();
  for (int i = 0; i < kTimes; ++i) {
    HeaderList headers;
    EXPECT_EQ(rules->judge(request, headers), OriginRules::Verdict::refuse);
  }
  const double each = (test::milliseconds_of_cpu() - start) / kTimes;
  RecordProperty("milliseconds", std::to_string(each));
  EXPECT_LT(each, 50.0) << "ms for 8 KB";  // 0.1 ms in a release build; an engine that backtracks takes minutes
}

}  // namespace
}  // namespace push::api
