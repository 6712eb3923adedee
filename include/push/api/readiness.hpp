// Whether a load balancer should send requests to this node: GET /readyz. Any thread; never blocks.
#pragma once
#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "push/core/clock.hpp"
#include "push/delivery/follower.hpp"
#include "push/store/store.hpp"

namespace push::api {

class Readiness {
 public:
  // When the database has not answered for so long, requests should go to another node.
  static constexpr std::chrono::seconds kPatience{5};

  // Both outlive this. follower: null on a single node.
  explicit Readiness(store::Finder& store, const delivery::Follower* follower = nullptr,
                     std::chrono::milliseconds patience = kPatience)
      : store_(store), follower_(follower), patience_(patience) {}

  // The server is about to stop: it still does everything, but should get nothing new.
  void set_draining() { draining_.store(true); }
  bool is_draining() const { return draining_.load(); }
  // Why this node is not ready; empty: it is ready.
  std::optional<std::string> trouble();

 private:
  bool has_lost_database();

  store::Finder& store_;
  const delivery::Follower* const follower_;
  const std::chrono::milliseconds patience_;
  std::atomic<bool> draining_{false};
  std::atomic<core::SteadyTime> lost_since_{core::SteadyTime()};  // zero: it answered the last ping
};

}  // namespace push::api
