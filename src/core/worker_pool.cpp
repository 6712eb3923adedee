#include "push/core/worker_pool.hpp"

#include "push/core/check.hpp"

namespace push::core {

WorkerPool::WorkerPool(std::size_t threads, Limits limits) : limits_(limits) {
  PUSH_CHECK(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(Job& job, Queue queue) {
  {
    const Lock lock(mutex_);
    std::deque<Job>& waiting = queue == Queue::look_ups ? look_ups_ : jobs_;
    if (stopping_ || waiting.size() >= (queue == Queue::look_ups ? limits_.look_ups : limits_.jobs)) return false;
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
  {
    const Lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

WorkerPool::Job WorkerPool::next() {
  const bool look_up = !look_ups_.empty() && (jobs_.empty() || look_ups_in_a_row_ < kLookUpsInARow);
  look_ups_in_a_row_ = look_up ? look_ups_in_a_row_ + 1 : 0;
  std::deque<Job>& queue = look_up ? look_ups_ : jobs_;
  Job job = std::move(queue.front());
  queue.pop_front();
  return job;
}

void WorkerPool::run() {
  for (;;) {
    Job job;
    {
      const Lock lock(mutex_);
      while (jobs_.empty() && look_ups_.empty() && !stopping_) wake_.wait(mutex_);
      if (jobs_.empty() && look_ups_.empty()) return;
      job = next();
    }
    job();
  }
}

}  // namespace push::core
