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

TEST(ReturnTest, LookUpsBeyondTheirQueueAreRefused) {
  ServerProcess server(
      {{"GOTIFY_SERVER_WORKERS", "1"}, {"GOTIFY_SERVER_LOOKUPQUEUE", "1"}, {"GOTIFY_PASSSTRENGTH", "12"}});
  server.start();
  std::vector<HttpClient> busy;  // each password takes the worker a quarter of a second
  for (int i = 0; i < 8; ++i) {
    busy.push_back(server.http());
    busy.back().write("GET /message HTTP/1.1\r\nHost: push\r\n" + basic_header("nobody", std::to_string(i)) +
                      "\r\n\r\n");
  }
  ASSERT_TRUE(eventually([&] { return server.metric("push_workers_waiting") > 0; }));

  std::vector<HttpClient> streams;
  for (int i = 0; i < 10; ++i) {
    streams.push_back(server.http());
    streams.back().write(upgrade_request("/stream", {key_header("C" + std::to_string(i))}) + "\r\n");
  }
  int refused = 0;
  for (HttpClient& stream : streams) {
    const Answer answer = stream.read();
    if (answer.status == 401) continue;
    ++refused;
    ASSERT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, error_body(503, "too many requests wait for a worker"));
    EXPECT_EQ(answer.header("Retry-After"), "1");
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(refused, 10);
  for (HttpClient& http : busy) EXPECT_EQ(http.read().status, 401);
}

}  // namespace
}  // namespace push::support
