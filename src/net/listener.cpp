#include "net/listener.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "push/core/address.hpp"

namespace push::net {
namespace {

using boost::asio::ip::tcp;

constexpr int kBacklog = 16384;          // the kernel limits it to net.core.somaxconn
constexpr std::size_t kMaxSockets = 16;  // per loop
constexpr int kDefaultKeepAlive = 15;    // seconds; Go's default, hence Gotify's (protocol 5.1)

core::Error cannot(const Listener& listener, std::uint16_t port, const char* what, int error) {
  std::string where = listener.is_unix() ? listener.address : listener.address + ":" + std::to_string(port);
  return core::failure(core::ErrorCode::unavailable,
                       "cannot listen on " + where + ": " + what + ": " + std::strerror(error));
}

void enable(int socket, int level, int option, int value = 1) {
  ::setsockopt(socket, level, option, &value, sizeof value);
}

// Accepted sockets inherit these, which saves system calls.
void set_options(int socket, const Listener& listener) {
  enable(socket, IPPROTO_TCP, TCP_NODELAY);
  // Bounds what the kernel holds for a peer that does not read; SO_SNDBUF would also end the autotuning for those that
  // read from afar.
  enable(socket, IPPROTO_TCP, TCP_NOTSENT_LOWAT, listener.unsent);
  if (listener.keep_alive < 0) return;
  const int seconds = listener.keep_alive == 0 ? kDefaultKeepAlive : listener.keep_alive;
  enable(socket, SOL_SOCKET, SO_KEEPALIVE);
  enable(socket, IPPROTO_TCP, TCP_KEEPIDLE, seconds);
  enable(socket, IPPROTO_TCP, TCP_KEEPINTVL, seconds);
}

core::Result<core::Descriptor> open_tcp(const Listener& listener, const tcp::endpoint& endpoint, bool share_port) {
  core::Descriptor socket(::socket(endpoint.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return cannot(listener, endpoint.port(), "socket", errno);
  enable(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (share_port) enable(socket.get(), SOL_SOCKET, SO_REUSEPORT);
  if (endpoint.protocol() == tcp::v6())
    enable(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, listener.address.empty() ? 0 : 1);
  set_options(socket.get(), listener);
  if (::bind(socket.get(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) != 0)
    return cannot(listener, endpoint.port(), "bind", errno);
  if (::listen(socket.get(), kBacklog) != 0) return cannot(listener, endpoint.port(), "listen", errno);
  return socket;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family == AF_INET) return ntohs(reinterpret_cast<sockaddr_in*>(&address)->sin_port);
  return ntohs(reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
}

core::Result<std::vector<core::Descriptor>> open_all_tcp(Listener& listener, tcp::endpoint endpoint,
                                                         std::size_t count) {
  // The first without SO_REUSEPORT, so that it fails if the port is in use. The shared ones replace it.
  auto probe = open_tcp(listener, endpoint, false);
  if (!probe) return probe.error();
  endpoint.port(port_of(probe->get()));
  probe->reset();
  std::vector<core::Descriptor> sockets;
  while (sockets.size() < count) {
    auto socket = open_tcp(listener, endpoint, true);
    if (!socket) return socket.error();
    sockets.push_back(*std::move(socket));
  }
  listener.port = endpoint.port();
  return sockets;
}

// Whether a server listens there, i.e. the socket is not left over from a dead process.
bool is_alive(const sockaddr_un& address) {
  const core::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return true;
  return errno == EAGAIN;  // its queue is full
}

core::Result<std::vector<core::Descriptor>> open_unix(const Listener& listener) {
  const std::string path = listener.unix_path();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return cannot(listener, 0, "path", ENAMETOOLONG);
  std::memcpy(address.sun_path, path.data(), path.size());
  if (is_alive(address)) return cannot(listener, 0, "bind", EADDRINUSE);
  struct stat info {};
  if (::stat(path.c_str(), &info) == 0 && S_ISSOCK(info.st_mode)) ::unlink(path.c_str());
  std::vector<core::Descriptor> sockets;
  const core::Descriptor& socket =
      sockets.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return cannot(listener, 0, "socket", errno);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return cannot(listener, 0, "bind", errno);
  // As in Gotify, the directory's mode controls access (protocol 6.4).
  if (::chmod(path.c_str(), 0777) != 0) return cannot(listener, 0, "chmod", errno);
  if (::listen(socket.get(), kBacklog) != 0) return cannot(listener, 0, "listen", errno);
  return sockets;
}

// How many connections the kernel queues per socket.
std::size_t backlog_limit() {
  std::size_t limit = SOMAXCONN;
  std::ifstream("/proc/sys/net/core/somaxconn") >> limit;
  return std::clamp<std::size_t>(limit, 1, kBacklog);
}

}  // namespace

std::size_t sockets_per_loop(std::size_t loops) {
  const std::size_t wanted = (kWaitingConnections - 1) / (backlog_limit() * loops) + 1;
  return std::min(wanted, kMaxSockets);
}

core::Result<std::vector<core::Descriptor>> open_listener(Listener& listener, std::size_t count) {
  if (listener.is_unix()) return open_unix(listener);
  boost::system::error_code error;
  if (!listener.address.empty()) {
    const auto resolved = core::resolve_host(listener.address);
    if (!resolved) return core::failure(resolved.error().code, "cannot listen on " + resolved.error().text);
    const auto address = boost::asio::ip::make_address(*resolved, error);
    if (error) return cannot(listener, listener.port, "not an IP address", EINVAL);
    return open_all_tcp(listener, tcp::endpoint(address, listener.port), count);
  }
  auto both = open_all_tcp(listener, tcp::endpoint(tcp::v6(), listener.port), count);
  if (both || both.error().text.find(std::strerror(EAFNOSUPPORT)) == std::string::npos) return both;
  return open_all_tcp(listener, tcp::endpoint(tcp::v4(), listener.port), count);  // a kernel without IPv6
}

}  // namespace push::net
