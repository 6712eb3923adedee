// How far a stream has come: it has everything up to here. A value.
#pragma once
#include <algorithm>
#include <limits>

#include "push/core/ids.hpp"

namespace push::stream {

// Of a stream that did not ask for events: it is past all of them.
inline constexpr core::EventId kNoEvents{std::numeric_limits<std::uint64_t>::max()};

struct Cursor {
  core::MessageId message{};
  core::EventId event = kNoEvents;

  bool wants_events() const { return event != kNoEvents; }
  bool reaches(const Cursor& other) const { return message >= other.message && event >= other.event; }
  void advance(const Cursor& to) {
    message = std::max(message, to.message);
    event = std::max(event, to.event);
  }
  bool operator==(const Cursor&) const = default;
};

}  // namespace push::stream
