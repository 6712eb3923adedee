#include "net/acceptor.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::net {
namespace {

constexpr std::size_t kAtOnce = 64;  // accepts per loop, over all its acceptors, before other work gets a turn
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

Acceptor::Acceptor(boost::asio::io_context& context, core::Descriptor socket, Listener listener,
                   std::vector<SocketTaker*> takers, SocketLimit& limit, MakeRoom make_room, metrics::Counter& paused)
    : listener_(std::move(listener)),
      socket_(context, socket.release()),
      pause_(context),
      takers_(std::move(takers)),
      limit_(limit),
      make_room_(std::move(make_room)),
      paused_(paused) {}

Acceptor::~Acceptor() {
  if (listener_.is_unix()) ::unlink(listener_.unix_path().c_str());
}

void Acceptor::start(std::size_t acceptors) {
  at_once_ = std::max<std::size_t>(1, kAtOnce / acceptors);
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
  for (std::size_t i = 0; i < at_once_; ++i) {
    if (limit_.open.load(std::memory_order_relaxed) >= limit_.max) {
      if (!is_awaited()) break;  // sessions are not closed for nobody
      if (!make_room_()) return pause();
    }
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    core::Descriptor socket(
        ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (socket) {
      limit_.wanted.store(false, std::memory_order_relaxed);
      limit_.open.fetch_add(1, std::memory_order_relaxed);
      takers_[next_taker_++ % takers_.size()]->take(std::move(socket), address_text(address), listener_);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) break;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) return pause();
    // Errors such as ECONNABORTED concern only the connection that was about to be accepted.
  }
  wait();
}

bool Acceptor::is_awaited() {
  pollfd listening{.fd = socket_.native_handle(), .events = POLLIN, .revents = 0};
  return ::poll(&listening, 1, 0) > 0;
}

void Acceptor::pause() {
  paused_.add();
  tell();
  limit_.wanted.store(true, std::memory_order_relaxed);
  pause_.expires_after(kPause);
  pause_.async_wait([this](boost::system::error_code error) {
    if (!error && !stopped_) accept_some();
  });
}

// Once per minute, whatever the number of loops.
void Acceptor::tell() {
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(core::steady_now().time_since_epoch()).count();
  if (limit_.told_minute.exchange(minute, std::memory_order_relaxed) == minute) return;
  spdlog::warn("no socket is free, new connections wait open={} limit={}", limit_.open.load(std::memory_order_relaxed),
               limit_.max);
}

}  // namespace push::net
