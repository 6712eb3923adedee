// Limits that are off by default: rates of requests, numbers of streams, applications and clients.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class Limits : public ApiTest {
 protected:
  void SetUp() override {}  // each test has its own settings

  Answer post(const Created& application, const Lines& more = {}) {
    return server_.http(application.key()).post("/message", kForm, "message=m", more);
  }
  Answer upgrade(const Lines& headers, std::vector<HttpClient>& open) {
    open.push_back(server_.http());
    open.back().write(upgrade_request("/stream", headers) + "\r\n");
    return open.back().read(true);
  }
};

TEST_F(Limits, AnApplicationHasItsRate) {
  start({{"GOTIFY_SERVER_RATES_APPLICATIONPERMINUTE", "2"}, {"GOTIFY_SERVER_RATES_APPLICATIONBURST", "3"}});
  HttpClient owner = server_.http(admin().basic());
  const Created other = create_application(owner, "other");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(post(application_).status, 200) << i;
  const Answer refused = post(application_);
  EXPECT_EQ(refused.status, 429);
  const int wait = std::stoi(refused.header("Retry-After"));
  EXPECT_GT(wait, 0);
  EXPECT_LE(wait, 30);
  EXPECT_EQ(refused.body, error_body(429,
                                     "too many requests from this application, the limit is "
                                     "server.rates.applicationperminute"));
  EXPECT_EQ(post(other).status, 200);
  EXPECT_EQ(server_.metric("push_requests_throttled_total{by=\"application\"}"), 1);
}

TEST_F(Limits, AUserHasItsRateWithAllItsApplications) {
  start({{"GOTIFY_SERVER_RATES_USERPERMINUTE", "1"}, {"GOTIFY_SERVER_RATES_USERBURST", "8"}});
  HttpClient owner = server_.http(admin().basic());
  ASSERT_EQ(owner.post("/user", kForm, "name=bob&pass=secret").status, 200);  // the third request of the administrator
  for (int i = 0; i < 5; ++i) EXPECT_EQ(post(application_).status, 200) << i;
  EXPECT_EQ(post(application_).status, 429);
  EXPECT_EQ(owner.get("/message").status, 429);
  EXPECT_EQ(server_.http({basic_header("bob", "secret")}).get("/message").status, 200);
  EXPECT_EQ(nobody().get("/health").status, 200);
  EXPECT_EQ(server_.metric("push_requests_throttled_total{by=\"user\"}"), 2);
}

TEST_F(Limits, AnAddressHasItsRateBeforeItsCredentialsAreRead) {
  start({{"GOTIFY_SERVER_RATES_ADDRESSPERMINUTE", "1"},
         {"GOTIFY_SERVER_RATES_ADDRESSBURST", "3"},
         {"GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1"}});
  const auto from = [](const std::string& address) { return Lines{"X-Forwarded-For: " + address}; };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(nobody().get("/message", from("198.51.100.1")).status, 401) << i;
  EXPECT_EQ(nobody().get("/message", from("198.51.100.1")).status, 429);
  EXPECT_EQ(nobody().get("/stream", from("198.51.100.1")).status, 429);
  EXPECT_EQ(post(application_, from("198.51.100.1")).status, 429);
  EXPECT_EQ(post(application_, from("198.51.100.2")).status, 200);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(nobody().get("/health", from("198.51.100.1")).status, 200);
    EXPECT_EQ(nobody().get("/", from("198.51.100.1")).status, 200);
  }
}

TEST_F(Limits, AUserHasSoManyStreams) {
  start({{"GOTIFY_SERVER_STREAM_MAXPERUSER", "2"}});
  std::vector<HttpClient> open;
  EXPECT_EQ(upgrade(client_.key(), open).status, 101);
  EXPECT_EQ(upgrade(client_.key(), open).status, 101);
  open.push_back(server_.http());
  open.back().write(upgrade_request("/stream", client_.key()) + "\r\n");
  const Answer refused = open.back().read();
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(refused.header("Retry-After"), "60");
  EXPECT_EQ(refused.body, error_body(429, "too many open streams of this user, the limit is server.stream.maxperuser"));
  EXPECT_EQ(server_.metric("push_streams_refused_total{by=\"user\"}"), 1);
  open.front().close();
  ASSERT_TRUE(eventually([&] { return upgrade(client_.key(), open).status == 101; })) << "a place is free again";
  EXPECT_EQ(server_.metric("push_stream_connections"), 2);
}

TEST_F(Limits, AnAddressHasSoManyStreams) {
  start({{"GOTIFY_SERVER_STREAM_MAXPERADDRESS", "1"}, {"GOTIFY_SERVER_TRUSTEDPROXIES", "127.0.0.1"}});
  std::vector<HttpClient> open;
  const auto from = [this](const char* address) {
    return Lines{key_header(client_.token), std::string("X-Forwarded-For: ") + address};
  };
  EXPECT_EQ(upgrade(from("198.51.100.1"), open).status, 101);
  open.push_back(server_.http());
  open.back().write(upgrade_request("/stream", from("198.51.100.1")) + "\r\n");
  EXPECT_EQ(open.back().read().status, 429);
  EXPECT_EQ(upgrade(from("198.51.100.2"), open).status, 101);
}

TEST_F(Limits, ARefusedHandshakeGivesItsPlaceBack) {
  start({{"GOTIFY_SERVER_STREAM_MAXPERUSER", "1"}});
  HttpClient plain = server_.http(client_.key());
  EXPECT_EQ(plain.get("/stream").status, 400) << "no upgrade";
  std::vector<HttpClient> open;
  // The refusal is sent a moment before its place is free again.
  EXPECT_TRUE(eventually([&] { return upgrade(client_.key(), open).status == 101; }));
}

TEST_F(Limits, AUserHasSoManyApplicationsAndClients) {
  start({{"GOTIFY_SERVER_MAXAPPLICATIONS", "2"}, {"GOTIFY_SERVER_MAXCLIENTS", "2"}});
  HttpClient owner = server_.http(admin().basic());
  create_application(owner, "second");
  const Answer application = owner.post("/application", kForm, "name=third");
  EXPECT_EQ(application.status, 403);
  EXPECT_EQ(application.body, error_body(403, "this user has 2 applications, and the limit is server.maxapplications"));
  create_client(owner, "second");
  for (const char* route : {"/client", "/auth/local/login"}) {
    const Answer refused = owner.post(route, kForm, "name=third");
    EXPECT_EQ(refused.status, 403) << route;
    EXPECT_EQ(refused.body, error_body(403, "this user has 2 clients, and the limit is server.maxclients"));
  }
  ASSERT_EQ(owner.request("DELETE", "/client/" + std::to_string(client_.id)).status, 200);
  create_client(owner, "third");
}

}  // namespace
}  // namespace push::support
