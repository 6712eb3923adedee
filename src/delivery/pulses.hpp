// What the other nodes have said of themselves. Any thread.
#pragma once
#include <chrono>
#include <map>
#include <string>

#include "push/cluster/bus.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"

namespace push::delivery {

class Pulses {
 public:
  static constexpr std::chrono::seconds kMissing{3};  // three pulses: what the node announced may be lost, too
  static constexpr std::chrono::seconds kRecent{5};   // as long a pulse is believed

  void note(const cluster::Pulse& pulse);
  // Whether a node has fallen silent since the last call. It is forgotten then.
  bool take_missing();
  // Whether another node has said of late that it reaches the database.
  bool somebody_reaches_database() const;

 private:
  static constexpr std::size_t kNodes = 4096;  // beyond that new ones are not missed

  mutable core::Mutex mutex_;
  std::map<std::string, core::SteadyTime> heard_ PUSH_GUARDED_BY(mutex_);
  core::SteadyTime reached_ PUSH_GUARDED_BY(mutex_) = core::SteadyTime::min();
};

}  // namespace push::delivery
