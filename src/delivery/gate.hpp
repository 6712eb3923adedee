// Makes one sequence of the messages of all nodes: whichever thread brings a message, it passes here once, in the order
// of ids. Keeps the position (`applied`), the batches that wait for a gap to close, and the greatest id known to exist.
//
// One mutex is held during delivery, so that the history and the loops get everything in one order, whichever thread
// brings it. Only memory is touched meanwhile: the history, the registry's shards and the loops' inboxes, whose locks
// are leaves. Any thread.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "delivery/held_batches.hpp"
#include "delivery/meters.hpp"
#include "push/cluster/batch.hpp"
#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/delivery/history.hpp"
#include "push/delivery/publisher.hpp"
#include "push/hub/hub.hpp"
#include "push/model/event.hpp"
#include "push/store/feed.hpp"

namespace push::delivery {

class Gate {
 public:
  static constexpr std::size_t kOnline = 1000;  // if no more users than this are online, only their messages are read

  Gate(History& history, hub::Hub& hub, Publisher& publisher, Meters& meters, std::size_t held_bytes)
      : history_(history), hub_(hub), publisher_(publisher), meters_(meters), held_(held_bytes) {}

  // Starts at the beginning of the epoch. Before the first open(), and after a close(), nothing passes.
  void open(const store::Epoch& epoch);
  void close();

  // ---- a batch, of this node or of another one
  enum class Next {
    nothing,  // it has passed, now or earlier
    wait,     // there is a gap, which the bus may still close
    read,     // the store has to be read
  };
  Next pass(cluster::Batch batch);
  // Messages up to this one have been committed.
  Next note(core::MessageId last);

  // ---- a read of the store, by the one thread that reads
  struct Read {
    core::MessageId after{};
    std::optional<std::vector<core::UserId>> users;  // as in store::Feed
    std::uint64_t number = 0;
    core::MessageId goal{};  // the greatest id known to exist
  };
  Read begin_read();
  enum class Outcome {
    complete,   // everything that was committed before the read has passed
    partial,    // there is more
    gone_back,  // the database is older than what has passed
    closed,
  };
  Outcome pass(const Read& read, const std::vector<store::FeedMessage>& rows, const store::Feed::Page& page);

  // An event of the event log, once all messages that were committed before it have passed.
  void pass(const model::Event& event);
  // The event log was read up to this entry, and all its events have passed.
  void note_log(core::EventId last);

  // Whether a message is known to exist above the position.
  bool is_behind() const { return goal_.load() > applied_.load(); }
  // For how long it has been behind.
  std::chrono::milliseconds behind_for() const;
  core::MessageId applied() const { return core::MessageId{applied_.load()}; }

 private:
  bool is_online(core::UserId user) const { return hub_.loops_of(user) != 0; }
  void let_through(const cluster::Batch& batch) PUSH_REQUIRES(mutex_);
  bool let_through(const store::FeedMessage& row) PUSH_REQUIRES(mutex_);
  void release_held() PUSH_REQUIRES(mutex_);
  void settle(const Read& read) PUSH_REQUIRES(mutex_);
  void advance(core::MessageId to) PUSH_REQUIRES(mutex_);
  void raise_goal(core::MessageId to) PUSH_REQUIRES(mutex_);

  History& history_;
  hub::Hub& hub_;
  Publisher& publisher_;
  Meters& meters_;

  core::Mutex mutex_;
  bool open_ PUSH_GUARDED_BY(mutex_) = false;
  HeldBatches held_ PUSH_GUARDED_BY(mutex_);
  std::uint64_t reads_ PUSH_GUARDED_BY(mutex_) = 0;
  std::set<core::UserId> missed_ PUSH_GUARDED_BY(mutex_);  // who came online while a page without theirs was read
  // Written with the mutex held, read without.
  std::atomic<std::uint64_t> applied_{0};
  std::atomic<std::uint64_t> goal_{0};  // the greatest id known to exist
  std::atomic<core::SteadyTime::rep> behind_since_{0};
};

}  // namespace push::delivery
