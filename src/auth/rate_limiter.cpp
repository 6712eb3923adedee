#include "push/auth/rate_limiter.hpp"

#include <algorithm>

#include "push/core/bounded_cache.hpp"
#include "push/core/mutex.hpp"

namespace push::auth {

// Per key the theoretical arrival time: when the bucket will be empty again.
struct RateLimiter::Table {
  explicit Table(std::size_t limit) : arrivals(limit) {}

  core::Mutex mutex;
  core::BoundedCache<std::string, core::SteadyTime> arrivals PUSH_GUARDED_BY(mutex);
};

RateLimiter::RateLimiter(Rate rate, std::size_t tracked)
    : interval_(rate.count == 0 ? Duration::zero()
                                : std::max<Duration>(Duration(rate.period) / rate.count, Duration(1))),
      tolerance_(interval_ * static_cast<Duration::rep>(std::max<std::size_t>(rate.burst, 1) - 1)),
      table_(std::make_unique<Table>(tracked)) {}

RateLimiter::~RateLimiter() = default;

std::optional<RateLimiter::Duration> RateLimiter::admit(std::string_view key, core::SteadyTime now) {
  if (!is_on()) return std::nullopt;
  const core::Lock lock(table_->mutex);
  const core::SteadyTime* known = table_->arrivals.find(key);
  const core::SteadyTime arrival = known == nullptr ? now : std::max(*known, now);
  if (arrival - now > tolerance_) return arrival - now - tolerance_;
  table_->arrivals.insert(key, arrival + interval_);
  return std::nullopt;
}

std::optional<RateLimiter::Duration> RateLimiter::wait(std::string_view key, core::SteadyTime now) const {
  if (!is_on()) return std::nullopt;
  const core::Lock lock(table_->mutex);
  const core::SteadyTime* known = table_->arrivals.find(key);
  if (known == nullptr || *known - now <= tolerance_) return std::nullopt;
  return *known - now - tolerance_;
}

}  // namespace push::auth
