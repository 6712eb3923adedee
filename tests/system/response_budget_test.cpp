// How much memory readers that do not read can make the server hold: answers are charged to a budget, as requests are.
#include <vector>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

// One reader has half of it: two pages fit into that, but not beside each other with as much left free.
constexpr std::size_t kBudget = 18'000'000;
constexpr std::size_t kMessage = 1'000'000;
constexpr int kSmallWindow = 4096;
constexpr const char* kHolds = "push_http_response_bytes";
constexpr const char* kRefused = "push_http_responses_refused_total";

class ResponseBudgetOfTheServer : public ApiTest {
 protected:
  void SetUp() override {
    start({{"GOTIFY_SERVER_HTTP_RESPONSEBUDGET", std::to_string(kBudget)}});
    HttpClient http = poster();
    for (int i = 0; i < 8; ++i) post_message(http, std::string(kMessage, 'x'));
  }

  // Asks for a page of 4 MB and reads nothing of it.
  Socket frozen_reader() {
    Socket socket = Socket::connect(server_.address(), kSmallWindow);
    socket.send("GET /message HTTP/1.1\r\nHost: push\r\n" + client_.key().front() + "\r\n\r\n");
    return socket;
  }
  bool holds(double bytes) {
    return eventually([this, bytes] { return server_.metric(kHolds) >= bytes; });
  }
};

TEST_F(ResponseBudgetOfTheServer, RefusesWhatItCannotAffordAndNothingElse) {
  {
    const Socket slow = frozen_reader();
    ASSERT_TRUE(holds(4 * kMessage));
    HttpClient http = reader();
    const Answer page = http.get("/message");
    EXPECT_EQ(page.status, 503);
    EXPECT_EQ(page.body, error_body(503, "too many large answers are being read"));
    EXPECT_EQ(page.header("Retry-After"), "1");
    EXPECT_EQ(server_.metric(kRefused), 1);
    EXPECT_EQ(http.get("/message?limit=1").status, 200) << "1 MB fits beside 4";
    EXPECT_EQ(http.get("/application").status, 200) << "small ones are free";
    EXPECT_EQ(http.connections(), 1);

    // What is stored is answered: a message whose answer cannot be afforded is refused before.
    HttpClient sender = poster();
    EXPECT_EQ(sender.post("/message", kForm, "message=" + std::string(7 * kMessage, 'y')).status, 503);
    EXPECT_EQ(sender.post("/message", kForm, "message=small").status, 200);
    EXPECT_EQ(http.get("/message?limit=1").json().at("messages").at(0).at("message"), "small");
  }
  ASSERT_TRUE(eventually([this] { return server_.metric(kHolds) == 0; }));
  HttpClient http = reader();
  EXPECT_EQ(http.get("/message").status, 200);
}

TEST_F(ResponseBudgetOfTheServer, IsNotSpentByStrangers) {
  std::vector<Socket> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(Socket::connect(server_.address(), kSmallWindow));
    for (int j = 0; j < 20; ++j)
      slow.back().send("GET /swagger?base=" + std::string(250, 'a') + " HTTP/1.1\r\nHost: push\r\n\r\n");
  }
  ASSERT_TRUE(eventually([this] { return server_.metric(kRefused) > 0; }));
  EXPECT_LE(server_.metric(kHolds), kBudget / 4);
  HttpClient http = reader();
  EXPECT_EQ(http.get("/message").status, 200);
}

TEST_F(ResponseBudgetOfTheServer, PicturesThatManyReadAreHeldOnce) {
  HttpClient http = reader();
  const std::string png = std::string("\x89PNG\r\n\x1a\n") + std::string(3'000'000, 'p');
  const std::string image =
      http.post("/application/" + std::to_string(application_.id) + "/image", "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.png\"\r\n\r\n" + png +
                    "\r\n--b--\r\n")
          .json()
          .at("image");
  std::vector<Socket> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(Socket::connect(server_.address(), kSmallWindow));
    slow.back().send("GET /" + image + " HTTP/1.1\r\nHost: push\r\n\r\n");
  }
  ASSERT_TRUE(eventually([this] { return server_.metric("push_http_requests_total") >= 30; }));
  HttpClient viewer = nobody();
  EXPECT_EQ(viewer.get("/" + image).body, png);
  EXPECT_EQ(server_.metric("push_file_cache_bytes"), static_cast<double>(png.size()));
  EXPECT_EQ(server_.metric(kHolds), 0);
}

}  // namespace
}  // namespace push::support
