// What the other nodes' pulses have said. Any thread.
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
  static constexpr std::chrono::seconds kMissing{3};  // three lost pulses: announcements of the node may be lost, too
  static constexpr std::chrono::seconds kRecent{5};   // how long a pulse is believed

  void note(const cluster::Pulse& pulse);
  // Whether a node has fallen silent since the last call; it is then forgotten.
  bool take_missing();
  // Whether another node has recently said that it reaches the database.
  bool somebody_reaches_database() const;

 private:
  static constexpr std::size_t kNodes = 4096;  // more nodes than this are not tracked

  mutable core::Mutex mutex_;
  std::map<std::string, core::SteadyTime> heard_ PUSH_GUARDED_BY(mutex_);
  core::SteadyTime reached_ PUSH_GUARDED_BY(mutex_) = core::SteadyTime::min();
};

}  // namespace push::delivery
