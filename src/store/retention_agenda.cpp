#include "store/retention_agenda.hpp"

#include <algorithm>

namespace push::store {

void RetentionAgenda::put(const Visit& visit) {
  erase(visit.application);
  visits_.emplace(visit.application, visit);
  times_.emplace(visit.due, visit.application);
  if (visits_.size() <= most_) return;
  const auto [due, application] = *times_.rbegin();
  horizon_ = std::min(horizon_.value_or(due), due);
  erase(application);
}

void RetentionAgenda::erase(core::ApplicationId application) {
  const auto found = visits_.find(application);
  if (found == visits_.end()) return;
  times_.erase({found->second.due, application});
  visits_.erase(found);
}

std::optional<RetentionAgenda::Visit> RetentionAgenda::take(core::WallTime now) {
  if (times_.empty() || times_.begin()->first > now) return std::nullopt;
  const Visit visit = visits_.at(times_.begin()->second);
  erase(visit.application);
  return visit;
}

std::optional<core::WallTime> RetentionAgenda::soonest() const {
  if (times_.empty()) return std::nullopt;
  return times_.begin()->first;
}

}  // namespace push::store
