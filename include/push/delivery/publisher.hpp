// The path of one message: publish (any loop) -> append (store's writer) -> committed (the thread that committed it):
// encoded once, relayed to this node's streams, answered. The store is the sequencer: messages are committed
// in id order and relayed in that order.
//
// With several nodes (join) a committed message is answered, then passed to the Follower, which delivers it in turn
// with those of the other nodes. Events are delivered when they are read from the event log.
#pragma once
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "push/cluster/batch.hpp"
#include "push/core/bytes.hpp"
#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/delivery/history.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "push/stream/courier.hpp"

namespace push::delivery {

class Follower;
class LocalStreams;

class Publisher final : public store::EventListener {
 public:
  // The stored message as JSON.
  struct Stored {
    core::Slice json;
    bool replayed = false;  // stored and relayed before, under the same idempotency key
  };
  // Called once, on the thread that committed it, with the message or why it was not stored; must not block.
  using Receipt = core::Callback<void(core::Result<Stored>)>;

  // limit: messages that may wait for one loop before publish() refuses (config `server.stream.inboxsize`).
  Publisher(store::Store& store, hub::Hub& hub, stream::Courier& courier, History& history, metrics::Registry& metrics,
            std::size_t limit);
  ~Publisher() override;

  // By main, before the first message, with a store that has a feed(). The follower outlives the store's drain.
  void join(Follower& follower) { follower_ = &follower; }
  // Whether changes reach this node's streams through a Follower.
  bool is_joined() const { return follower_ != nullptr; }

  // Any loop, never blocks. unavailable: the store's queue is full or a loop is too far behind; `receipt` is not
  // called.
  core::Result<void> publish(store::NewMessage message, Receipt receipt);

  // The same, with a ping behind the message on this node's WebSockets. `leaves` is called with its id before either is
  // relayed, on the committing thread; must not block.
  struct Probe {
    std::string payload;
    core::Callback<void(core::MessageId)> leaves;
  };
  core::Result<void> publish_probed(store::NewMessage message, Probe probe, Receipt receipt);

  // Deletions, as in store::Store.
  void delete_message(core::UserId user, core::MessageId id, store::Done<void> done);
  void delete_listed(core::UserId user, std::vector<core::MessageId> ids, store::Done<std::size_t> done);
  core::Result<void> delete_messages(core::UserId user, core::MessageId up_to, store::Store::Purged done);
  core::Result<void> delete_messages(core::ApplicationId application, core::MessageId up_to, store::Store::Purged done);

  // Read marks, as in store::Store.
  void mark_read_up_to(core::UserId user, core::MessageId up_to, store::Done<void> done);
  void mark_read(core::UserId user, std::vector<core::MessageId> ids, store::Done<void> done);

  // What this store has logged goes the way of a message, between the messages that were committed before and after it.
  void on_event(const model::Event& event) override;
  void on_commit(const store::Commit& commit) override;
  void on_log() override;
  // A notice for this node's streams with events: json as in docs/streams.md. Any thread, never blocks; may be lost.
  void notify(core::UserId user, std::string_view json);

  // After a right is gone, the streams opened by it go too. Any thread.
  void disconnect(hub::Selection which);

  // ---- the Follower. Any thread, never blocks.
  // To this node's streams only; the caller notes it in the history.
  void relay(const stream::Message& message);
  // Whether a loop is so far behind that publish() refuses.
  bool is_behind() const;

 private:
  void committed(core::UserId user, const model::Message& stored, Receipt& receipt);
  void replay(const model::Message& stored, Receipt& receipt);
  // Keeps the message until the end of its transaction; returns its JSON.
  core::Slice collect(core::UserId user, const model::Message& stored, std::string_view json);
  void note_and_relay(const stream::Message& message);
  core::Result<void> check_backlog();
  void arm(core::UserId user, core::MessageId id, std::string payload);
  void send_probes(const stream::Message& behind);

  store::Store& store_;
  History& history_;
  const std::unique_ptr<LocalStreams> streams_;
  Follower* follower_ = nullptr;          // constant after join()
  std::vector<cluster::Item> collected_;  // of the transaction that is being answered; the committing thread only
  // Pings that wait until their message is relayed: as many as messages committed and not yet relayed, at most.
  struct Armed {
    core::UserId user;
    core::MessageId message;
    std::string payload;
  };
  core::Mutex mutex_;
  std::vector<Armed> armed_ PUSH_GUARDED_BY(mutex_);
  std::atomic<bool> any_armed_{false};
  const std::size_t limit_;
  metrics::Counter& stored_;
  metrics::Counter& replayed_;
  metrics::Counter& refused_;
};

}  // namespace push::delivery
