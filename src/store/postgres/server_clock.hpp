// The database's clock, by which several nodes agree on what has expired: the node's own clock plus an offset. Any
// thread. Until it is told the database's time, and on a single node, the offset is zero.
#pragma once
#include <atomic>
#include <chrono>

#include "push/core/clock.hpp"
#include "push/core/patient_clock.hpp"

namespace push::store::postgres {

class ServerClock {
 public:
  explicit ServerClock(core::WallClock own) : own_(std::move(own)) {}

  core::WallTime now() const { return own_() + distance(); }
  // A time of the node's own clock, converted to the database's.
  core::WallTime of(core::WallTime own) const { return own == core::kNoTime ? own : own + distance(); }

  // ---- one round trip: this node's clocks before it, and the database's answer
  struct Asked {
    core::WallTime own;
    core::SteadyTime steady;
  };
  Asked ask() const { return {own_(), core::steady_now()}; }
  void answered(const Asked& asked, core::WallTime server);

 private:
  std::chrono::nanoseconds distance() const { return distance_.load(std::memory_order_relaxed); }

  const core::WallClock own_;
  std::atomic<std::chrono::nanoseconds> distance_{std::chrono::nanoseconds(0)};
};

}  // namespace push::store::postgres
