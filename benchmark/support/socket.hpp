// TCP on 127.0.0.0/8 and nothing else.
#pragma once
#include <cstdint>
#include <string_view>

#include "push/core/descriptor.hpp"

namespace push::bench {

// 127.0.net.host
struct SourceAddress {
  unsigned net = 0;
  unsigned host = 1;
};

// Listens on a free port of 127.0.0.1; the port is returned too.
core::Descriptor listen_on_loopback(std::uint16_t& port);

// A non-blocking socket connecting to 127.0.0.1:port (it may or may not be connected yet). The source port is chosen at
// connect time (IP_BIND_ADDRESS_NO_PORT), so each source address has a port range of its own. Nagle is off; closing
// resets the connection (SO_LINGER 0), so that no TIME_WAIT is left behind.
core::Descriptor connect_to_loopback(std::uint16_t port, SourceAddress source);

// The same; an empty core::Descriptor if nobody listens there (loopback says so at once).
core::Descriptor try_connect_to_loopback(std::uint16_t port, SourceAddress source);

// The same, bound to its source address but not connecting yet.
core::Descriptor bound_to_loopback(SourceAddress source);

// Starts connecting it to 127.0.0.1:port. False: nobody listens there.
bool start_connecting(int fd, std::uint16_t port);

// The pending error of a connecting socket, 0 = connected.
int connect_error(int fd);

// Waits until the descriptor is readable (or, with `write`, writable); false after the timeout.
bool wait_for(int fd, bool write, int timeout_ms);

// Writes one small request into an empty send buffer; fails on a partial write.
void send_whole(int fd, std::string_view bytes);

// Raises the soft limit of descriptors, up to the hard limit; returns the new limit.
unsigned raise_descriptor_limit(unsigned at_most = 20'000);

}  // namespace push::bench
