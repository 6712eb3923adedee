// One thread for changes that are too long for one transaction: it runs them in slices, one slice of each in turn, so
// that a short one never waits for a long one to finish. After each slice it sleeps for as long as that slice took,
// which leaves at least half of the writer's time to other changes.
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
  // Does part of the work; runs on the purge thread and may block on the writer.
  using Slice = core::Callback<core::Result<Progress>()>;
  struct Limits {
    std::size_t queue;                      // maximum number of unfinished jobs
    std::chrono::milliseconds retry_after;  // pause after a failed slice of `standing`
  };

  // `standing` is work recorded elsewhere (in the database): it runs from the start, and after resume(), in turn with
  // the jobs, until a slice reports `finished`; a failure only delays it. `metrics` must outlive the purger.
  Purger(Slice standing, metrics::Registry& metrics, Limits limits);
  ~Purger();  // drain()
  Purger(const Purger&) = delete;
  Purger& operator=(const Purger&) = delete;

  // Any thread, never blocks: calls `slice` until it has finished or failed, then `done`, once, on the purge thread.
  // unavailable: too many are queued or the purger is stopping, and neither will be called.
  core::Result<void> submit(Slice slice, Store::Purged done);
  // Any thread: there may be new standing work.
  void resume();
  // Stops after the current slice; every unfinished job is answered with unavailable. Idempotent.
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
  std::size_t admitted_ PUSH_GUARDED_BY(mutex_) = 0;  // jobs_ and the current one
  bool standing_waits_ PUSH_GUARDED_BY(mutex_) = true;
  core::SteadyTime standing_due_ PUSH_GUARDED_BY(mutex_){};
  core::Thread thread_;
};

}  // namespace push::store
