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
  // To the streams of the message's user on these loops. Messages delivered by one thread arrive in the order of the
  // calls.
  virtual void deliver(hub::LoopSet loops, const Message& message) = 0;
  // Closes the selected streams without a Close frame.
  virtual void disconnect(hub::LoopSet loops, hub::Selection which) = 0;
  // Messages waiting for the slowest loop.
  virtual std::size_t backlog() const = 0;
};

}  // namespace push::stream
