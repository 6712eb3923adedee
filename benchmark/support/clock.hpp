// Time in nanoseconds.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace push::bench {

std::int64_t monotonic_ns();

// User and system time of every thread of a process, 0 = our own. Counted by the scheduler in nanoseconds, so a short
// measurement is not affected by the 10 ms ticks of /proc/PID/stat.
std::int64_t cpu_ns(pid_t process);

// The same for each of its threads whose name begins with this.
std::vector<std::int64_t> thread_cpu_ns(pid_t process, const std::string& name);

class Deadline {
 public:
  explicit Deadline(double seconds) : at_(monotonic_ns() + static_cast<std::int64_t>(seconds * 1e9)) {}
  bool passed() const { return monotonic_ns() >= at_; }

 private:
  std::int64_t at_;
};

}  // namespace push::bench
