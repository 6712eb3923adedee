#include "net/request_budget.hpp"

namespace push::net {

std::size_t RequestBudget::used() const {
  const core::Lock lock(mutex_);
  return ledger_.total();
}

bool RequestBudget::take(core::Line line, std::size_t bytes) {
  const core::Lock lock(mutex_);
  const std::size_t free = limit_ - ledger_.total();
  if (bytes > free || ledger_.held(line) + bytes > free - bytes) return false;
  ledger_.take(line, bytes);
  return true;
}

void RequestBudget::give_back(core::Line line, std::size_t bytes) {
  const core::Lock lock(mutex_);
  ledger_.give_back(line, bytes);
}

bool RequestBudget::has_room_for(core::Line line, std::size_t bytes) const {
  const core::Lock lock(mutex_);
  return ledger_.held(line) + bytes <= limit_ - ledger_.total();
}

}  // namespace push::net
