#include "store/purger.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::store {
namespace {

constexpr core::SteadyTime::duration kLongestRest = std::chrono::milliseconds(100);

}  // namespace

Purger::Purger(Slice standing, metrics::Registry& metrics, Limits limits)
    : standing_(std::move(standing)),
      limits_(limits),
      deleted_(metrics.counter("push_store_purged_messages_total", "Messages deleted in slices by the purge thread.")),
      failed_(metrics.counter("push_store_failed_purges_total", "Failed slices of purges and other long changes.")),
      waiting_(metrics.gauge("push_store_purges_waiting", "Unfinished purges and other long changes.")),
      thread_("purger", [this](const std::stop_token& stop) { run(stop); }) {}

Purger::~Purger() {
  drain();
}

core::Result<void> Purger::submit(Slice slice, Store::Purged done) {
  core::Lock lock(mutex_);
  if (thread_.stop_requested()) return core::failure(core::ErrorCode::unavailable, "the server is stopping");
  if (admitted_ >= limits_.queue) {
    return core::failure(core::ErrorCode::unavailable,
                         "too many deletions are queued (" + std::to_string(admitted_) + ")");
  }
  ++admitted_;
  waiting_.add(1);
  jobs_.push_back({std::move(slice), std::move(done)});
  wake_.notify_one();
  return {};
}

void Purger::resume() {
  core::Lock lock(mutex_);
  standing_waits_ = true;
  wake_.notify_one();
}

void Purger::run(const std::stop_token& stop) {
  std::optional<Job> job;
  while (take(job, stop)) {
    const auto start = core::steady_now();
    if (job) {
      run_slice(std::move(*job));
    } else {
      run_standing();
    }
    job.reset();
    core::sleep_for(stop, std::min(core::steady_now() - start, kLongestRest));
  }
  refuse_the_rest();
}

// Blocks until there is work: `job`, or the standing work if `job` is left empty. False: stop.
bool Purger::take(std::optional<Job>& job, const std::stop_token& stop) {
  core::Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = core::steady_now();
    const bool standing = standing_waits_ && now >= standing_due_;
    if (standing && (standing_is_next_ || jobs_.empty())) {
      standing_is_next_ = false;
      standing_waits_ = false;
      return true;
    }
    if (!jobs_.empty()) {
      standing_is_next_ = standing;
      job = std::move(jobs_.front());
      jobs_.pop_front();
      return true;
    }
    if (standing_waits_) {
      wake_.wait_for(mutex_, stop, standing_due_ - now);
    } else {
      wake_.wait(mutex_, stop);
    }
  }
  return false;
}

void Purger::run_standing() {
  const auto progress = standing_();
  if (progress) deleted_.add(static_cast<std::uint64_t>(progress->deleted));
  if (progress && progress->finished) return;
  if (!progress) {
    failed_.add();
    spdlog::warn("purge paused, retrying error=\"{}\"", progress.error().text);
  }
  core::Lock lock(mutex_);
  standing_waits_ = true;
  standing_due_ = progress ? core::SteadyTime{} : core::steady_now() + limits_.retry_after;
}

void Purger::run_slice(Job job) {
  const auto progress = job.slice();
  if (progress) deleted_.add(static_cast<std::uint64_t>(progress->deleted));
  if (!progress) failed_.add();
  if (progress && !progress->finished) {
    core::Lock lock(mutex_);
    jobs_.push_back(std::move(job));
    return;
  }
  {
    core::Lock lock(mutex_);
    --admitted_;
  }
  waiting_.add(-1);
  job.done(progress ? core::Result<void>() : progress.error());
}

void Purger::refuse_the_rest() {
  std::deque<Job> rest;
  {
    core::Lock lock(mutex_);
    rest.swap(jobs_);
    admitted_ = 0;
  }
  for (Job& job : rest) {
    waiting_.add(-1);
    job.done(core::failure(core::ErrorCode::unavailable, "the server is stopping"));
  }
}

void Purger::drain() {
  thread_.stop();
}

}  // namespace push::store
