// Who has a stream open: for the user, for administrators, and for the operator.
#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using Json = nlohmann::json;

class PresenceOfStreams : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_METRICS_REGISTRY", "true"}, {"GOTIFY_SERVER_THREADS", "2"}}); }

  // The number of streams that GET /client?presence=1 tells of this client.
  static std::uint64_t streams_of(HttpClient& owner, std::uint64_t client) {
    const Json listed = owner.get("/client?presence=1").json();
    for (const Json& one : listed) {
      if (one.at("id") == client) return one.at("streams").get<std::uint64_t>();
    }
    throw Failure("no client " + std::to_string(client));
  }
  // The streams of a key on the operator's page, over all loops.
  static std::uint64_t count_of(const Json& online) {
    std::uint64_t count = 0;
    for (const Json& open : online.at("streams")) count += open.at("count").get<std::uint64_t>();
    return count;
  }
  Json registry(const std::string& query) const {
    const Answer answer = HttpClient(server_.metrics_address()).get("/debug/registry" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    return answer.json();
  }
};

TEST_F(PresenceOfStreams, FollowsThemAndIsShownOnRequestOnly) {
  HttpClient owner = server_.http(admin().basic());
  const Created idle = create_client(owner, "idle");
  StreamClient first = stream();
  {
    StreamClient second = stream();
    StreamClient by_password = server_.stream(admin().basic());
    EXPECT_EQ(streams_of(owner, client_.id), 2u);
    EXPECT_EQ(streams_of(owner, idle.id), 0u);
    EXPECT_EQ(owner.get("/user/1/presence").body,
              R"({"clients":[{"id":)" + std::to_string(client_.id) + R"(,"streams":2}],"basic":1})");
  }
  EXPECT_TRUE(eventually([&] { return streams_of(owner, client_.id) == 1; }));
  const std::string shown = owner.get("/client?presence=1").body;
  EXPECT_EQ(owner.get("/client").body, std::regex_replace(shown, std::regex(R"(,"streams":\d)"), ""))
      << "without it the answer is as ever";
}

TEST_F(PresenceOfStreams, OfAnotherUserIsForAdministrators) {
  HttpClient owner = server_.http(admin().basic());
  const std::uint64_t other = owner.post("/user", kJson, R"({"name":"u2","pass":"pw"})").json().at("id");
  HttpClient plain = server_.http({basic_header("u2", "pw")});
  const Created phone = create_client(plain, "phone");
  StreamClient listener = server_.stream(phone.key());
  const std::string target = "/user/" + std::to_string(other) + "/presence";
  EXPECT_EQ(owner.get(target).body,
            R"({"clients":[{"id":)" + std::to_string(phone.id) + R"(,"streams":1}],"basic":0})");
  EXPECT_EQ(plain.get(target).status, 403);
  EXPECT_EQ(owner.get("/user/99/presence").body, error_body(404, "user does not exist"));
  EXPECT_EQ(streams_of(plain, phone.id), 1u);
  EXPECT_EQ(owner.get("/client?presence=1").json().size(), 1u) << "one's own clients only";
}

TEST_F(PresenceOfStreams, TheOperatorSeesKeysWithoutTokens) {
  const std::string key = "1:C" + std::to_string(client_.id);
  StreamClient first = stream();
  StreamClient second = stream();
  StreamClient by_password = server_.stream(admin().basic());
  const Json page = registry("?user=1");
  ASSERT_EQ(page.at("keys").size(), 2u) << page;
  EXPECT_EQ(page.at("keys")[0].at("key"), "1:C0");
  EXPECT_EQ(page.at("keys")[1].at("key"), key);
  EXPECT_EQ(count_of(page.at("keys")[1]), 2u);
  for (const Json& open : page.at("keys")[1].at("streams")) {
    EXPECT_EQ(open.at("transport"), "websocket");
    EXPECT_LT(open.at("loop"), 2);
    EXPECT_EQ(open.at("outbox"), Json({{"frames", 0}, {"bytes", 0}}));
  }
  EXPECT_EQ(page.dump().find(client_.token), std::string::npos);
  const Json begin = registry("?limit=1");
  EXPECT_EQ(begin.at("next"), "1:C0");
  EXPECT_EQ(registry("?limit=1&after=1:C0").at("keys")[0].at("key"), key);
  EXPECT_FALSE(registry("?limit=1&after=1:C0").contains("next"));
}

TEST_F(PresenceOfStreams, EveryTransportIsNamedAndCounted) {
  using Counts = std::map<std::string, std::uint64_t>;
  StreamClient websocket = stream();
  std::map<std::string, HttpClient> others;
  for (const char* transport : {"sse", "ndjson", "poll"}) {
    HttpClient& other = others.emplace(transport, nobody()).first->second;
    other.write(std::string("GET /stream?timeout=300&transport=") + transport + " HTTP/1.1\r\nHost: push\r\n" +
                client_.key().front() + "\r\n\r\n");
  }
  const auto expect_open = [this](const Counts& expected) {
    EXPECT_TRUE(eventually([&] {
      Counts counts;
      const Json page = registry("?user=1");
      for (const Json& online : page.at("keys")) {
        for (const Json& open : online.at("streams"))
          counts[open.at("transport")] += open.at("count").get<std::uint64_t>();
      }
      return counts == expected;
    })) << registry("?user=1");
  };
  expect_open({{"websocket", 1}, {"sse", 1}, {"ndjson", 1}, {"poll", 1}});
  HttpClient owner = server_.http(admin().basic());
  EXPECT_EQ(streams_of(owner, client_.id), 4u);
  EXPECT_EQ(owner.get("/user/1/presence").json().at("clients")[0].at("streams"), 4u);
  HttpClient sender = poster();
  post_message(sender, "answers the poll");
  expect_open({{"websocket", 1}, {"sse", 1}, {"ndjson", 1}});
  others.erase("sse");
  expect_open({{"websocket", 1}, {"ndjson", 1}});
}

TEST_F(PresenceOfStreams, TheOperatorSeesWhatADeviceDoesNotRead) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE", "1000");
  server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERBYTES", "100000000");
  server_.start();
  StreamClient sleeping = StreamClient::open(server_.address(), client_.key(), {.receive_buffer = 4096});
  HttpClient sender = poster();
  const auto waiting = [this] {
    const Json page = registry("?user=1");
    return page.at("keys")[0].at("streams")[0].at("outbox");
  };
  EXPECT_EQ(waiting().at("frames"), 0);
  const std::string text(100'000, 'x');
  ASSERT_TRUE(eventually([&] {
    post_message(sender, text);
    return waiting().at("frames") >= 2;
  }));
  EXPECT_GT(waiting().at("bytes"), 100'000);
}

TEST_F(PresenceOfStreams, TheOperatorsPageIsOffByDefaultAndNowhereElse) {
  EXPECT_EQ(server_.http(admin().basic()).get("/debug/registry").status, 404) << "not on Gotify's own port";
  HttpClient rebound(server_.metrics_address());
  rebound.write("GET /debug/registry HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  EXPECT_EQ(rebound.read().status, 403);
  EXPECT_EQ(HttpClient(server_.metrics_address()).post("/debug/registry", kJson, "{}").status, 404);
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_METRICS_REGISTRY", "false");
  server_.start();
  EXPECT_EQ(HttpClient(server_.metrics_address()).get("/debug/registry").status, 404);
  EXPECT_EQ(HttpClient(server_.metrics_address()).get("/metrics").status, 200);
}

}  // namespace
}  // namespace push::support
