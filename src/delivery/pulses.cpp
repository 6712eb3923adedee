#include "delivery/pulses.hpp"

namespace push::delivery {

void Pulses::note(const cluster::Pulse& pulse) {
  const core::SteadyTime now = core::steady_now();
  const core::Lock lock(mutex_);
  if (pulse.reaches_database) reached_ = now;
  if (const auto known = heard_.find(pulse.node); known != heard_.end())
    known->second = now;
  else if (heard_.size() < kNodes)
    heard_.emplace(pulse.node, now);
}

bool Pulses::take_missing() {
  const core::SteadyTime since = core::steady_now() - kMissing;
  const core::Lock lock(mutex_);
  return std::erase_if(heard_, [since](const auto& one) { return one.second < since; }) > 0;
}

bool Pulses::somebody_reaches_database() const {
  const core::Lock lock(mutex_);
  return reached_ > core::steady_now() - kRecent;
}

}  // namespace push::delivery
