// The floor: a process that holds accepted sockets and writes one frame to each with one send(), and does nothing else.
// It answers the same handshake, or the request for Server-Sent Events, so that the same subscribers can connect to it.
#pragma once
#include <cstdint>
#include <string>

#include "benchmark/support/channel.hpp"
#include "support/process.hpp"

namespace push::bench {

class RawSender {
 public:
  explicit RawSender(std::size_t connections);

  std::uint16_t port() const { return port_; }
  // Waits until `connections` subscribers have been accepted.
  void await_accepted() const;
  // Starts writing `frame` to every socket; await_sent() returns when the last send() has.
  void start(const std::string& frame) const;
  void await_sent() const;
  std::int64_t cpu_ns() const;

 private:
  static void serve(const Channel& channel, const core::Descriptor& listener, std::size_t connections);

  std::uint16_t port_ = 0;
  Channel channel_;
  support::Process process_;
};

}  // namespace push::bench
