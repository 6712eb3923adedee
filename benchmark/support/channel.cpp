#include "benchmark/support/channel.hpp"

#include <sys/socket.h>

#include <array>

#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {
constexpr int kPacketLimit = 128 * 1024;
}

std::pair<Channel, Channel> Channel::make() {
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()), "socketpair");
  for (const int end : ends) {
    const int size = 2 * kPacketLimit;
    must(::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &size, sizeof size), "SO_SNDBUF");
  }
  return {Channel(ends[0]), Channel(ends[1])};
}

void Channel::send(const void* data, std::size_t size) const {
  must(::send(fd_.get(), data, size, MSG_NOSIGNAL), "send to a child");
}

std::string Channel::receive(double timeout_seconds) const {
  if (!wait_for(fd_.get(), false, static_cast<int>(timeout_seconds * 1e3))) fail("a child did not answer in time");
  std::string packet(kPacketLimit, '\0');
  const ssize_t size = must(::recv(fd_.get(), packet.data(), packet.size(), 0), "receive from a child");
  packet.resize(static_cast<std::size_t>(size));
  return packet;
}

}  // namespace push::bench
