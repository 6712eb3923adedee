// One send(2) on a connection's socket, and the name that epoll and pages know a connection by.
#pragma once
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "net/connection.hpp"

namespace push::net {

inline std::uint64_t event_key(std::uint32_t slot, const Connection& connection) {
  return (std::uint64_t{connection.generation} << 32) | slot;
}

// -1 with errno, or how many bytes the socket took.
inline ssize_t send_now(int descriptor, std::string_view bytes) {
  return ::send(descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

inline bool would_block() {
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

}  // namespace push::net
