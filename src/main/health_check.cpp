#include "main/health_check.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "push/core/address.hpp"
#include "push/core/clock.hpp"
#include "push/core/descriptor.hpp"

namespace push {
namespace {

constexpr std::size_t kMaxAnswer = 4096;

struct Target {
  sockaddr_storage address{};
  socklen_t size = 0;
  std::string name;  // as shown to the operator
};

core::Result<Target> unix_target(const std::string& path) {
  Target target;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return core::failure(core::ErrorCode::invalid, "unix:" + path + ": " + std::strerror(ENAMETOOLONG));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  std::memcpy(&target.address, &address, sizeof address);
  target.size = sizeof address;
  target.name = "unix:" + path;
  return target;
}

core::Result<Target> tcp_target(const config::Server& server) {
  const std::string& listens = server.listenaddr;
  const bool any_v4 = listens.empty() || listens == "0.0.0.0";
  const auto host =
      any_v4 ? core::Result<std::string>("127.0.0.1") : core::resolve_host(listens == "::" ? "::1" : listens);
  if (!host) return host.error();
  addrinfo numeric{};
  numeric.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  numeric.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(server.port);
  if (const int error = ::getaddrinfo(host->c_str(), port.c_str(), &numeric, &found); error != 0) {
    return core::failure(core::ErrorCode::invalid, *host + ": " + ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);
  Target target;
  std::memcpy(&target.address, found->ai_addr, found->ai_addrlen);
  target.size = found->ai_addrlen;
  target.name = found->ai_family == AF_INET6 ? "[" + *host + "]:" + port : *host + ":" + port;
  return target;
}

// A socket whose calls end at a deadline. Every function returns 0 or the error number.
class Exchange {
 public:
  explicit Exchange(core::SteadyTime deadline) : deadline_(deadline) {}

  int connect(const Target& target) {
    socket_ = core::Descriptor(::socket(target.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!socket_) return errno;
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&target.address), target.size) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    if (const int error = wait(POLLOUT); error != 0) return error;
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
  }

  int send(std::string_view text) {
    while (!text.empty()) {
      if (const int error = wait(POLLOUT); error != 0) return error;
      const ssize_t sent = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return errno;
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return 0;
  }

  // Until the end, or until there is more than anybody needs.
  int receive(std::string& text) {
    std::array<char, 1024> part{};
    while (text.size() < kMaxAnswer) {
      if (const int error = wait(POLLIN); error != 0) return error;
      const ssize_t got = ::recv(socket_.get(), part.data(), part.size(), 0);
      if (got < 0 && errno != EAGAIN) return errno;
      if (got == 0) return 0;
      if (got > 0) text.append(part.data(), static_cast<std::size_t>(got));
    }
    return 0;
  }

 private:
  int wait(short event) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_ - core::steady_now()).count();
    pollfd ready{socket_.get(), event, 0};
    const int count = left <= 0 ? 0 : ::poll(&ready, 1, static_cast<int>(left));
    if (count < 0) return errno == EINTR ? wait(event) : errno;
    return count == 0 ? ETIMEDOUT : 0;
  }

  const core::SteadyTime deadline_;
  core::Descriptor socket_;
};

Health unwell(const std::string& where, const std::string& why) {
  return {false, "unhealthy address=" + where + " error=\"" + why + "\""};
}

}  // namespace

Health ask_health(const config::Server& server, std::chrono::milliseconds limit) {
  const bool is_unix = server.listenaddr.starts_with("unix:");
  if (!is_unix && server.port == 0)
    return unwell("unknown", "server.port is 0, so the port is known only to the server");
  const auto target = is_unix ? unix_target(server.listenaddr.substr(5)) : tcp_target(server);
  if (!target) return unwell("unknown", target.error().text);
  Exchange exchange(core::steady_now() + limit);
  std::string answer;
  int error = exchange.connect(*target);
  if (error == 0) error = exchange.send("GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  if (error == 0) error = exchange.receive(answer);
  if (error != 0) return unwell(target->name, std::strerror(error));
  if (answer.starts_with("HTTP/1.1 200 ")) return {true, "healthy address=" + target->name};
  std::string line = answer.substr(0, std::min(answer.find_first_of("\r\n"), std::size_t{80}));
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c < 0x20 || c > 0x7e || c == '"'; }, '?');
  return unwell(target->name, "answered " + (line.empty() ? "nothing" : line));
}

}  // namespace push
