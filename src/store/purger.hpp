// One thread for changes that are too long for one transaction: it works them off slice by slice, a slice of each in
// turn, so that a short one never waits for a long one. Between two slices it rests for as long as the last one took:
// half of the writer's time stays with everybody else.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::store {

class Purger {
 public:
  struct Progress {
    std::int64_t deleted = 0;  // messages, in this slice
    bool finished = false;
  };
  // Does a part of the work; runs on the purge thread and may block on the writer.
  using Slice = core::Callback<core::Result<Progress>()>;
  struct Limits {
    std::size_t queue;                      // jobs that may wait
    std::chrono::milliseconds retry_after;  // after a slice of `standing` has failed
  };

  // `standing` is work that is noted elsewhere: it runs from the start, and after resume(), until a slice finds nothing
  // left, in turn with the jobs; a failure only puts it off. `metrics` outlives the purger.
  Purger(Slice standing, metrics::Registry& metrics, Limits limits);
  ~Purger();  // drain()
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  // Any thread, never blocks: calls `slice` until it has finished or failed, then `done`, once, on the purge thread.
  // unavailable: too many wait or the purger stops, and neither will be called.
  core::Result<void> submit(Slice slice, Store::Purged done);
  // Any thread: there may be standing work.
  void resume();
  // Ends after the slice in hand; every job that is left is answered with unavailable. Idempotent.
  void drain();

 private:
  struct Job {
    Slice slice;
    Store::Purged done;
  };

  void run(const std::stop_token& stop);
  bool take(std::optional<Job>& job, const std::stop_token& stop);
  void run_standing();
  void run_slice(Job job);
  void refuse_the_rest();

  Slice standing_;
  const Limits limits_;
  metrics::Counter& deleted_;
  metrics::Counter& failed_;
  metrics::Gauge& waiting_;
  bool standing_is_next_ = false;  // purge thread

  core::Mutex mutex_;
  core::Condition wake_;
  std::deque<Job> jobs_ PUSH_GUARDED_BY(mutex_);      // the first is next
  std::size_t admitted_ PUSH_GUARDED_BY(mutex_) = 0;  // jobs_ and the one in hand
  bool standing_waits_ PUSH_GUARDED_BY(mutex_) = true;
  core::SteadyTime standing_due_ PUSH_GUARDED_BY(mutex_){};
  core::Thread thread_;
};

}  // namespace push::store
