#include "push/core/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "push/core/check.hpp"
#include "push/core/clock.hpp"

namespace push::core {
namespace {

// A tenth of the weight of a loop: where cores are few, bcrypt must not take a loop's turn.
constexpr int kPasswordNice = 10;

constexpr const char* kFull = "too many requests wait for a worker";
constexpr const char* kOverShare = "too many requests of this sender wait for a worker";

}  // namespace

WorkerPool::WorkerPool(Sizes sizes)
    : lanes_{{{{"worker", 0, kFull, kOverShare}, sizes.jobs},
              {{"lookup", 0, kFull, kOverShare}, sizes.look_ups},
              {{"replay", 0, "too many pages of missed messages wait to be read",
                "too many pages of missed messages of this user wait to be read"},
               sizes.replays},
              {{"password", kPasswordNice, "too many passwords wait to be checked",
                "too many passwords of this sender wait to be checked"},
               sizes.passwords}}} {}

WorkerPool::~WorkerPool() {
  stop();
}

Result<void> WorkerPool::submit(Job& job, Line line, Queue queue) {
  return lane(queue).submit(job, line);
}

std::size_t WorkerPool::waiting(Queue queue) const {
  return lane(queue).waiting();
}

std::size_t WorkerPool::over_share() const {
  std::size_t sum = 0;
  for (const Lane& one : lanes_) sum += one.over_share();
  return sum;
}

// Passwords and look-ups first: their jobs may submit another one to the lane of jobs.
void WorkerPool::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  for (const Queue queue : {Queue::passwords, Queue::look_ups, Queue::replays, Queue::jobs}) lane(queue).stop();
}

WorkerPool::Lane::Lane(const Kind& kind, Size size) : kind_(kind), limit_(size.limit) {
  PUSH_CHECK(size.threads > 0);
  threads_.reserve(size.threads);
  for (std::size_t i = 0; i < size.threads; ++i) {
    threads_.emplace_back(kind.name + std::to_string(i), [this](const std::stop_token& stop) { run(stop); });
  }
}

Result<void> WorkerPool::Lane::submit(Job& job, Line line) {
  {
    const Lock lock(mutex_);
    // The first thread's stop is requested first: until then every thread checks the queue again.
    if (threads_.front().stop_requested()) return failure(ErrorCode::unavailable, "the server is stopping");
    if (waiting_ >= limit_) return failure(ErrorCode::unavailable, kind_.full);
    if (jobs_.load(line).items / kShare >= limit_ - waiting_) {
      ++over_share_;
      return failure(ErrorCode::unavailable, kind_.over_share);
    }
    jobs_.push(line, Waiting{line, std::move(job)});
    ++waiting_;
  }
  wake_.notify_one();
  return {};
}

std::size_t WorkerPool::Lane::waiting() const {
  const Lock lock(mutex_);
  return waiting_;
}

std::size_t WorkerPool::Lane::over_share() const {
  const Lock lock(mutex_);
  return over_share_;
}

void WorkerPool::Lane::stop() {
  for (Thread& thread : threads_) thread.request_stop();
  for (Thread& thread : threads_) thread.stop();
}

void WorkerPool::Lane::run(const std::stop_token& stop) {
  // On Linux this concerns the calling thread alone. If it fails the thread is merely less polite.
  if (kind_.nice > 0) static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kind_.nice));
  Line last{};
  std::chrono::milliseconds took{};
  for (;;) {
    Waiting next;
    {
      const Lock lock(mutex_);
      jobs_.charge(last, static_cast<std::size_t>(took.count()));
      while (jobs_.empty() && !stop.stop_requested()) wake_.wait(mutex_, stop);
      if (jobs_.empty()) return;
      next = jobs_.pop();
      --waiting_;
    }
    const SteadyTime begin = steady_now();
    next.job();
    took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_now() - begin);
    last = next.line;
  }
}

}  // namespace push::core
