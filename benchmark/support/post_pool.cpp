#include "benchmark/support/post_pool.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {
constexpr SourceAddress kPosterAddress{.net = 200, .host = 1};
constexpr SourceAddress kSingleAddress{.net = 200, .host = 2};
}  // namespace

PostPool::PostPool(std::uint16_t port, std::size_t connections)
    : epoll_(must(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), alive_(connections) {
  for (std::size_t i = 0; i < connections; ++i) {
    Connection connection;
    connection.fd = connect_to_loopback(port, kPosterAddress);
    if (!wait_for(connection.fd.get(), true, 5000) || connect_error(connection.fd.get()) != 0)
      fail("poster: no connection");
    epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
    must(::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, connection.fd.get(), &event), "epoll_ctl");
    connections_.push_back(std::move(connection));
    free_.push_back(i);
  }
}

void PostPool::send(const std::string& request, std::uint64_t tag) {
  Connection& connection = connections_.at(free_.back());
  connection.tag = tag;
  connection.written_ns = monotonic_ns();
  const ssize_t sent = ::send(connection.fd.get(), request.data(), request.size(), MSG_NOSIGNAL);
  if (sent >= 0 && static_cast<std::size_t>(sent) != request.size()) fail("poster: partial write");
  free_.pop_back();  // a broken connection is seen by the next poll
}

void PostPool::poll(int timeout_ms, const Done& done) {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  if (count < 0 && errno != EINTR) fail_errno("epoll_wait");
  for (int i = 0; i < count; ++i) read(events[static_cast<std::size_t>(i)].data.u64, done);
}

void PostPool::read(std::size_t index, const Done& done) {
  Connection& connection = connections_[index];
  std::array<char, 16 * 1024> buffer{};
  const ssize_t size = ::recv(connection.fd.get(), buffer.data(), buffer.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) {
    connection.fd.reset();
    --alive_;
    if (std::erase(free_, index) == 0) done(connection.tag, connection.written_ns, Response{});
    return;
  }
  connection.input.append(buffer.data(), static_cast<std::size_t>(size));
  const auto response = parse_response(connection.input);
  if (!response) return;
  if (response->size != connection.input.size()) fail("poster: more bytes than one response");
  done(connection.tag, connection.written_ns, *response);
  connection.input.clear();
  free_.push_back(index);
}

std::pair<int, std::string> request_once(std::uint16_t port, const std::string& request, double timeout_seconds) {
  const core::Descriptor fd = try_connect_to_loopback(port, kSingleAddress);
  if (fd.get() < 0) return {0, ""};
  if (!wait_for(fd.get(), true, static_cast<int>(timeout_seconds * 1e3)) || connect_error(fd.get()) != 0)
    return {0, ""};
  send_whole(fd.get(), request);
  std::string input;
  for (const Deadline deadline(timeout_seconds); !deadline.passed();) {
    if (!wait_for(fd.get(), false, 100)) continue;
    std::array<char, 4096> buffer{};
    const ssize_t size = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
    if (size <= 0) return {0, ""};
    input.append(buffer.data(), static_cast<std::size_t>(size));
    if (const auto response = parse_response(input)) return {response->status, std::string(response->body)};
  }
  fail("no answer in time to " + request.substr(0, request.find('\r')));
}

}  // namespace push::bench
