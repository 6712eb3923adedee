// Moves committed pages from the write-ahead log into the database file, with its own thread and database handle. Its
// PASSIVE checkpoints neither wait for readers and the writer nor block them.
#pragma once
#include <atomic>

#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

class Checkpointer {
 public:
  explicit Checkpointer(Database database);
  ~Checkpointer() = default;  // waits for a running checkpoint
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Any thread: asks for another run; returns immediately.
  void request();
  // The requesting thread only: withdraws a pending request and blocks until a running checkpoint is done.
  void wait_until_idle();
  // The number of log pages that were in the database file after the last run.
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
