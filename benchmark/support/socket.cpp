#include "benchmark/support/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

sockaddr_in loopback(std::uint32_t address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(address);
  return result;
}

void set(int fd, int level, int option, int value, const char* what) {
  must(::setsockopt(fd, level, option, &value, sizeof value), what);
}

const sockaddr* generic(const sockaddr_in& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

core::Descriptor listen_on_loopback(std::uint16_t& port) {
  core::Descriptor fd{must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")};
  sockaddr_in address = loopback(INADDR_LOOPBACK, 0);
  must(::bind(fd.get(), generic(address), sizeof address), "bind 127.0.0.1");
  must(::listen(fd.get(), 4096), "listen");
  socklen_t length = sizeof address;
  must(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

core::Descriptor connect_to_loopback(std::uint16_t port, SourceAddress source) {
  core::Descriptor fd = try_connect_to_loopback(port, source);
  if (fd.get() < 0) fail("connect: nobody listens on 127.0.0.1:" + std::to_string(port));
  return fd;
}

core::Descriptor try_connect_to_loopback(std::uint16_t port, SourceAddress source) {
  core::Descriptor fd = bound_to_loopback(source);
  return start_connecting(fd.get(), port) ? std::move(fd) : core::Descriptor{};
}

core::Descriptor bound_to_loopback(SourceAddress source) {
  core::Descriptor fd{must(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket")};
  set(fd.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT");
  set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
  const linger abort{.l_onoff = 1, .l_linger = 0};
  must(::setsockopt(fd.get(), SOL_SOCKET, SO_LINGER, &abort, sizeof abort), "SO_LINGER");
  const sockaddr_in from = loopback(0x7F000000U | (source.net & 0xFFU) << 8 | (source.host & 0xFFU), 0);
  must(::bind(fd.get(), generic(from), sizeof from), "bind source address");
  return fd;
}

bool start_connecting(int fd, std::uint16_t port) {
  const sockaddr_in to = loopback(INADDR_LOOPBACK, port);
  if (::connect(fd, generic(to), sizeof to) == 0 || errno == EINPROGRESS) return true;
  if (errno != ECONNREFUSED) fail_errno("connect 127.0.0.1");
  return false;
}

int connect_error(int fd) {
  int error = 0;
  socklen_t length = sizeof error;
  must(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
  return error;
}

bool wait_for(int fd, bool write, int timeout_ms) {
  pollfd entry{.fd = fd, .events = static_cast<short>(write ? POLLOUT : POLLIN), .revents = 0};
  return must(::poll(&entry, 1, timeout_ms), "poll") > 0;
}

void send_whole(int fd, std::string_view bytes) {
  const ssize_t sent = must(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), "send");
  if (static_cast<std::size_t>(sent) != bytes.size()) fail("send: partial write");
}

unsigned raise_descriptor_limit(unsigned at_most) {
  rlimit limit{};
  must(::getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, at_most);
  must(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
  return static_cast<unsigned>(limit.rlim_cur);
}

}  // namespace push::bench
