// The memory that requests hold from their first byte to their answer, for all sessions together. There are two: one
// for the bodies of authenticated requests, one for headers and the bodies of everybody else, so that strangers cannot
// spend what known clients need. A sender may hold at most as much as is still free besides it: one alone half of the
// budget, two a third each. So a few large requests that never end leave room for many small ones, and whoever holds
// much leaves room for the others. Any thread.
#pragma once
#include <cstddef>
#include <utility>

#include "push/core/line_ledger.hpp"
#include "push/core/mutex.hpp"

namespace push::net {

class RequestBudget {
 public:
  explicit RequestBudget(std::size_t limit) : limit_(limit) {}

  std::size_t used() const;

 private:
  friend class RequestCharge;
  bool take(core::Line line, std::size_t bytes);
  void give_back(core::Line line, std::size_t bytes);
  bool has_room_for(core::Line line, std::size_t bytes) const;

  const std::size_t limit_;
  mutable core::Mutex mutex_;
  core::LineLedger ledger_ PUSH_GUARDED_BY(mutex_);
};

// What one request holds; given back on destruction, on any thread. The budget outlives it.
class RequestCharge {
 public:
  RequestCharge() = default;
  // `line`: of the sender.
  RequestCharge(RequestBudget& budget, core::Line line) : budget_(&budget), line_(line) {}
  RequestCharge(RequestCharge&& other) noexcept
      : budget_(other.budget_), line_(other.line_), held_(std::exchange(other.held_, 0)) {}
  RequestCharge& operator=(RequestCharge&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(line_, other.line_);
    std::swap(held_, other.held_);
    return *this;
  }
  ~RequestCharge() {
    if (held_ > 0) budget_->give_back(line_, held_);
  }
  explicit operator bool() const { return budget_ != nullptr; }

  // False: no room; what it holds is unchanged.
  bool grow_to(std::size_t bytes) {
    if (bytes <= held_) return true;
    if (!budget_->take(line_, bytes - held_)) return false;
    held_ = bytes;
    return true;
  }
  // False: so much more will not fit unless others give something back.
  bool has_room_for(std::size_t bytes) const { return budget_->has_room_for(line_, bytes); }

 private:
  RequestBudget* budget_ = nullptr;
  core::Line line_{};
  std::size_t held_ = 0;
};

}  // namespace push::net
