// What happened to a user's messages besides their arrival, so that the user's other devices can do the same. Plain
// values.
#pragma once
#include <cstdint>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"

namespace push::model {

struct Event {
  enum class Kind : std::uint8_t { deleted, read };

  core::EventId id{};
  core::UserId user{};
  core::WallTime time;  // by the clock that the store was opened with
  Kind kind{};
  // To which messages: to those with these ids (ascending, at most kMaxEventIds), or, if there are none, to all of the
  // user's up to `up_to`, those of `application` only unless that is 0.
  std::vector<core::MessageId> ids;
  core::MessageId up_to{};
  core::ApplicationId application{};

  bool operator==(const Event&) const = default;
};

// What a user has read: every message up to `up_to`, and those with these ids, which are above it (ascending).
struct ReadMarks {
  core::MessageId up_to{};
  std::vector<core::MessageId> ids;

  bool operator==(const ReadMarks&) const = default;
};

}  // namespace push::model
