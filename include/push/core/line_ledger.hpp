// Who holds how much of what all senders share. No lock: its owner's.
#pragma once
#include <cstddef>
#include <unordered_map>

#include "push/core/fair_queue.hpp"

namespace push::core {

class LineLedger {
 public:
  std::size_t total() const { return total_; }
  std::size_t held(Line line) const {
    const auto found = held_.find(line);
    return found == held_.end() ? 0 : found->second;
  }
  void take(Line line, std::size_t amount) {
    total_ += amount;
    held_[line] += amount;
  }
  // Not more than the line holds.
  void give_back(Line line, std::size_t amount) {
    total_ -= amount;
    const auto found = held_.find(line);
    found->second -= amount;
    if (found->second == 0) held_.erase(found);
  }

 private:
  std::size_t total_ = 0;
  std::unordered_map<Line, std::size_t> held_;  // of those who hold something
};

}  // namespace push::core
