// Threads for blocking work, in four lanes that never wait for one another. Owned by main.
//
//   jobs       pages, lists, large bodies, files
//   look_ups   short reads that memory cannot answer: they arrive by the thousand when all clients reconnect
//   replays    pages of what a stream has missed: they arrive by the thousand, too, and each takes some milliseconds
//   passwords  bcrypt, which takes 60 ms and more of a core for each: strangers can ask for it
//
// Each lane has its own threads and its own bounded queue, a FairQueue: senders take turns, of a millisecond each, and
// kShare bounds how many jobs of each of them wait. submit() refuses what does not fit, and the caller answers 503.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <string>
#include <vector>

#include "push/core/callback.hpp"
#include "push/core/fair_queue.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
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

  // Any thread. Error (unavailable): the queue is full, too many jobs of this line wait, or the pool is stopping; the
  // job was not moved from.
  Result<void> submit(Job& job, Line line, Queue queue = Queue::jobs);
  std::size_t waiting(Queue queue = Queue::jobs) const;
  // Jobs refused because too many of their line were waiting, in all lanes. Any thread.
  std::size_t over_share() const;
  // From the first moment of stop() on: a job that need not be done gives up. Any thread.
  bool is_stopping() const { return stopping_.load(std::memory_order_relaxed); }
  // Runs the queued jobs, then joins. Idempotent; the owner's thread.
  void stop();

 private:
  class Lane {
   public:
    struct Kind {
      const char* name;  // of its threads: name0, name1, …
      int nice;          // how much they yield to the rest of the process, 0 to 19
      const char* full;  // why it refuses a job
      const char* over_share;
    };
    Lane(const Kind& kind, Size size);

    Result<void> submit(Job& job, Line line);
    std::size_t waiting() const;
    std::size_t over_share() const;
    void stop();

   private:
    struct Waiting {
      Line line;
      Job job;
    };
    void run(const std::stop_token& stop);

    const Kind kind_;
    const std::size_t limit_;
    mutable Mutex mutex_;
    Condition wake_;
    FairQueue<Waiting> jobs_ PUSH_GUARDED_BY(mutex_);
    std::size_t waiting_ PUSH_GUARDED_BY(mutex_) = 0;
    std::size_t over_share_ PUSH_GUARDED_BY(mutex_) = 0;
    std::vector<Thread> threads_;  // stop() asks the first one first
  };

  Lane& lane(Queue queue) { return lanes_[static_cast<std::size_t>(queue)]; }
  const Lane& lane(Queue queue) const { return lanes_[static_cast<std::size_t>(queue)]; }

  std::atomic<bool> stopping_ = false;
  std::array<Lane, 4> lanes_;  // in the order of Queue
};

}  // namespace push::core
