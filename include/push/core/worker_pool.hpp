// A few threads for blocking work: bcrypt, listings, database look-ups that memory cannot answer. Owned by main.
// Two queues, each bounded: submit() refuses when its queue is full, and the caller answers 503.
// Look-ups take microseconds and arrive by the thousand when all clients reconnect, so they do not wait behind bcrypt.
#pragma once
#include <cstddef>
#include <deque>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"

namespace push::core {

class WorkerPool {
 public:
  using Job = Callback<void()>;

  enum class Queue { jobs, look_ups };
  struct Limits {
    std::size_t jobs;
    std::size_t look_ups;
  };
  static constexpr unsigned kLookUpsInARow = 64;  // then a waiting job gets its turn

  WorkerPool(std::size_t threads, Limits limits);
  WorkerPool(std::size_t threads, std::size_t limit) : WorkerPool(threads, Limits{limit, limit}) {}  // per queue
  ~WorkerPool();                                                                                     // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Any thread. False: the queue is full or the pool is stopping; the job was not moved from.
  bool submit(Job& job, Queue queue = Queue::jobs);
  std::size_t waiting(Queue queue = Queue::jobs) const;
  // Runs the queued jobs, then joins. Idempotent; the owner's thread.
  void stop();

 private:
  Job next() PUSH_REQUIRES(mutex_);
  void run(const std::stop_token& stop);

  const Limits limits_;
  mutable Mutex mutex_;
  Condition wake_;
  std::deque<Job> jobs_ PUSH_GUARDED_BY(mutex_);
  std::deque<Job> look_ups_ PUSH_GUARDED_BY(mutex_);
  unsigned look_ups_in_a_row_ PUSH_GUARDED_BY(mutex_) = 0;
  std::vector<Thread> threads_;  // worker0, worker1, …; stop() asks the first one first
};

}  // namespace push::core
