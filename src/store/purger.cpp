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

Purger::Purger(std::vector<Slice> standing, metrics::Registry& metrics, Limits limits)
    : standing_(std::move(standing)),
      limits_(limits),
      deleted_(metrics.counter("push_store_purged_messages_total", "Messages deleted in slices by the purge thread.")),
      failed_(metrics.counter("push_store_failed_purges_total", "Failed slices of purges and other long changes.")),
      waiting_(metrics.gauge("push_store_purges_waiting", "Unfinished purges and other long changes.")),
      turns_(standing_.size()),
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
  for (Turn& turn : turns_) turn.waits = true;
  wake_.notify_one();
}

void Purger::run(const std::stop_token& stop) {
  std::optional<Job> job;
  while (take(job, stop)) {
    const auto start = core::steady_now();
    if (job) {
      run_slice(std::move(*job));
    } else {
      run_standing(last_standing_);
    }
    job.reset();
    core::sleep_for(stop, std::min(core::steady_now() - start, kLongestRest));
  }
  refuse_the_rest();
}

// Blocks until there is work: `job`, or the standing work `last_standing_` if `job` is left empty. False: stop.
bool Purger::take(std::optional<Job>& job, const std::stop_token& stop) {
  core::Lock lock(mutex_);
  while (!stop.stop_requested()) {
    const auto now = core::steady_now();
    const auto standing = next_standing(now);
    if (standing && (standing_is_next_ || jobs_.empty())) {
      standing_is_next_ = false;
      turns_[*standing].waits = false;
      last_standing_ = *standing;
      return true;
    }
    if (!jobs_.empty()) {
      standing_is_next_ = standing.has_value();
      job = std::move(jobs_.front());
      jobs_.pop_front();
      return true;
    }
    if (const auto due = next_due()) {
      wake_.wait_for(mutex_, stop, *due - now);
    } else {
      wake_.wait(mutex_, stop);
    }
  }
  return false;
}

// The first after the one that ran last.
std::optional<std::size_t> Purger::next_standing(core::SteadyTime now) {
  for (std::size_t i = 1; i <= turns_.size(); ++i) {
    const std::size_t index = (last_standing_ + i) % turns_.size();
    if (turns_[index].waits && now >= turns_[index].due) return index;
  }
  return std::nullopt;
}

std::optional<core::SteadyTime> Purger::next_due() {
  std::optional<core::SteadyTime> first;
  for (const Turn& turn : turns_) {
    if (turn.waits) first = first ? std::min(*first, turn.due) : turn.due;
  }
  return first;
}

void Purger::run_standing(std::size_t index) {
  const auto progress = standing_[index]();
  if (progress) {
    deleted_.add(static_cast<std::uint64_t>(progress->deleted));
  } else {
    failed_.add();
    spdlog::warn("purge paused, retrying error=\"{}\"", progress.error().text);
  }
  const bool finished = progress && progress->finished;
  const auto pause = progress ? progress->again_after : core::SteadyTime::duration(limits_.retry_after);
  if (finished && pause == core::SteadyTime::duration::zero()) return;
  core::Lock lock(mutex_);
  Turn& turn = turns_[index];
  if (turn.waits && finished) return;  // resume() was called meanwhile
  turn = {true, core::steady_now() + pause};
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
