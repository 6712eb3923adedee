// CPU time of the calling thread, for comparisons on a machine that may be busy.
#pragma once
#include <ctime>

namespace push::test {

inline double milliseconds_of_cpu() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

}  // namespace push::test
