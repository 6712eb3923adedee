// Where messages of all nodes become one sequence: whoever brings some, they pass here in the order of ids, each once.
// Keeps the position, the batches that wait for the one before them, and what is known to exist above the position.
//
// One mutex is held while messages are handed out, so that what is noted in the history and what the loops receive is
// in one order whichever thread brings it. Only memory is touched meanwhile: the history, the registry's shards and the
// loops' inboxes, whose locks are leaves. Any thread.
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
  static constexpr std::size_t kOnline = 1000;  // users whose messages alone are read; if more are online, all are

  Gate(History& history, hub::Hub& hub, Publisher& publisher, Meters& meters, std::size_t held_bytes)
      : history_(history), hub_(hub), publisher_(publisher), meters_(meters), held_(held_bytes) {}

  // From the beginning of the epoch; before that, and between close() and this, nothing passes.
  void open(const store::Epoch& epoch);
  void close();

  // ---- a batch, of this node or of another one
  enum class Next {
    nothing,  // it has passed, or has before
    wait,     // what is missing may come by itself
    read,     // the store has to be read
  };
  Next pass(cluster::Batch batch);
  // Something is committed up to there.
  Next note(core::MessageId last);

  // ---- a read of the store, by the one thread that reads
  struct Read {
    core::MessageId after{};
    std::optional<std::vector<core::UserId>> users;  // as in store::Feed
    std::uint64_t number = 0;
    core::MessageId goal{};  // what was known to exist
  };
  Read begin_read();
  enum class Outcome {
    complete,   // everything that was committed before the read has passed
    partial,    // there is more
    gone_back,  // the database is older than what has passed
    closed,
  };
  Outcome pass(const Read& read, const std::vector<store::FeedMessage>& rows, const store::Feed::Page& page);

  // An event of the log, once all messages that were committed before it have passed.
  void pass(const model::Event& event);
  // The log was read up to there, and all events of it have passed.
  void note_log(core::EventId last);

  // Whether something is known to exist above the position.
  bool is_behind() const { return goal_.load() > applied_.load(); }
  // Since when.
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
