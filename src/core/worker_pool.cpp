#include "push/core/worker_pool.hpp"

#include "push/core/check.hpp"

namespace push::core {

WorkerPool::WorkerPool(std::size_t threads, std::size_t limit) : limit_(limit) {
  PUSH_CHECK(threads > 0);
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
  stop();
}

bool WorkerPool::submit(Job& job) {
  {
    const Lock lock(mutex_);
    if (stopping_ || jobs_.size() >= limit_) return false;
    jobs_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting() const {
  const Lock lock(mutex_);
  return jobs_.size();
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

void WorkerPool::run() {
  for (;;) {
    Job job;
    {
      const Lock lock(mutex_);
      while (jobs_.empty() && !stopping_) wake_.wait(mutex_);
      if (jobs_.empty()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace push::core
