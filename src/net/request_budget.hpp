// The memory that requests hold from their first byte to their answer, for all sessions together. There are two: one
// for the bodies of authenticated requests, one for headers and the bodies of everybody else, so that strangers cannot
// spend what known clients need. One request may hold at most as much as is still free besides it, so that a few large
// ones that never end leave room for many small ones. Any thread.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <utility>

namespace push::net {

class RequestBudget {
 public:
  explicit RequestBudget(std::size_t limit) : limit_(limit) {}

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }
  std::size_t free() const { return limit_ - std::min(limit_, used()); }

 private:
  friend class RequestCharge;
  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
};

// One request's share of the budget; returned on destruction, on any thread. The budget outlives it.
class RequestCharge {
 public:
  RequestCharge() = default;
  explicit RequestCharge(RequestBudget& budget) : budget_(&budget) {}
  RequestCharge(RequestCharge&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), held_(std::exchange(other.held_, 0)) {}
  RequestCharge& operator=(RequestCharge&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~RequestCharge() {
    if (held_ > 0) budget_->used_.fetch_sub(held_, std::memory_order_relaxed);
  }

  // False: no room; the share is unchanged.
  bool grow_to(std::size_t bytes) {
    if (bytes <= held_) return true;
    const std::size_t more = bytes - held_;
    budget_->used_.fetch_add(more, std::memory_order_relaxed);
    if (bytes > budget_->free()) {
      budget_->used_.fetch_sub(more, std::memory_order_relaxed);
      return false;
    }
    held_ = bytes;
    return true;
  }

 private:
  RequestBudget* budget_ = nullptr;
  std::size_t held_ = 0;
};

}  // namespace push::net
