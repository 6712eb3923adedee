#include "benchmark/support/raw_sender.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <vector>

#include "benchmark/support/clock.hpp"
#include "benchmark/support/http.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

constexpr double kPatience = 60;

core::Descriptor accept_one(const core::Descriptor& listener) {
  core::Descriptor fd{must(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC), "accept4")};
  const int on = 1;
  must(::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    std::array<char, 1024> buffer{};
    const ssize_t size = must(::recv(fd.get(), buffer.data(), buffer.size(), 0), "recv");
    if (size == 0) fail("raw sender: a subscriber disconnected");
    request.append(buffer.data(), static_cast<std::size_t>(size));
  }
  const bool upgrades = request.find("\r\nUpgrade: ") != std::string::npos;
  send_whole(fd.get(), !upgrades ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                                 : "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                   "Sec-WebSocket-Accept: " +
                                       std::string(kExpectedAccept) + "\r\n\r\n");
  return fd;
}

}  // namespace

RawSender::RawSender(std::size_t connections) {
  const core::Descriptor listener = listen_on_loopback(port_);
  auto [ours, theirs] = Channel::make();
  const Channel& child_end = theirs;
  process_ = support::Process::fork([&] { serve(child_end, listener, connections); });
  channel_ = std::move(ours);
}

void RawSender::serve(const Channel& channel, const core::Descriptor& listener, std::size_t connections) {
  raise_descriptor_limit();
  std::vector<core::Descriptor> sockets;
  sockets.reserve(connections);
  while (sockets.size() < connections) sockets.push_back(accept_one(listener));
  channel.send('+');
  while (true) {
    if (!wait_for(channel.fd(), false, -1)) continue;
    const std::string frame = channel.receive(kPatience);
    if (frame.empty()) return;
    for (const core::Descriptor& socket : sockets) {
      if (::send(socket.get(), frame.data(), frame.size(), MSG_NOSIGNAL | MSG_DONTWAIT) !=
          static_cast<ssize_t>(frame.size())) {
        fail_errno("raw sender: send");
      }
    }
    channel.send('+');
  }
}

void RawSender::await_accepted() const {
  await_sent();
}

void RawSender::start(const std::string& frame) const {
  channel_.send(frame.data(), frame.size());
}

void RawSender::await_sent() const {
  if (channel_.receive(kPatience) != "+") fail("raw sender: gone");
}

std::int64_t RawSender::cpu_ns() const {
  return bench::cpu_ns(process_.id());
}

}  // namespace push::bench
