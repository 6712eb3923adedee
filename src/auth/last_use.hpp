// The last use of tokens (protocol 2.6): when the last use of each client and application was last written, so that
// it is written at most once per period whatever the request rate. Separate from Memory because it must survive
// forget(), and keyed by id because a signed token looks different each time. Any thread.
#pragma once
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string_view>

#include "push/core/bounded_cache.hpp"
#include "push/core/clock.hpp"
#include "push/core/ids.hpp"
#include "push/core/mutex.hpp"

namespace push::auth {

// Of one client or application. No lock.
class LastUse {
 public:
  // After a period (or when the clock was set back by more than one) exactly one caller calls write(now). If that
  // returns false (not written), the next caller tries again. Returns true if this call has written.
  template <class Write>
  bool touch(core::WallTime now, std::chrono::nanoseconds period, Write&& write) {
    std::int64_t seen = at_.load();
    std::int64_t mine = now.time_since_epoch().count();
    if (!due(seen, mine, period.count()) || !at_.compare_exchange_strong(seen, mine)) return false;
    if (write(now)) return true;
    at_.compare_exchange_strong(mine, seen);
    return false;
  }

  std::optional<core::WallTime> at() const {
    const std::int64_t seen = at_.load();
    return seen == kNever ? std::nullopt : std::optional(core::WallTime(std::chrono::nanoseconds(seen)));
  }

  // The database already holds this time or a later one.
  void at_least(core::WallTime at) {
    const std::int64_t wanted = at.time_since_epoch().count();
    std::int64_t seen = at_.load();
    while (seen < wanted && !at_.compare_exchange_weak(seen, wanted)) {
    }
  }

 private:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();
  static bool due(std::int64_t at, std::int64_t now, std::int64_t period) {
    return at == kNever || (at > now ? at - period > now : now - period > at);
  }

  std::atomic<std::int64_t> at_ = kNever;  // nanoseconds, wall time
};

using LastUsePtr = std::shared_ptr<LastUse>;

// One per recently used id. One leaf mutex.
class LastUses {
 public:
  explicit LastUses(std::size_t limit) : cache_(limit) {}

  // `stored`: the last use in the database.
  LastUsePtr of(core::ClientId id, std::optional<core::WallTime> stored);
  LastUsePtr of(core::ApplicationId id, std::optional<core::WallTime> stored);

 private:
  LastUsePtr find(std::string_view key, std::optional<core::WallTime> stored);

  core::Mutex mutex_;
  core::BoundedCache<std::string, LastUsePtr> cache_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::auth
