// A listening address: opened once, then several sockets per loop (SO_REUSEPORT), so that the kernel spreads
// connections over the loops, and so that more can wait to be accepted than net.core.somaxconn allows per socket.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "push/core/descriptor.hpp"
#include "push/core/result.hpp"
#include "push/net/http.hpp"

namespace push::net {

struct Listener {
  std::string address;     // as configured: "", an IP address, a host name, or unix:<path>
  std::uint16_t port = 0;  // the actual one, once open
  int keep_alive = 0;      // config keepaliveperiodseconds
  int unsent = 0;          // config unsentbytes
  RequestHandler* handler = nullptr;
  StreamGate* gate = nullptr;  // null: serves no streams

  bool is_unix() const { return address.starts_with("unix:"); }
  std::string unix_path() const { return address.substr(5); }
};

// Sockets per loop such that all queues together have room for kWaitingConnections.
constexpr std::size_t kWaitingConnections = 32768;
std::size_t sockets_per_loop(std::size_t loops);

// `count` non-blocking listening sockets (one for unix). Refuses an address on which another process is already
// listening: SO_REUSEPORT alone would let two servers share a port and split its clients. Sets listener.port.
core::Result<std::vector<core::Descriptor>> open_listener(Listener& listener, std::size_t count);

}  // namespace push::net
