// How often something may happen per key (GCRA): a burst at once, then one per interval. Bounded: when more keys than
// `tracked` are in use, the least recently used half of them starts from zero. Any thread; one leaf mutex.
#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "push/core/clock.hpp"

namespace push::auth {

class RateLimiter {
 public:
  using Duration = core::SteadyTime::duration;

  struct Rate {
    std::size_t count = 0;  // per `period`, once the burst is used up; 0 = everything is admitted
    std::chrono::seconds period{60};
    std::size_t burst = 1;  // at once; at least 1
  };

  RateLimiter(Rate rate, std::size_t tracked);
  ~RateLimiter();
  RateLimiter(const RateLimiter&) = delete;
  RateLimiter& operator=(const RateLimiter&) = delete;

  bool is_on() const { return interval_ > Duration::zero(); }
  // Counts one and returns nothing; or counts nothing and returns how long to wait.
  std::optional<Duration> admit(std::string_view key, core::SteadyTime now);
  // What admit() would return; counts nothing.
  std::optional<Duration> wait(std::string_view key, core::SteadyTime now) const;

 private:
  struct Table;

  const Duration interval_;
  const Duration tolerance_;
  const std::unique_ptr<Table> table_;
};

}  // namespace push::auth
