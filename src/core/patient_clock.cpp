#include "push/core/patient_clock.hpp"

#include <utility>

#include "push/core/log.hpp"

namespace push::core {
namespace {

constexpr std::chrono::seconds kJump{2};  // far above the drift in a minute (at most 500 ppm), far below any expiry

std::chrono::nanoseconds offset_of(const PatientClock::Reading& reading) {
  return reading.wall.time_since_epoch() - reading.steady.time_since_epoch();
}

bool far_apart(std::chrono::nanoseconds a, std::chrono::nanoseconds b) {
  return a < b ? b - a > kJump : a - b > kJump;
}

}  // namespace

PatientClock::PatientClock(SteadyTime::duration patience, Source source)
    : patience_(patience), source_(std::move(source)), offset_(offset_of(source_())) {}

PatientClock::Reading PatientClock::read() {
  return {wall_now(), steady_now()};
}

WallTime PatientClock::now() {
  const Reading reading = source_();
  const Lock lock(mutex_);
  follow(reading);
  return WallTime(std::chrono::nanoseconds(reading.steady.time_since_epoch()) + offset_);
}

void PatientClock::follow(const Reading& reading) {
  const Offset offset = offset_of(reading);
  if (!far_apart(offset, offset_)) {
    offset_ = offset;
    jumped_ = false;
    return;
  }
  if (!jumped_ || far_apart(offset, next_offset_)) {
    jumped_ = true;
    jumped_at_ = reading.steady;
    spdlog::warn("clock jumped seconds={} expiry_waits_seconds={}",
                 std::chrono::duration_cast<std::chrono::seconds>(offset - offset_).count(),
                 std::chrono::duration_cast<std::chrono::seconds>(patience_).count());
  }
  next_offset_ = offset;
  if (reading.steady - jumped_at_ < patience_) return;
  offset_ = offset;
  jumped_ = false;
}

}  // namespace push::core
