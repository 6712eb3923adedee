// What waits to be announced, between the threads that commit and the one that sends. A push never blocks.
#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <stop_token>

#include "push/cluster/bus.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/metrics/registry.hpp"

namespace push::cluster {

class Outbox {
 public:
  enum class Pushed {
    queued,
    stripped,  // too much waits: this batch and the last waiting one became one bare batch
    refused,   // it is shut
  };
  struct Load {
    std::deque<Batch> batches;
    bool log = false;            // several hints count as one
    std::optional<Pulse> pulse;  // the newest
  };

  // `limit`: bytes of batches that may wait; one batch always fits. `waiting` shows how many wait.
  Outbox(std::size_t limit, metrics::Gauge& waiting) : limit_(limit), waiting_(waiting) {}

  // Any thread.
  Pushed push(const Batch& batch);
  Pushed push_log();
  Pushed push(const Pulse& pulse);
  // Makes take() return, even if nothing waits.
  void wake();

  // ---- the sender's thread. The outbox is shut at first.
  void open();
  // Returns what waited; nothing waits afterwards.
  Load shut();
  // Waits for something to send, wake() or a stop, but not beyond `until`.
  Load take(const std::stop_token& stop, core::SteadyTime until = core::SteadyTime::max());

 private:
  Load empty() PUSH_REQUIRES(mutex_);
  void set_bytes(std::size_t bytes) PUSH_REQUIRES(mutex_);

  const std::size_t limit_;
  metrics::Gauge& waiting_;
  core::Mutex mutex_;
  core::Condition changed_;
  Load load_ PUSH_GUARDED_BY(mutex_);
  std::size_t bytes_ PUSH_GUARDED_BY(mutex_) = 0;
  bool open_ PUSH_GUARDED_BY(mutex_) = false;
  bool woken_ PUSH_GUARDED_BY(mutex_) = false;
};

}  // namespace push::cluster
