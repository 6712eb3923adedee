#include "push/core/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "push/core/check.hpp"

namespace push::core {
namespace {

// A tenth of the weight of a loop: where cores are few, bcrypt must not take a loop's turn.
constexpr int kPasswordNice = 10;

}  // namespace

WorkerPool::WorkerPool(Sizes sizes)
    : lanes_{{{"worker", sizes.jobs, 0},
              {"lookup", sizes.look_ups, 0},
              {"replay", sizes.replays, 0},
              {"password", sizes.passwords, kPasswordNice}}} {}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(Job& job, Queue queue) {
  return lane(queue).submit(job);
}

std::size_t WorkerPool::waiting(Queue queue) const {
  return lane(queue).waiting();
}

// Passwords and look-ups first: their jobs may submit another one to the lane of jobs.
void WorkerPool::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  for (const Queue queue : {Queue::passwords, Queue::look_ups, Queue::replays, Queue::jobs}) lane(queue).stop();
}

WorkerPool::Lane::Lane(const std::string& name, Size size, int nice) : limit_(size.limit), nice_(nice) {
  PUSH_CHECK(size.threads > 0);
  threads_.reserve(size.threads);
  for (std::size_t i = 0; i < size.threads; ++i) {
    threads_.emplace_back(name + std::to_string(i), [this](const std::stop_token& stop) { run(stop); });
  }
}

bool WorkerPool::Lane::submit(Job& job) {
  {
    const Lock lock(mutex_);
    // The first thread's stop is requested first: until then every thread checks the queue again.
    if (threads_.front().stop_requested()) return false;
    if (jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t WorkerPool::Lane::waiting() const {
  const Lock lock(mutex_);
  return jobs_.size();
}

void WorkerPool::Lane::stop() {
  for (Thread& thread : threads_) thread.request_stop();
  for (Thread& thread : threads_) thread.stop();
}

void WorkerPool::Lane::run(const std::stop_token& stop) {
  // On Linux this concerns the calling thread alone. If it fails the thread is merely less polite.
  if (nice_ > 0) static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), nice_));
  for (;;) {
    Job job;
    {
      const Lock lock(mutex_);
      while (jobs_.empty() && !stop.stop_requested()) wake_.wait(mutex_, stop);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace push::core
