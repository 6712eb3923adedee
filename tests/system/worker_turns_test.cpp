// Somebody who keeps the workers busy holds up neither the others nor the end.
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr int kFlood = 40;
constexpr const char* kWaiting = "push_workers_waiting";

class WorkerTurns : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_WORKERS", "1"}}); }

  // Until jobs of the application's token wait that take the worker long: JSON that is wrong only at its end.
  void flood() {
    std::string body = R"({"message":")";
    while (body.size() < 2'000'000) body += R"(\u00e9)";
    const std::string request = "POST /message HTTP/1.1\r\nHost: push\r\nContent-Type: application/json\r\n" +
                                application_.key().front() + "\r\nContent-Length: " + std::to_string(body.size()) +
                                "\r\n\r\n" + body;
    for (int i = 0; i < kFlood; ++i) {
      flood_.push_back(nobody());
      flood_.back().write(request);
    }
    ASSERT_TRUE(eventually([this] { return server_.metric(kWaiting) >= kFlood / 4; }));
  }

  std::vector<HttpClient> flood_;
};

TEST_F(WorkerTurns, OneTokenHoldsUpNobodyElse) {
  HttpClient honest = reader();
  ASSERT_EQ(honest.get("/current/user").status, 200);
  flood();
  for (const char* page : {"/message", "/application"}) {
    EXPECT_EQ(honest.get(page).status, 200);
    EXPECT_GT(server_.metric(kWaiting), 0) << page << " waited for all of them";
  }
  EXPECT_EQ(server_.metric("push_workers_over_share_total"), 0);
}

TEST_F(WorkerTurns, TheEndWaitsForNoWorkThatHasNotBegun) {
  flood();
  const double waiting = server_.metric(kWaiting);
  const double done = server_.metric("push_http_responses_total{code=\"4xx\"}");
  server_.terminate();
  int refused = 0;
  int begun = 0;
  for (HttpClient& one : flood_) {
    Answer answer;
    try {
      answer = one.read();
    } catch (const ConnectionLost&) {
      continue;  // its body was still arriving
    }
    if (answer.status == 400) {
      ++begun;
      continue;
    }
    ++refused;
    ASSERT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body, error_body(503, "the server is stopping"));
    EXPECT_EQ(answer.header("Retry-After"), "1");
  }
  EXPECT_GT(refused, 0);
  EXPECT_LT(begun - done, waiting / 2) << "of those that waited";
  EXPECT_EQ(server_.wait(), 0);
}

}  // namespace
}  // namespace push::support
