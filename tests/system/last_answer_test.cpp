// SIGTERM lets an answer that is being written come to its end.
#include <csignal>

#include "support/api_test.hpp"

namespace push::support {
namespace {

constexpr int kParts = 120;
constexpr std::size_t kPartSize = 100 * 1024;  // together more than any kernel's socket buffers hold

class LastAnswer : public ApiTest {};

TEST_F(LastAnswer, IsWhole) {
  HttpClient http = poster();
  for (int i = 0; i < kParts; ++i) post_message(http, std::string(kPartSize, 'x'));
  Socket socket = Socket::connect(server_.address());
  socket.send("GET /message?limit=200 HTTP/1.1\r\nHost: push\r\n" + client_.key().front() + "\r\n\r\n");
  std::string input;
  ASSERT_TRUE(socket.receive(input));
  ::kill(server_.id(), SIGTERM);
  while (socket.receive(input)) {
  }
  EXPECT_GT(input.size(), kParts * kPartSize);
  EXPECT_EQ(input.back(), '}');
  EXPECT_EQ(server_.wait(), 0);
}

}  // namespace
}  // namespace push::support
