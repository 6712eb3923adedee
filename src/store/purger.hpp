// One thread for changes that are too long for one transaction: it runs them in slices, one slice of each in turn, so
// that a short one never waits for a long one to finish. After each slice it sleeps for as long as that slice took,
// which leaves at least half of the writer's time to other changes.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

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
    // Standing work only: its pause, in which the others go on. If it has finished, 0 = until resume().
    core::SteadyTime::duration again_after{};
  };
  // Does part of the work; runs on the purge thread and may block on the writer.
  using Slice = core::Callback<core::Result<Progress>()>;
  struct Limits {
    std::size_t queue;                      // maximum number of unfinished jobs
    std::chrono::milliseconds retry_after;  // pause after a failed slice of standing work
  };

  // `standing` are works recorded elsewhere (in the database): each runs from the start, after resume() and after a
  // pause of its own, in turn with the others and with the jobs, until a slice reports `finished`; a failure only
  // delays it. `metrics` must outlive the purger.
  Purger(std::vector<Slice> standing, metrics::Registry& metrics, Limits limits);
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
  struct Turn {  // of a standing work
    bool waits = true;
    core::SteadyTime due{};
  };

  void run(const std::stop_token& stop);
  bool take(std::optional<Job>& job, const std::stop_token& stop);
  std::optional<std::size_t> next_standing(core::SteadyTime now) PUSH_REQUIRES(mutex_);
  std::optional<core::SteadyTime> next_due() PUSH_REQUIRES(mutex_);
  void run_standing(std::size_t index);
  void run_slice(Job job);
  void refuse_the_rest();

  std::vector<Slice> standing_;
  const Limits limits_;
  metrics::Counter& deleted_;
  metrics::Counter& failed_;
  metrics::Gauge& waiting_;
  // The purge thread's.
  std::size_t last_standing_ = 0;  // the one that ran last
  bool standing_is_next_ = false;

  core::Mutex mutex_;
  core::Condition wake_;
  std::deque<Job> jobs_ PUSH_GUARDED_BY(mutex_);      // the first is next
  std::size_t admitted_ PUSH_GUARDED_BY(mutex_) = 0;  // jobs_ and the current one
  std::vector<Turn> turns_ PUSH_GUARDED_BY(mutex_);   // of the standing works
  core::Thread thread_;
};

}  // namespace push::store
