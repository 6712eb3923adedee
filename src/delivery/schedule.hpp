// When the follower's thread does what. Any thread may schedule; one thread waits.
#pragma once
#include <chrono>
#include <stop_token>

#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::delivery {

class Schedule {
 public:
  using Duration = std::chrono::milliseconds;
  static constexpr Duration kPulse{1000};

  struct Due {
    bool sweep = false;  // read messages and the event log, whatever is known
    bool gap = false;    // read messages, if some are still missing
    bool log = false;
    bool pulse = false;
  };

  // At the latest after `in`; an earlier time that is already set stays.
  void sweep_in(Duration in);
  void read_gap_in(Duration in);
  void read_log_in(Duration in);

  // Blocks until something is due, and removes it. A pulse is due once per second. At a stop: nothing.
  Due wait(const std::stop_token& stop);

 private:
  static constexpr core::SteadyTime kNever = core::SteadyTime::max();
  static bool move_up(core::SteadyTime& at, Duration in);
  static bool take(core::SteadyTime& at, core::SteadyTime now);

  core::Mutex mutex_;
  core::Condition changed_;
  core::SteadyTime sweep_at_ PUSH_GUARDED_BY(mutex_) = kNever;
  core::SteadyTime gap_at_ PUSH_GUARDED_BY(mutex_) = kNever;
  core::SteadyTime log_at_ PUSH_GUARDED_BY(mutex_) = kNever;
  core::SteadyTime pulse_at_ PUSH_GUARDED_BY(mutex_){};
};

}  // namespace push::delivery
