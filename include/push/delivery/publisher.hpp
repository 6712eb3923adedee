// The path of one message: publish (any loop) -> append (store's writer) -> committed (the thread that committed it):
// encoded once, relayed to each sink in turn, answered. The store is the sequencer: messages are committed
// in id order and relayed in that order.
#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "push/cluster/backplane.hpp"
#include "push/core/bytes.hpp"
#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/delivery/history.hpp"
#include "push/delivery/sink.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "push/stream/courier.hpp"

namespace push::delivery {

class LocalStreams;

class Publisher final : public cluster::MessageListener, public store::EventListener {
 public:
  // The stored message as JSON, or why it was not stored. Called once, on the thread that committed it; must not block.
  using Receipt = core::Callback<void(core::Result<core::Slice>)>;

  // limit: messages that may wait for one loop before publish() refuses (config `server.stream.inboxsize`).
  // further: sinks besides this node's streams and the backplane, which come first; they outlive the publisher.
  Publisher(store::Store& store, hub::Hub& hub, stream::Courier& courier, History& history,
            cluster::Backplane& backplane, metrics::Registry& metrics, std::size_t limit,
            std::vector<Sink*> further = {});
  ~Publisher() override;

  // Any loop, never blocks. unavailable: the store's queue is full or a loop is too far behind; `receipt` is not
  // called.
  core::Result<void> publish(store::NewMessage message, Receipt receipt);

  // Deletions, as in store::Store.
  void delete_message(core::UserId user, core::MessageId id, store::Done<void> done);
  core::Result<void> delete_messages(core::UserId user, store::Store::Purged done);
  core::Result<void> delete_messages(core::ApplicationId application, store::Store::Purged done);

  // Read marks, as in store::Store.
  void mark_read_up_to(core::UserId user, core::MessageId up_to, store::Done<void> done);
  void mark_read(core::UserId user, std::vector<core::MessageId> ids, store::Done<void> done);

  // From another node: straight to this node's streams.
  void on_messages(const stream::Batch& batch) override;

  // What this store has logged goes the way of a message, between the messages that were committed before and after it.
  void on_event(const model::Event& event) override;
  // A notice for this node's streams with events: json as in docs/streams.md. Any thread, never blocks; may be lost.
  void notify(core::UserId user, std::string_view json);

  // After a right is gone, the streams opened by it go too. Any thread.
  void disconnect(hub::Selection which);

 private:
  void committed(core::UserId user, const model::Message& stored, Receipt& receipt);
  void relay(const stream::Message& message);

  store::Store& store_;
  History& history_;
  const std::unique_ptr<LocalStreams> streams_;
  const std::unique_ptr<Sink> nodes_;
  std::vector<Sink*> sinks_;  // never changes
  const std::size_t limit_;
  metrics::Counter& stored_;
  metrics::Counter& refused_;
};

}  // namespace push::delivery
