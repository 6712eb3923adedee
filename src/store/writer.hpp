// The only thread that changes the database: a bounded queue in front, group commit behind. It takes what is queued (up
// to Limits::batch changes), runs it in one transaction, commits, and only then answers each change, in order. While a
// commit runs, the next batch fills; nothing is delayed on purpose. The SQL is in the Backend.
//
// What does not fit into the next batch waits in a core::FairQueue, so that a flood on one token leaves the others
// their turn. It leaves them room, too: once senders wait in line, core::kShare bounds how many changes (and bytes) of
// each of them wait.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "push/core/fair_queue.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/core/thread.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "store/backend.hpp"
#include "store/change.hpp"
#include "store/logged_events.hpp"

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
  // The outcome of an operation, once, on the writer thread: after the commit. Must not block.
  using Finished = core::Callback<void(core::Result<void>)>;
  // Any thread, never blocks. `user`: in whose line it waits, 0 = the server's own. `alone`: with a Backend that does
  // not mix, in a transaction of its own. unavailable: as append(), and `finished` will not be called.
  core::Result<void> change(core::UserId user, Operation operation, Finished finished, bool alone = false);
  // Any thread, never blocks: a background operation. A failure is counted and logged. False: the queue is full or the
  // writer is stopping, and the operation will not run.
  bool post(Operation operation);
  // As Store::set_event_listener.
  void set_listener(EventListener& listener) { listener_ = &listener; }
  // Writer thread: passes what a committed change has logged to the listener.
  void announce(const LoggedEvents& logged);
  // Any thread but the writer's: refuses new changes, finishes the queued ones, joins the thread. Idempotent.
  void drain();

 private:
  struct Batch {
    std::vector<Change> changes;                   // a message is the next one of `messages`
    std::vector<NewMessage> messages;              // of the changes that are messages, in the same order
    std::vector<core::Result<Inserted>> outcomes;  // of the messages, after the transaction
    std::size_t bytes = 0;
    void add(Change change, NewMessage* message, std::size_t size);
    void clear();
  };
  // What one transaction takes of a batch: changes from `from` to before `to`, and the messages among them.
  struct Part {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t first_message = 0;
    std::size_t messages = 0;
  };
  enum class Kind { messages, others };  // of a transaction: with or without messages
  using InLine = core::FairQueue<std::unique_ptr<WaitingChange>>;
  enum class Room { enough, queue_full, line_full };

  core::Result<void> enqueue(core::Line line, Change change, NewMessage* message);
  void put(core::Line line, Change change, NewMessage* message, std::size_t bytes) PUSH_REQUIRES(mutex_);
  Room room_for(core::Line line, std::size_t bytes) const PUSH_REQUIRES(mutex_);
  bool is_full(const Batch& batch) const;
  core::Error refuse(Room room, std::size_t waiting);
  void run(const std::stop_token& stop);
  std::size_t wait(const std::stop_token& stop);
  void take(Batch& batch);
  void pick() PUSH_REQUIRES(mutex_);
  bool next_part(const Batch& batch, Part& part) const;
  core::Result<void> transact(Batch& batch, const Part& part);
  core::Result<void> apply(Batch& batch, const Part& part);
  core::Result<void> run_operation(Change& change);
  void answer(Batch& batch, const Part& part, const core::Result<void>& outcome);
  void answer(Change& change, bool committed);
  void tell_nodes(const Part& part);
  void note_outcome(const core::Result<void>& outcome, const Part& part);

  Backend& backend_;
  const Limits limits_;
  metrics::Histogram& commit_seconds_;
  metrics::Counter& transactions_;
  metrics::Counter& changes_;
  metrics::Counter& failed_;
  metrics::Counter& refused_;
  metrics::Counter& over_share_;
  metrics::Counter& failed_posts_;
  metrics::Counter& logged_events_;
  metrics::Counter& removed_events_;
  metrics::Gauge& queued_;
  std::atomic<EventListener*> listener_ = nullptr;
  // The writer thread's.
  std::optional<Kind> failing_;  // since one of this kind failed, none of it has been committed
  std::vector<std::unique_ptr<WaitingChange>> picked_;

  core::Mutex mutex_;
  core::Condition wake_;
  Batch next_ PUSH_GUARDED_BY(mutex_);      // fills while nobody stands in line
  InLine in_line_ PUSH_GUARDED_BY(mutex_);  // what did not fit
  std::size_t waiting_ PUSH_GUARDED_BY(mutex_) = 0;
  std::size_t waiting_bytes_ PUSH_GUARDED_BY(mutex_) = 0;
  bool asleep_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::store
