#include "push/core/worker_pool.hpp"

#include <string>

#include "push/core/check.hpp"

namespace push::core {

WorkerPool::WorkerPool(std::size_t threads, Limits limits) : limits_(limits) {
  PUSH_CHECK(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back("worker" + std::to_string(i), [this](const std::stop_token& stop) { run(stop); });
  }
}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(Job& job, Queue queue) {
  {
    const Lock lock(mutex_);
    std::deque<Job>& waiting = queue == Queue::look_ups ? look_ups_ : jobs_;
    // The first thread's stop is requested first: until then every thread checks the queues again.
    if (threads_.front().stop_requested()) return false;
    if (waiting.size() >= (queue == Queue::look_ups ? limits_.look_ups : limits_.jobs)) return false;
    waiting.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting(Queue queue) const {
  const Lock lock(mutex_);
  return queue == Queue::look_ups ? look_ups_.size() : jobs_.size();
}

void WorkerPool::stop() {
  for (Thread& thread : threads_) thread.request_stop();
  for (Thread& thread : threads_) thread.stop();
}

WorkerPool::Job WorkerPool::next() {
  const bool look_up = !look_ups_.empty() && (jobs_.empty() || look_ups_in_a_row_ < kLookUpsInARow);
  look_ups_in_a_row_ = look_up ? look_ups_in_a_row_ + 1 : 0;
  std::deque<Job>& queue = look_up ? look_ups_ : jobs_;
  Job job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void WorkerPool::run(const std::stop_token& stop) {
  for (;;) {
    Job job;
    {
      const Lock lock(mutex_);
      while (jobs_.empty() && look_ups_.empty() && !stop.stop_requested()) wake_.wait(mutex_, stop);
      if (jobs_.empty() && look_ups_.empty()) return;
      job = next();
    }
    job();
  }
}

}  // namespace push::core
