// Carries messages to the loops that hold a user's streams. net implements it, delivery calls it.
#pragma once
#include <cstddef>

#include "push/hub/hub.hpp"
#include "push/stream/message.hpp"

namespace push::stream {

// Every member: any thread, must not block.
class Courier {
 public:
  virtual ~Courier() = default;
  // To the streams of the message's user on these loops. Two messages that one thread delivers arrive in that order.
  virtual void deliver(hub::LoopSet loops, const Message& message) = 0;
  // Closes the streams of this client (0 = of the whole user) without a Close frame.
  virtual void disconnect(hub::LoopSet loops, hub::Key key) = 0;
  // Messages that wait for the loop that is furthest behind.
  virtual std::size_t backlog() const = 0;
};

}  // namespace push::stream
