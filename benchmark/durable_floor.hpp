// The floor of `latency`: a process with the same hops and the same disk, and nothing else. One thread reads a POST
// from its socket; another writes as many bytes as SQLite's log needs for one message and calls fdatasync; the first
// one sends the frame and the answer.
#pragma once
#include <cstdint>
#include <string>

#include "benchmark/support/server.hpp"
#include "support/process.hpp"

namespace push::bench {

class DurableFloor {
 public:
  explicit DurableFloor(const std::string& directory);
  std::uint16_t port() const { return port_; }

 private:
  support::TemporaryDirectory scratch_;
  std::uint16_t port_ = 0;
  support::Process process_;
};

}  // namespace push::bench
