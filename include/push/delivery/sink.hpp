// A receiver of committed messages: this node's streams, and any other sink registered with the Publisher.
#pragma once
#include "push/stream/batch.hpp"

namespace push::delivery {

class Sink {
 public:
  virtual ~Sink() = default;
  // Messages that this node has committed, each exactly once, in id order. On the thread that committed them, before
  // their senders are answered; must not block. Copy what must outlive the call; copying a stream::Message only adds a
  // reference.
  virtual void relay(const stream::Batch& batch) = 0;
};

}  // namespace push::delivery
