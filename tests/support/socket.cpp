#include "support/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "support/transcript.hpp"

namespace push::support {
namespace {

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

template <class Native>
Endpoint made_of(const Native& native) {
  Endpoint endpoint;
  std::memcpy(&endpoint.storage, &native, sizeof native);
  endpoint.size = sizeof native;
  return endpoint;
}

Endpoint endpoint_of(const Address& address) {
  if (address.host.starts_with("unix:")) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    address.host.copy(native.sun_path, sizeof native.sun_path - 1, 5);
    return made_of(native);
  }
  sockaddr_in6 six{};
  if (::inet_pton(AF_INET6, address.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(address.port);
    return made_of(six);
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(address.port);
  if (::inet_pton(AF_INET, address.host.c_str(), &four.sin_addr) != 1) throw Failure("not an address: " + address.host);
  return made_of(four);
}

}  // namespace

Socket Socket::connect(const Address& address, int receive_buffer) {
  const Endpoint endpoint = endpoint_of(address);
  Socket socket(::socket(endpoint.get()->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.open()) throw Failure(std::string("socket: ") + std::strerror(errno));
  const auto set = [&socket](int level, int option, const auto& value) {
    ::setsockopt(socket.descriptor_, level, option, &value, sizeof value);
  };
  if (receive_buffer > 0) set(SOL_SOCKET, SO_RCVBUF, receive_buffer);
  const timeval patience{.tv_sec = kPatience.count(), .tv_usec = 0};
  set(SOL_SOCKET, SO_RCVTIMEO, patience);
  set(SOL_SOCKET, SO_SNDTIMEO, patience);
  if (endpoint.get()->sa_family != AF_UNIX) set(IPPROTO_TCP, TCP_NODELAY, 1);
  if (::connect(socket.descriptor_, endpoint.get(), endpoint.size) != 0) {
    throw ConnectionLost("connect to " + address.host + " port " + std::to_string(address.port) + ": " +
                         std::strerror(errno));
  }
  return socket;
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket::~Socket() {
  close();
}

void Socket::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

void Socket::send(std::string_view bytes) {
  keep_sent(bytes);
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) throw ConnectionLost(std::string("send: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Socket::receive(std::string& into) {
  std::array<char, 64 * 1024> chunk;
  while (true) {
    const ssize_t got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (got > 0) {
      keep_received({chunk.data(), static_cast<std::size_t>(got)});
      into.append(chunk.data(), static_cast<std::size_t>(got));
      return true;
    }
    if (got == 0 || errno == ECONNRESET) return false;
    if (errno == EAGAIN || errno == EWOULDBLOCK) throw Failure("the peer sent nothing and did not close");
    if (errno != EINTR) throw ConnectionLost(std::string("recv: ") + std::strerror(errno));
  }
}

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!bound) throw Failure("no free port");
  return ntohs(address.sin_port);
}

bool has_ipv6_loopback() {
  const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(socket);
  return bound;
}

}  // namespace push::support
