// How much memory peers can make the server hold with bodies that never end (reliability S9): one sender at most half
// of the budget.
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr std::size_t kBodyLimit = 256 * 1024;
constexpr std::size_t kBudget = 4 * kBodyLimit;
constexpr std::size_t kHeld = 200 * 1024;  // what each hostile peer sends of its body
constexpr const char* kHolds = "push_http_request_bytes";
constexpr const char* kRefused = "push_http_no_memory_total";

class BodyBudget : public ApiTest {
 protected:
  void SetUp() override {
    start({{"GOTIFY_SERVER_HTTP_MESSAGELIMIT", std::to_string(kBodyLimit)},
           {"GOTIFY_SERVER_HTTP_IMAGELIMIT", std::to_string(kBodyLimit)},
           {"GOTIFY_SERVER_HTTP_BODYBUDGET", std::to_string(kBudget)}});
    HttpClient owner = server_.http(admin().basic());
    other_ = create_application(owner, "other");
  }

  // A peer with a token that announces a body and stops in the middle of it.
  HttpClient hostile(const std::string& framing, const std::string& part) {
    return unfinished(application_.key().front() + "\r\n" + framing, part);
  }
  HttpClient unfinished(const std::string& fields, const std::string& part) {
    HttpClient http = nobody();
    http.write("POST /message HTTP/1.1\r\nHost: push\r\n" + fields + "\r\n\r\n" + part);
    return http;
  }
  // Adds another one, until the server holds what it sent or refuses it.
  void add(std::vector<HttpClient>& peers, const std::string& framing, const std::string& part) {
    const double held = server_.metric(kHolds);
    const double refused = server_.metric(kRefused);
    peers.push_back(hostile(framing, part));
    EXPECT_TRUE(eventually([&] { return server_.metric(kHolds) > held || server_.metric(kRefused) > refused; }));
    EXPECT_LE(server_.metric(kHolds), kBudget / 2);
  }
  // Until one of them is refused, the last.
  std::vector<HttpClient> exhaust(const std::string& framing, const std::string& part) {
    std::vector<HttpClient> peers;
    while (server_.metric(kRefused) == 0 && peers.size() < 20) add(peers, framing, part);
    EXPECT_GT(server_.metric(kRefused), 0);
    return peers;
  }
  void expect_room_for_others() {
    HttpClient same = poster();
    post_message(same, "small");
    HttpClient other = server_.http(other_.key());
    post_message(other, std::string(8 * 1024, 'x'));
    post_message(other, std::string(kBudget / 8, 'x'));
  }

  Created other_;
};

TEST_F(BodyBudget, BoundsWhatUnfinishedBodiesHold) {
  const std::string framing = "Content-Length: " + std::to_string(kBodyLimit);
  {
    std::vector<HttpClient> peers = exhaust(framing, std::string(kHeld, 'x'));
    const Answer refused = peers.back().read();
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.body, error_body(503, "too many large requests in progress"));
    EXPECT_EQ(refused.header("Retry-After"), "1");
    expect_room_for_others();
  }
  EXPECT_TRUE(eventually([this] { return server_.metric(kHolds) == 0; }));
  HttpClient http = poster();
  post_message(http, std::string(kBodyLimit - 1024, 'x'));
  EXPECT_TRUE(eventually([this] { return server_.metric(kHolds) == 0; }));
}

TEST_F(BodyBudget, HoldsNothingOfStrangers) {
  std::vector<HttpClient> peers;
  for (int i = 0; i < 30; ++i) {
    peers.push_back(unfinished("Content-Length: " + std::to_string(kBodyLimit), std::string(kHeld, 'x')));
    EXPECT_EQ(peers.back().read().status, 401);
  }
  EXPECT_EQ(server_.metric(kHolds), 0);
  HttpClient http = poster();
  post_message(http, std::string(kBodyLimit - 1024, 'x'));
}

TEST_F(BodyBudget, BoundsHeadersOfStrangersApart) {
  std::vector<HttpClient> peers;  // each with half a header
  for (int i = 0; i < 20; ++i) {
    peers.push_back(nobody());
    peers.back().write("GET /version HTTP/1.1\r\nHost: push\r\nX: " + std::string(60 * 1024, 'x'));
  }
  EXPECT_TRUE(eventually([&] { return server_.metric(kRefused) > 0; }));
  EXPECT_LE(server_.metric(kHolds), kBudget / 8) << "one address has half of what strangers have";
  HttpClient http = poster();
  post_message(http, std::string(kBodyLimit - 1024, 'x'));
}

TEST_F(BodyBudget, BoundsChunksToo) {
  const std::string chunk = "8000\r\n" + std::string(32 * 1024, 'x') + "\r\n";
  std::string part;
  while (part.size() < kHeld) part += chunk;
  {
    const std::vector<HttpClient> peers = exhaust("Transfer-Encoding: chunked", part);
    expect_room_for_others();
  }
  EXPECT_TRUE(eventually([this] { return server_.metric(kHolds) == 0; }));
}

TEST_F(BodyBudget, NothingIsHeldForWhatIsOnlyAnnounced) {
  std::vector<HttpClient> peers;
  for (int i = 0; i < 20; ++i) {
    peers.push_back(hostile("Content-Length: " + std::to_string(kBodyLimit) + "\r\nExpect: 100-continue", ""));
    EXPECT_EQ(peers.back().read().status, 100);
  }
  EXPECT_EQ(server_.metric(kHolds), 0);
}

TEST_F(BodyBudget, WhoAsksFirstIsToldBeforeItSends) {
  const std::string framing = "Content-Length: " + std::to_string(kBodyLimit);
  std::vector<HttpClient> peers = exhaust(framing, std::string(kHeld, 'x'));
  while (server_.metric(kHolds) <= (kBudget - kBodyLimit) / 2) add(peers, framing, std::string(20 * 1024, 'x'));
  HttpClient polite = hostile(framing + "\r\nExpect: 100-continue", "");
  EXPECT_EQ(polite.read().status, 503);
}

}  // namespace
}  // namespace push::support
