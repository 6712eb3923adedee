// Threads for blocking work, in four lanes that never wait for one another. Owned by main.
//
//   jobs       pages, lists, large bodies, files
//   look_ups   short reads that memory cannot answer: they arrive by the thousand when all clients reconnect
//   replays    pages of what a stream has missed: they arrive by the thousand, too, and each takes some milliseconds
//   passwords  bcrypt, which takes 60 ms and more of a core for each: strangers can ask for it
//
// Each lane has its own threads and its own bounded queue: submit() refuses when that is full, and the caller answers
// 503.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"

namespace push::core {

class WorkerPool {
 public:
  using Job = Callback<void()>;

  enum class Queue { jobs, look_ups, replays, passwords };
  struct Size {
    std::size_t threads;
    std::size_t limit;  // jobs that may wait
  };
  struct Sizes {
    Size jobs;
    Size look_ups;
    Size replays;
    Size passwords;
  };

  explicit WorkerPool(Sizes sizes);
  WorkerPool(std::size_t threads, std::size_t limit)  // of each lane
      : WorkerPool(Sizes{{threads, limit}, {threads, limit}, {threads, limit}, {threads, limit}}) {}
  ~WorkerPool();  // stop()
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // Any thread. False: the queue is full or the pool is stopping; the job was not moved from.
  bool submit(Job& job, Queue queue = Queue::jobs);
  std::size_t waiting(Queue queue = Queue::jobs) const;
  // From the first moment of stop() on: a job that would take long gives up. Any thread.
  bool is_stopping() const { return stopping_.load(std::memory_order_relaxed); }
  // Runs the queued jobs, then joins. Idempotent; the owner's thread.
  void stop();

 private:
  class Lane {
   public:
    // threads: name0, name1, …; `nice`: how much they yield to the rest of the process, 0 to 19
    Lane(const std::string& name, Size size, int nice);

    bool submit(Job& job);
    std::size_t waiting() const;
    void stop();

   private:
    void run(const std::stop_token& stop);

    const std::size_t limit_;
    const int nice_;
    mutable Mutex mutex_;
    Condition wake_;
    std::deque<Job> jobs_ PUSH_GUARDED_BY(mutex_);
    std::vector<Thread> threads_;  // stop() asks the first one first
  };

  Lane& lane(Queue queue) { return lanes_[static_cast<std::size_t>(queue)]; }
  const Lane& lane(Queue queue) const { return lanes_[static_cast<std::size_t>(queue)]; }

  std::atomic<bool> stopping_ = false;
  std::array<Lane, 4> lanes_;  // in the order of Queue
};

}  // namespace push::core
