// The database's clock, by which several nodes agree on what has expired: as a node's own clock and its distance from
// that. Any thread. Before it is told the database's time, and on a single node, the distance is none.
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
  // A time by the own clock, as the database has it.
  core::WallTime of(core::WallTime own) const { return own == core::kNoTime ? own : own + distance(); }

  // ---- one round trip: both clocks before it, and what the database has answered.
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
