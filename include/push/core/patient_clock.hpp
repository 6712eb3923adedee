// Wall time by which unused things expire. It follows the wall clock, but a jump of that (it was set, the board has no
// battery, the machine slept) counts only after a while. Until then this clock goes on as if there had been no jump, so
// that whoever is still there can be seen before anything expires.
#pragma once
#include <functional>

#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::core {

// Something that tells the time: a PatientClock, wall_now(), or a test's.
using WallClock = std::function<WallTime()>;

class PatientClock {
 public:
  // Both clocks at one moment.
  struct Reading {
    WallTime wall;
    SteadyTime steady;
  };
  using Source = std::function<Reading()>;

  // A jump counts after `patience`.
  explicit PatientClock(SteadyTime::duration patience, Source source = &read);

  // Any thread. Call it at least every few minutes: the clocks' gradual drift in between must not look like a jump.
  WallTime now();

 private:
  static Reading read();
  using Offset = std::chrono::nanoseconds;  // of wall time from steady time
  void follow(const Reading& reading) PUSH_REQUIRES(mutex_);

  const SteadyTime::duration patience_;
  const Source source_;
  Mutex mutex_;
  Offset offset_ PUSH_GUARDED_BY(mutex_);
  bool jumped_ PUSH_GUARDED_BY(mutex_) = false;
  Offset next_offset_ PUSH_GUARDED_BY(mutex_){};  // after a jump
  SteadyTime jumped_at_ PUSH_GUARDED_BY(mutex_){};
};

}  // namespace push::core
