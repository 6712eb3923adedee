// How far a stream has come: it has everything up to here.
#pragma once
#include <limits>

#include "push/core/ids.hpp"

namespace push::stream {

// Of a stream that did not ask for events, and is sent none.
inline constexpr core::EventId kNoEvents{std::numeric_limits<std::uint64_t>::max()};

struct Cursor {
  core::MessageId message{};
  core::EventId event = kNoEvents;
  bool operator==(const Cursor&) const = default;
};

}  // namespace push::stream
