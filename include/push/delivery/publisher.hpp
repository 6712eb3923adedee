// The path of one message: submit (any loop) -> append (store's writer) -> committed (writer thread): encode once,
// reply, announce, publish. The single writer is the sequencer: committed in id order, published in that order.
#pragma once
#include <cstdint>

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

  Publisher(store::Store& store, hub::Hub& hub, hub::Courier& courier, cluster::Backplane& backplane,
            metrics::Registry& metrics);

  // Any loop, never blocks. unavailable: the queue is full, and `receipt` is not called.
  core::Result<void> submit(core::UserId user, store::NewMessage message, Receipt receipt);

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
  metrics::Counter& stored_;
  metrics::Counter& refused_;
};

}  // namespace push::delivery
