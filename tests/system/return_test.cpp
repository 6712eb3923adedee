// All clients reconnect at once, to a server that remembers none of their tokens.
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

TEST(ReturnTest, NobodyIsRefusedForTheOthers) {
  constexpr int kClients = 300;
  ServerProcess server({{"GOTIFY_SERVER_WORKERS", "1"}, {"GOTIFY_SERVER_WORKERQUEUE", "1"}});
  server.start();
  HttpClient owner = server.http(admin().basic());
  std::vector<Created> clients;
  for (int i = 0; i < kClients; ++i) clients.push_back(create_client(owner, "client"));
  const Created application = create_application(owner, "app");
  server.kill9();
  server.start();

  std::vector<HttpClient> streams;
  for (const Created& client : clients) {
    streams.push_back(server.http());
    streams.back().write(upgrade_request("/stream", client.key()) + "\r\n");
  }
  for (HttpClient& stream : streams) ASSERT_EQ(stream.read(true).status, 101);
  EXPECT_EQ(server.metric("push_stream_connections"), kClients);
  EXPECT_EQ(server.metric("push_lookups_waiting"), 0);
}

// One loop reads many requests faster than one thread looks their tokens up.
TEST(ReturnTest, LookUpsBeyondTheirQueueAreRefused) {
  ServerProcess server;
  server.set("GOTIFY_SERVER_LOOKUPQUEUE", "1");
  server.start();
  int refused = 0;
  int asked = 0;
  ASSERT_TRUE(eventually([&] {
    std::vector<HttpClient> streams;
    for (int i = 0; i < 100; ++i) {
      streams.push_back(server.http());
      streams.back().write(upgrade_request("/stream", {key_header("C" + std::to_string(asked++))}) + "\r\n");
    }
    for (HttpClient& stream : streams) {
      const Answer answer = stream.read();
      if (answer.status == 401) continue;
      ++refused;
      EXPECT_EQ(answer.status, 503);
      EXPECT_EQ(answer.body, error_body(503, "too many requests wait for a worker"));
      EXPECT_EQ(answer.header("Retry-After"), "1");
    }
    return refused > 0;
  }));
  EXPECT_LT(refused, asked);
}

}  // namespace
}  // namespace push::support
