// This node's streams.
#pragma once
#include "push/hub/hub.hpp"
#include "push/stream/courier.hpp"
#include "push/stream/message.hpp"

namespace push::delivery {

// Any thread; never blocks.
class LocalStreams {
 public:
  LocalStreams(hub::Hub& hub, stream::Courier& courier) : hub_(hub), courier_(courier) {}

  void relay(const stream::Message& message) {
    if (const hub::LoopSet loops = hub_.loops_of(message.user()); loops != 0) courier_.deliver(loops, message);
  }
  void disconnect(hub::Selection which) {
    if (const hub::LoopSet loops = hub_.loops_of(which.user); loops != 0) courier_.disconnect(loops, which);
  }
  std::size_t backlog() const { return courier_.backlog(); }

 private:
  hub::Hub& hub_;
  stream::Courier& courier_;
};

}  // namespace push::delivery
