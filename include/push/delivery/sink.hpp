// Where committed messages go: to this node's streams, to the other nodes, and to whoever else is registered with the
// Publisher.
#pragma once
#include "push/stream/batch.hpp"

namespace push::delivery {

class Sink {
 public:
  virtual ~Sink() = default;
  // Committed messages, each exactly once, in id order. On the thread that committed them, before their senders are
  // answered; must not block. What has to outlive the call is copied: a stream::Message is a reference.
  virtual void relay(const stream::Batch& batch) = 0;
};

}  // namespace push::delivery
