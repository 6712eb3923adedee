#include "push/api/readiness.hpp"

namespace push::api {

std::optional<std::string> Readiness::trouble() {
  if (is_draining()) return "draining";
  if (has_lost_database()) return "the database does not answer";
  if (follower_ != nullptr && !follower_->has_caught_up()) return "still joining the cluster";
  return std::nullopt;
}

// The first call after the loss starts the clock.
bool Readiness::has_lost_database() {
  if (follower_ != nullptr && follower_->unreachable() >= patience_) return true;
  if (store_.ping()) {
    lost_since_.store(core::SteadyTime());
    return false;
  }
  core::SteadyTime since{};
  const core::SteadyTime now = core::steady_now();
  if (lost_since_.compare_exchange_strong(since, now)) since = now;
  return now - since >= patience_;
}

}  // namespace push::api
