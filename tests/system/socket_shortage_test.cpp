// Strangers that keep connections open do not lock others out.
#include <chrono>
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class SocketShortage : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_MAXCONNECTIONS", "100"}}); }
  void expect_room() const {
    const auto begin = std::chrono::steady_clock::now();
    HttpClient late = nobody();
    EXPECT_EQ(late.get("/version").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5)) << "they have 10 s to end";
  }
};

TEST_F(SocketShortage, IdleConnectionsGiveWay) {
  StreamClient listener = stream();
  std::vector<HttpClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(nobody());
    EXPECT_EQ(idle.back().get("/version").status, 200) << i;
  }
  EXPECT_GT(server_.metric("push_http_gave_way_total"), 0);
  EXPECT_EQ(server_.metric("push_accept_paused_total"), 0) << "who waited to be accepted waited for a timer";
  HttpClient http = poster();
  post_message(http, "heard");
  EXPECT_NE(listener.next_message().find("heard"), std::string::npos) << "a stream does not give way";
}

TEST_F(SocketShortage, UnfinishedHeadersGiveWay) {
  std::vector<HttpClient> unfinished;
  for (int i = 0; i < 100; ++i) {
    unfinished.push_back(nobody());
    unfinished.back().write("GET /version HTTP/1.1\r\nHost: a\r\n");
  }
  expect_room();
}

TEST_F(SocketShortage, AnswersWhoseBodyNeverComesGiveWay) {
  std::vector<HttpClient> unfinished;
  for (int i = 0; i < 200; ++i) {
    unfinished.push_back(nobody());
    unfinished.back().write("POST /nope HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n");
  }
  expect_room();
}

TEST_F(SocketShortage, StrangersWhoReadSlowlyGiveWay) {
  std::vector<Socket> slow;
  const std::string request = "GET /swagger HTTP/1.1\r\nHost: a\r\n\r\n";
  for (int i = 0; i < 200; ++i) {
    slow.push_back(Socket::connect(server_.address(), 4096));
    for (int j = 0; j < 20; ++j) slow.back().send(request);
  }
  expect_room();
}

class FewSockets : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_MAXCONNECTIONS", "4"}, {"GOTIFY_SERVER_THREADS", "1"}}); }
};

TEST_F(FewSockets, AreNotTakenFromTheIdleForNobody) {
  std::vector<HttpClient> idle;
  for (int i = 0; i < 4; ++i) {
    idle.push_back(nobody());
    EXPECT_EQ(idle.back().get("/version").status, 200);
  }
  for (HttpClient& client : idle) {
    EXPECT_EQ(client.get("/version").status, 200);
    EXPECT_EQ(client.connections(), 1);
  }
}

TEST_F(FewSockets, SayInTheLogThatNoneIsFree) {
  std::vector<StreamClient> streams;
  for (int i = 0; i < 4; ++i) streams.push_back(stream());
  const Socket waiting = Socket::connect(server_.address());
  EXPECT_TRUE(eventually([this] {
    return server_.log().find("no socket is free, new connections wait open=4 limit=4\n") != std::string::npos;
  })) << server_.log();
}

}  // namespace
}  // namespace push::support
