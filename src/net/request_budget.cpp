#include "net/request_budget.hpp"

namespace push::net {

std::size_t RequestBudget::used() const {
  const core::Lock lock(mutex_);
  return used_;
}

bool RequestBudget::take(core::Line line, std::size_t bytes) {
  const core::Lock lock(mutex_);
  const auto found = held_.find(line);
  const std::size_t held = (found == held_.end() ? 0 : found->second) + bytes;
  if (bytes > limit_ - used_ || held > limit_ - used_ - bytes) return false;
  used_ += bytes;
  if (found == held_.end())
    held_.emplace(line, held);
  else
    found->second = held;
  return true;
}

void RequestBudget::give_back(core::Line line, std::size_t bytes) {
  const core::Lock lock(mutex_);
  used_ -= bytes;
  const auto found = held_.find(line);
  found->second -= bytes;
  if (found->second == 0) held_.erase(found);
}

bool RequestBudget::has_room_for(core::Line line, std::size_t bytes) const {
  const core::Lock lock(mutex_);
  const auto found = held_.find(line);
  return (found == held_.end() ? 0 : found->second) + bytes <= limit_ - used_;
}

}  // namespace push::net
