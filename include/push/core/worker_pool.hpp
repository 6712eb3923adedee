// A few threads for blocking work: bcrypt, listings, database look-ups that memory cannot answer. Owned by main.
// The queue is bounded: submit() refuses when `limit` jobs wait, and the caller answers 503.
#pragma once
#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"

namespace push::core {

class WorkerPool {
 public:
  using Job = Callback<void()>;

  WorkerPool(std::size_t threads, std::size_t limit);
  ~WorkerPool();  // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Any thread. False: the queue is full or the pool stops; the job was not taken and is left as it was.
  bool submit(Job& job);
  std::size_t waiting() const;
  // Runs what waits, then joins. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t limit_;
  mutable Mutex mutex_;
  Condition wake_;
  std::deque<Job> jobs_ PUSH_GUARDED_BY(mutex_);
  bool stopping_ PUSH_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace push::core
