#include "support/clock.hpp"

#include <time.h>

#include <cerrno>

#include "support/check.hpp"

namespace push::bench {
namespace {

std::int64_t read(clockid_t clock) {
  timespec now{};
  must(::clock_gettime(clock, &now), "clock_gettime");
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() {
  return read(CLOCK_MONOTONIC);
}

std::int64_t cpu_ns(pid_t process) {
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(process, &clock); error != 0) {
    errno = error;
    fail_errno("clock_getcpuclockid");
  }
  return read(clock);
}

}  // namespace push::bench
