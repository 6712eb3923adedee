// Strangers guess passwords: the others go on, the strangers must wait.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class PasswordGuessing : public ApiTest {
 protected:
  void SetUp() override {}  // each test has its own settings

  // Each sent on a connection of its own.
  std::vector<HttpClient> guess_at_once(int count, const std::string& fields = {}) const {
    std::vector<HttpClient> guesses;
    for (int i = 0; i < count; ++i) {
      guesses.push_back(server_.http());
      guesses.back().write("GET /current/user HTTP/1.1\r\nHost: push\r\n" +
                           basic_header("user" + std::to_string(i), "wrong") + "\r\n" + fields + "\r\n");
    }
    return guesses;
  }
};

// 0.35 s of bcrypt for each, one after another: whoever waits behind them comes after them.
TEST_F(PasswordGuessing, NobodyElseWaitsForThem) {
  start({{"GOTIFY_PASSSTRENGTH", "12"}});
  std::vector<HttpClient> guesses = guess_at_once(50);
  ASSERT_TRUE(eventually([&] { return server_.metric("push_passwords_waiting") >= 40; }));

  HttpClient reader = server_.http(client_.key());
  HttpClient poster = server_.http(application_.key());
  const Created fresh = create_client(reader, "fresh");  // not remembered
  StreamClient stream = server_.stream(fresh.key());
  const std::string message = post_message(poster, "hello");
  EXPECT_EQ(stream.next_message(), message + "\n");
  post_message(poster, std::string(40'000, 'x'));
  EXPECT_EQ(reader.get("/message").status, 200);
  EXPECT_EQ(reader.get("/application").status, 200);
  EXPECT_EQ(nobody().get("/health").status, 200);
  EXPECT_EQ(nobody().get("/version").status, 200);
  EXPECT_EQ(nobody().get("/").status, 200);
  EXPECT_EQ(nobody().get("/image/" + std::string("nothing.png")).status, 404);
  EXPECT_EQ(server_.http({key_header("Cnobody")}).get("/message").status, 401);
  EXPECT_EQ(server_.http(admin().basic()).get("/current/user").status, 200) << "remembered as good";
  EXPECT_GE(server_.metric("push_passwords_waiting"), 20) << "all of that came before most of the strangers' turns";
}

TEST_F(PasswordGuessing, WhatWaitsForAClientThatHasLeftIsNotBegun) {
  start({{"GOTIFY_PASSSTRENGTH", "12"}});
  guess_at_once(100);  // and closes
  ASSERT_TRUE(eventually([&] { return server_.metric("push_passwords_abandoned_total") >= 60; }));
  ASSERT_TRUE(eventually([&] { return server_.metric("push_passwords_waiting") == 0; }));
  EXPECT_EQ(server_.metric("push_wrong_passwords_total") + server_.metric("push_passwords_abandoned_total"), 100);
  EXPECT_EQ(server_.metric("push_http_responses_total{code=\"5xx\"}"), 0) << "nobody got an answer";
}

TEST_F(PasswordGuessing, AFullQueueIs503) {
  start({{"GOTIFY_PASSSTRENGTH", "12"}, {"GOTIFY_SERVER_PASSWORDS_QUEUE", "5"}});
  std::vector<HttpClient> guesses = guess_at_once(20);
  int refused = 0;
  for (HttpClient& guess : guesses) {
    const Answer answer = guess.read();
    if (answer.status == 401) continue;
    ++refused;
    ASSERT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, error_body(503, "too many passwords wait to be checked"));
    EXPECT_EQ(answer.header("Retry-After"), "1");
  }
  EXPECT_GE(refused, 5);
  EXPECT_LE(refused, 15);
}

TEST_F(PasswordGuessing, AddressesTakeTurns) {
  start({{"GOTIFY_PASSSTRENGTH", "12"}, {"GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1"}});
  const std::vector<HttpClient> guesses = guess_at_once(20, "X-Forwarded-For: 198.51.100.1\r\n");
  ASSERT_TRUE(eventually([&] { return server_.metric("push_passwords_waiting") >= 15; }));
  const Lines other = {basic_header("other", "wrong"), "X-Forwarded-For: 198.51.100.2"};
  EXPECT_EQ(nobody().get("/current/user", other).status, 401);
  EXPECT_GE(server_.metric("push_passwords_waiting"), 5) << "it came before most of them";
}

TEST_F(PasswordGuessing, TheEleventhTryIs429WithRetryAfter) {
  start({{"GOTIFY_SERVER_PASSWORDS_WAITSECONDS", "3600"}, {"GOTIFY_SERVER_PASSWORDS_MAXWAITSECONDS", "3600"}});
  HttpClient stranger = nobody();
  const auto guess = [&](int i) {
    return stranger.get("/current/user", {basic_header("admin", "wrong" + std::to_string(i))});
  };
  for (int i = 0; i < 10; ++i) {
    const Answer answer = guess(i);
    ASSERT_EQ(answer.status, 401) << i;
    EXPECT_EQ(answer.body, unauthorized_body());
    EXPECT_FALSE(answer.has("Retry-After"));
  }
  const Answer refused = guess(10);
  EXPECT_EQ(refused.status, 429);
  const std::string wait = refused.header("Retry-After");
  ASSERT_GT(std::stoi("0" + wait), 3500);
  EXPECT_EQ(refused.header("Content-Type"), "application/json");
  EXPECT_EQ(refused.body, error_body(429, "too many wrong passwords, try again in " + wait + " seconds"));
  EXPECT_EQ(stranger.post("/auth/local/login", kForm, "name=browser", {basic_header("admin", "admin")}).status, 200)
      << "remembered as good";
  EXPECT_EQ(server_.http(client_.key()).get("/current/user").status, 200);
  EXPECT_EQ(stranger.get("/current/user", {basic_header("nobody", "wrong")}).status, 401) << "another name";
}

TEST_F(PasswordGuessing, TheWaitGrowsUntilARightPassword) {
  start({{"GOTIFY_SERVER_PASSWORDS_TRIES", "2"}, {"GOTIFY_SERVER_PASSWORDS_WAITSECONDS", "2"}});
  HttpClient other = server_.http(admin().basic());
  ASSERT_EQ(other.post("/user", kForm, "name=bob&pass=secret").status, 200);
  HttpClient bob = nobody();
  const auto ask = [&](const std::string& password) {
    return bob.get("/current/user", {basic_header("bob", password)});
  };
  EXPECT_EQ(ask("a").status, 401);
  EXPECT_EQ(ask("b").status, 401);
  const Answer refused = ask("secret");
  EXPECT_EQ(refused.status, 429) << "not even a right one is checked";
  EXPECT_EQ(refused.header("Retry-After"), "2");
  ASSERT_TRUE(eventually([&] { return ask("c").status == 401; }));
  EXPECT_EQ(ask("d").header("Retry-After"), "4");
  ASSERT_TRUE(eventually([&] { return ask("secret").status == 200; }));
  EXPECT_EQ(ask("e").status, 401) << "the tries are free again";
  EXPECT_EQ(ask("f").status, 401);
}

TEST_F(PasswordGuessing, AddressesBehindAProxyAreToldApart) {
  start({{"GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1"}, {"GOTIFY_SERVER_PASSWORDS_ADDRESSTRIES", "3"}});
  HttpClient proxy = nobody();
  const auto guess = [&](int i, const std::string& from) {
    return proxy.get("/current/user", {basic_header("user" + std::to_string(i), "wrong"), "X-Forwarded-For: " + from})
        .status;
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(guess(i, "198.51.100.1"), 401);
  EXPECT_EQ(guess(3, "198.51.100.1"), 429);
  EXPECT_EQ(guess(4, "198.51.100.2"), 401);
  EXPECT_EQ(server_.metric("push_passwords_throttled_total{by=\"address\"}"), 1);
}

TEST_F(PasswordGuessing, ATokenWorksAtOnceThoughItWasAskedForBefore) {
  start({});
  HttpClient stranger = nobody();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(stranger.get("/message", {key_header("Cunknown")}).status, 401);
  EXPECT_EQ(server_.metric("push_unknown_tokens_total"), 3);
  HttpClient owner = server_.http(admin().basic());
  for (int i = 0; i < 20; ++i) {
    const Created made = create_client(owner, "client");
    EXPECT_EQ(stranger.get("/message", made.key()).status, 200);
    const Created sender = create_application(owner, "app");
    HttpClient poster = server_.http(sender.key());
    post_message(poster, "hello");
  }
}

}  // namespace
}  // namespace push::support
