#include "delivery/schedule.hpp"

#include <algorithm>

namespace push::delivery {

bool Schedule::move_up(core::SteadyTime& at, Duration in) {
  const core::SteadyTime wanted = core::steady_now() + in;
  if (at <= wanted) return false;
  at = wanted;
  return true;
}

void Schedule::sweep_in(Duration in) {
  const core::Lock lock(mutex_);
  if (move_up(sweep_at_, in)) changed_.notify_one();
}

void Schedule::read_gap_in(Duration in) {
  const core::Lock lock(mutex_);
  if (move_up(gap_at_, in)) changed_.notify_one();
}

void Schedule::read_log_in(Duration in) {
  const core::Lock lock(mutex_);
  if (move_up(log_at_, in)) changed_.notify_one();
}

bool Schedule::take(core::SteadyTime& at, core::SteadyTime now) {
  if (at > now) return false;
  at = kNever;
  return true;
}

Schedule::Due Schedule::wait(const std::stop_token& stop) {
  const core::Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const core::SteadyTime now = core::steady_now();
    Due due;
    due.sweep = take(sweep_at_, now);
    due.gap = take(gap_at_, now);
    due.log = take(log_at_, now);
    if (pulse_at_ <= now) {
      due.pulse = true;
      pulse_at_ = now + kPulse;
    }
    if (due.sweep || due.gap || due.log || due.pulse) return due;
    changed_.wait_for(mutex_, stop, std::min({sweep_at_, gap_at_, log_at_, pulse_at_}) - now);
  }
  return {};
}

}  // namespace push::delivery
