// Removes idempotency keys from their table: those whose time is over, and the oldest if they become too many.
#pragma once
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "push/core/patient_clock.hpp"
#include "push/metrics/registry.hpp"
#include "store/writer.hpp"

namespace push::store::postgres {

class KeyTable {
 public:
  // `most`: keys of all applications together, at most half of them one application's. Everything must outlive this.
  // all_nodes: keys that this node has not stored itself are counted from time to time.
  enum class Of { this_node, all_nodes };
  KeyTable(const core::WallClock& clock, std::size_t most, Of whose, metrics::Registry& metrics);

  // Any thread, never blocks: some, in the background. Nothing to do costs nothing.
  void forget_some(Writer& writer);
  // Any thread: so many keys were stored.
  void note_stored(std::size_t keys);
  const core::WallClock& clock() const { return clock_; }

 private:
  bool is_due(core::WallTime now) const;
  bool takes_a_look();

  const core::WallClock& clock_;
  const std::int64_t most_;
  const Of whose_;
  std::atomic<core::SteadyTime> look_at_{core::SteadyTime::min()};
  std::atomic<core::WallTime> due_{
      core::WallTime::min()};            // when the time of the oldest is over; at first it is not known
  std::atomic<std::int64_t> stored_{0};  // about: counted, and those that came since
  metrics::Gauge& remembered_;
  metrics::Counter& dropped_;
};

}  // namespace push::store::postgres
