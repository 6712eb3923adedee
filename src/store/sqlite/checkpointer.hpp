// Moves committed pages from the write-ahead log into the database file on a thread and a connection of its own, with
// PASSIVE checkpoints, which wait for nobody and for which nobody waits.
#pragma once
#include <atomic>

#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

class Checkpointer {
 public:
  explicit Checkpointer(Database database);
  ~Checkpointer() = default;  // waits for the run that has begun
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Any thread: asks for one more run; returns at once.
  void request();
  // The thread that requests: withdraws a request that has not begun and blocks until the run that has is over.
  void wait_until_idle();
  // Log pages that the last run found already in the database file.
  int moved_pages() const { return moved_.load(std::memory_order_relaxed); }

 private:
  void run(const std::stop_token& stop);

  Database database_;
  std::atomic<int> moved_{0};
  core::Mutex mutex_;
  core::Condition wake_;
  core::Condition idle_;
  bool requested_ PUSH_GUARDED_BY(mutex_) = false;
  bool running_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::store::sqlite
