// The only thread that changes the database: a bounded queue in front, group commit behind. It takes what is queued (up
// to Limits::batch changes), runs it in one transaction, commits, and only then answers each change, in order. While a
// commit runs, the next batch fills; nothing is delayed on purpose. The SQL is in the Backend.
#pragma once
#include <cstddef>
#include <deque>
#include <future>
#include <vector>

#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/core/thread.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "store/backend.hpp"

namespace push::store {

class Writer {
 public:
  struct Limits {
    std::size_t queue;        // maximum number of queued changes
    std::size_t batch;        // maximum number of changes per transaction
    std::size_t queue_bytes;  // maximum size of queued texts; a single message always fits
    std::size_t batch_bytes;  // size of texts from which a transaction accepts no further change
  };

  // Both must outlive the writer.
  Writer(Backend& backend, Limits limits, metrics::Registry& metrics);
  ~Writer();  // drain()
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Any thread, never blocks on the disk. As Store::append.
  core::Result<void> append(NewMessage message, Store::Appended done);
  // Any thread but the writer's: blocks until the operation is committed or has failed.
  core::Result<void> change(Operation operation);
  // Any thread, never blocks: a background operation. A failure is counted and logged. False: the queue is full or the
  // writer is stopping, and the operation will not run.
  bool post(Operation operation);
  // Any thread but the writer's: refuses new changes, finishes the queued ones, joins the thread. Idempotent.
  void drain();

 private:
  struct Request {
    Operation operation;
    std::promise<core::Result<void>> answer;
  };
  // A message (the next one of Batch::messages) or an operation.
  struct Change {
    Store::Appended done;        // of a message
    Request* request = nullptr;  // of an operation; lives on the waiting caller's stack
    Operation posted;            // a background operation
    core::Result<void> outcome;  // of an operation
    bool is_message() const { return static_cast<bool>(done); }
  };
  struct Batch {
    std::vector<Change> changes;
    std::vector<NewMessage> messages;                // of the changes that are messages, in the same order
    std::vector<core::Result<core::MessageId>> ids;  // of the messages, after the transaction
    std::size_t bytes = 0;
    void clear();
  };

  core::Result<void> enqueue(Change change, NewMessage* message);
  void put(Change change, NewMessage* message, std::size_t bytes) PUSH_REQUIRES(mutex_);
  bool has_room(std::size_t bytes) const PUSH_REQUIRES(mutex_);
  void run(const std::stop_token& stop);
  bool take(Batch& batch, const std::stop_token& stop);
  core::Result<void> transact(Batch& batch);
  core::Result<void> apply(Batch& batch);
  core::Result<void> run_operation(Change& change);
  void answer(Batch& batch, const core::Result<void>& outcome);
  void answer(Change& change, bool committed);
  void note_outcome(const core::Result<void>& outcome, std::size_t changes);
  void recycle(Batch& batch);

  Backend& backend_;
  const Limits limits_;
  metrics::Histogram& commit_seconds_;
  metrics::Counter& transactions_;
  metrics::Counter& changes_;
  metrics::Counter& failed_;
  metrics::Counter& refused_;
  metrics::Counter& failed_posts_;
  metrics::Gauge& queued_;
  bool failing_ = false;  // writer thread: the last transaction failed

  core::Mutex mutex_;
  core::Condition wake_;
  std::deque<Batch> batches_ PUSH_GUARDED_BY(mutex_);  // one transaction each; the last one is still filling
  Batch spare_ PUSH_GUARDED_BY(mutex_);                // an emptied batch, kept for its capacity
  std::size_t waiting_ PUSH_GUARDED_BY(mutex_) = 0;
  std::size_t waiting_bytes_ PUSH_GUARDED_BY(mutex_) = 0;
  bool asleep_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::store
