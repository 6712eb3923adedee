// Messages in the order in which they were committed.
#pragma once
#include <optional>
#include <span>

#include "push/core/ids.hpp"
#include "push/stream/message.hpp"

namespace push::stream {

// A transaction's messages, or a part of them. Never empty; ids ascend. Batches form a chain: each names the message
// that was committed just before its first one, so that a receiver knows whether it has
// missed any.
struct Batch {
  std::optional<core::MessageId> previous;  // of any user, on any node; none = the store does not know
  std::span<const Message> messages;        // borrowed for the call
  core::MessageId last() const { return messages.back().id(); }
};

}  // namespace push::stream
