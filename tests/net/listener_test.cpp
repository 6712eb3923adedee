// What is in the way of a listening address.
#include "net/listener.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace push::net {
namespace {

struct UnixListenerTest : testing::Test {
  UnixListenerTest() {
    std::string pattern = "/tmp/listener-XXXXXX";
    EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
    directory = pattern;
    path = directory + "/socket";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
  }
  ~UnixListenerTest() override { std::filesystem::remove_all(directory); }

  const sockaddr* generic() const { return reinterpret_cast<const sockaddr*>(&address); }
  static core::Descriptor socket() {
    return core::Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }
  core::Result<std::vector<core::Descriptor>> open() const {
    Listener listener;
    listener.address = "unix:" + path;
    return open_listener(listener, 1);
  }

  std::string directory;
  std::string path;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
};

TEST_F(UnixListenerTest, ReplacesTheSocketOfADeadServer) {
  {
    const core::Descriptor dead = socket();
    ASSERT_EQ(::bind(dead.get(), generic(), sizeof address), 0);
  }
  EXPECT_TRUE(open());
}

// It hangs, perhaps, but its clients may be waiting.
TEST_F(UnixListenerTest, DoesNotWaitForAServerWhoseQueueIsFull) {
  const core::Descriptor busy = socket();
  ASSERT_EQ(::bind(busy.get(), generic(), sizeof address), 0);
  ASSERT_EQ(::listen(busy.get(), 0), 0);
  std::vector<core::Descriptor> clients;
  do clients.push_back(socket());
  while (::connect(clients.back().get(), generic(), sizeof address) == 0);
  ASSERT_EQ(errno, EAGAIN);
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().text.find("Address already in use"), std::string::npos) << opened.error().text;
}

}  // namespace
}  // namespace push::net
