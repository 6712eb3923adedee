// SIGTERM lets an answer that is being written come to its end.
#include <csignal>

#include "support/api_test.hpp"

namespace push::support {
namespace {

constexpr std::size_t kSize = 12'000'000;  // more than any kernel's socket buffers hold

class LastAnswer : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_HTTP_MESSAGELIMIT", std::to_string(kSize + 1024)}}); }
};

TEST_F(LastAnswer, IsWhole) {
  HttpClient http = poster();
  post_message(http, std::string(kSize, 'x'));
  Socket socket = Socket::connect(server_.address());
  socket.send("GET /message HTTP/1.1\r\nHost: push\r\n" + client_.key().front() + "\r\n\r\n");
  std::string input;
  ASSERT_TRUE(socket.receive(input));
  ::kill(server_.id(), SIGTERM);
  while (socket.receive(input)) {
  }
  EXPECT_GT(input.size(), kSize);
  EXPECT_EQ(input.back(), '}');
  EXPECT_EQ(server_.wait(), 0);
}

}  // namespace
}  // namespace push::support
