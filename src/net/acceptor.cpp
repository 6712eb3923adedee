#include "net/acceptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include "net/loop.hpp"
#include "push/core/log.hpp"

namespace push::net {
namespace {

constexpr std::size_t kAtOnce = 64;  // accepts, of all its acceptors, before the loop's other work gets its turn
constexpr auto kPause = std::chrono::milliseconds(100);  // reliability F1: recovers within a second, does not spin

std::string address_text(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
  } else if (address.ss_family == AF_INET6) {
    const in6_addr& six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&six))
      ::inet_ntop(AF_INET, &six.s6_addr[12], text.data(), text.size());
    else
      ::inet_ntop(AF_INET6, &six, text.data(), text.size());
  }
  return text.data();
}

}  // namespace

Acceptor::Acceptor(Loop& loop, core::Descriptor socket, Listener listener, std::vector<Loop*> peers)
    : loop_(loop),
      listener_(std::move(listener)),
      socket_(loop.context(), socket.release()),
      pause_(loop.context()),
      peers_(std::move(peers)) {}

Acceptor::~Acceptor() {
  if (listener_.is_unix()) ::unlink(listener_.unix_path().c_str());
}

void Acceptor::start() {
  wait();
}

void Acceptor::stop() {
  stopped_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

void Acceptor::wait() {
  socket_.async_wait(boost::asio::posix::stream_descriptor::wait_read, [this](boost::system::error_code error) {
    if (!error && !stopped_) accept_some();
  });
}

void Acceptor::accept_some() {
  LoopShared& shared = loop_.shared();
  const std::size_t at_once = std::max<std::size_t>(1, kAtOnce / loop_.acceptors());
  for (std::size_t i = 0; i < at_once; ++i) {
    if (shared.sockets.load(std::memory_order_relaxed) >= shared.max_sockets) return pause();
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    core::Descriptor socket(
        ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      hand_over(std::move(socket), address_text(address));
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
    // ECONNABORTED and the like concern only the connection that was about to be accepted.
  }
  wait();
}

void Acceptor::pause() {
  loop_.shared().http_meters.accept_paused.add();
  pause_.expires_after(kPause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopped_) accept_some();
  });
}

void Acceptor::hand_over(core::Descriptor socket, std::string peer) {
  loop_.shared().sockets.fetch_add(1, std::memory_order_relaxed);
  Loop& target = peers_.empty() ? loop_ : *peers_[next_peer_++ % peers_.size()];
  if (&target == &loop_) return loop_.open_session(std::move(socket), std::move(peer), listener_);
  target.drop(Order([&target, socket = std::move(socket), peer = std::move(peer), listener = listener_]() mutable {
    target.open_session(std::move(socket), std::move(peer), listener);
  }));
}

}  // namespace push::net
