// A reader of a large answer may be slow; one that reads less than server.http.minimumrate is disconnected.
#include <chrono>
#include <thread>

#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr int kMessages = 38;
constexpr int kSmallWindow = 4096;
constexpr std::size_t kMessageSize = 100 * 1024;  // all of them just fit into one page
constexpr auto kPatienceOfTheServer = std::chrono::seconds(2);
const char* const kTimeouts = "push_http_timeouts_total";

class SlowAnswer : public ApiTest {
 protected:
  void SetUp() override {
    start({});
    HttpClient http = poster();
    const std::string text(kMessageSize, 'x');
    for (int i = 0; i < kMessages; ++i) post_message(http, text);
    // Only now, because the same patience is for the bodies of requests.
    ASSERT_EQ(server_.stop(), 0);
    server_.set("GOTIFY_SERVER_HTTP_BODYTIMEOUTSECONDS", std::to_string(kPatienceOfTheServer.count()));
    server_.start();
  }

  Socket ask(const std::string& field = "X: y") {
    Socket socket = Socket::connect(server_.address(), kSmallWindow);
    socket.send("GET /message?limit=200 HTTP/1.1\r\nHost: push\r\n" + client_.key().front() + "\r\n" + field +
                "\r\n\r\n");
    return socket;
  }
};

TEST_F(SlowAnswer, GoesOnAsLongAsSomeOfItIsTaken) {
  Socket socket = ask();
  std::string input;
  const auto end = std::chrono::steady_clock::now() + 5 * kPatienceOfTheServer / 2;
  while (std::chrono::steady_clock::now() < end) {  // far longer than the timeout for the whole answer
    ASSERT_TRUE(socket.receive(input)) << "after " << input.size() << " bytes";
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_LT(input.size(), kMessages * kMessageSize) << "the reader was not slow";
  while (input.size() < kMessages * kMessageSize || input.back() != '}') ASSERT_TRUE(socket.receive(input));
  EXPECT_EQ(server_.metric(kTimeouts), 0);
}

TEST_F(SlowAnswer, EndsWhenNothingIsTaken) {
  Socket socket = ask();
  EXPECT_TRUE(eventually([this] { return server_.metric(kTimeouts) == 1; }));
  std::string input;
  while (socket.receive(input)) {
  }
  EXPECT_LT(input.size(), kMessages * kMessageSize);
}

// Unread input when a socket is closed makes the kernel drop what the peer has not received yet.
TEST_F(SlowAnswer, IsWholeIfTheClientSendsOneLineEndTooMany) {
  Socket socket = ask("Connection: close");
  std::string input;
  ASSERT_TRUE(socket.receive(input));
  socket.send("\r\n");
  while (socket.receive(input)) {
  }
  EXPECT_GT(input.size(), kMessages * kMessageSize);
  EXPECT_EQ(input.back(), '}');
}

}  // namespace
}  // namespace push::support
