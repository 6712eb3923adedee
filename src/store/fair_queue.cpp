#include "store/fair_queue.hpp"

#include <utility>

namespace push::store {

FairQueue::Load FairQueue::load(Line line) const {
  const auto found = lines_.find(line);
  return found == lines_.end() ? Load{} : Load{found->second.changes.size(), found->second.bytes};
}

void FairQueue::push(Line line, std::unique_ptr<WaitingChange> change) {
  Lines::value_type& entry = *lines_.try_emplace(line).first;
  if (entry.second.changes.empty()) turns_.push_back(&entry);
  entry.second.bytes += change->bytes;
  entry.second.changes.push_back(std::move(change));
}

std::unique_ptr<WaitingChange> FairQueue::pop() {
  Lines::value_type& entry = *turns_.front();
  turns_.pop_front();
  std::unique_ptr<WaitingChange> change = std::move(entry.second.changes.front());
  entry.second.changes.pop_front();
  entry.second.bytes -= change->bytes;
  if (entry.second.changes.empty()) {
    lines_.erase(entry.first);
  } else {
    turns_.push_back(&entry);
  }
  return change;
}

}  // namespace push::store
