// The path of one message: submit (any loop) -> append (store's writer) -> committed (writer thread): encode once,
// publish, announce, reply. The single writer is the sequencer: committed in id order, published in that order.
#pragma once
#include <cstddef>
#include <string>

#include "push/cluster/backplane.hpp"
#include "push/core/bytes.hpp"
#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::delivery {

class Publisher final : public cluster::Listener {
 public:
  // The stored message as JSON, or why it was not stored. Called once, on the writer thread; must not block.
  using Receipt = core::Callback<void(core::Result<core::Slice>)>;

  // limit: frames that may wait for one loop before submit() refuses (config `server.stream.inboxsize`).
  Publisher(store::Store& store, hub::Hub& hub, hub::Courier& courier, cluster::Backplane& backplane,
            metrics::Registry& metrics, std::size_t limit);

  // Any loop, never blocks. unavailable: the store's queue is full or the loops are behind; `receipt` is not called.
  core::Result<void> submit(core::UserId user, store::NewMessage message, Receipt receipt);

  // Deletions, as the store has them (store::Store): a worker, or any thread for those that answer through `done`.
  core::Result<void> delete_message(core::UserId user, core::MessageId id);
  core::Result<void> delete_messages(core::UserId user, store::Store::Purged done);
  core::Result<void> delete_messages(core::ApplicationId application, store::Store::Purged done);

  // From another node: straight to this node's connections.
  void on_remote(core::UserId user, const core::Bytes& frame) override;

  // After a client or user is gone: its sockets go too. Any thread.
  void disconnect(hub::Key key);

 private:
  void committed(core::UserId user, const model::Message& message, Receipt& receipt);

  store::Store& store_;
  hub::Hub& hub_;
  hub::Courier& courier_;
  cluster::Backplane& backplane_;
  const std::size_t limit_;
  std::string json_;  // the writer thread's scratch
  metrics::Counter& stored_;
  metrics::Counter& refused_;
};

}  // namespace push::delivery
