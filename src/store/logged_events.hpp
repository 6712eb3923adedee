// The events of deletions, their columns in the log, and what a change does to that until it is committed.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "push/core/clock.hpp"
#include "push/model/event.hpp"

namespace push::store {

struct LoggedEvents {
  std::vector<model::Event> events;  // by id
  std::size_t removed = 0;           // older ones
};

// What a change that deletes messages logs, at `now` by the store's clock: which ones are gone, each by its id
// (ascending, at most kMaxEventIds), or all up to one of an application (0 = of every application of the user).
model::Event deletion_of(core::UserId user, core::WallTime now, std::vector<core::MessageId> ids);
model::Event deletion_up_to(core::UserId user, core::WallTime now, core::MessageId up_to,
                            core::ApplicationId application = {});
// Any number of ids, ascending, in as many events as that takes.
std::vector<model::Event> deletions_of(core::UserId user, core::WallTime now, std::span<const core::MessageId> ids);

// ---- the columns of sharded_gotify_events
inline std::int64_t column_of(core::WallTime time) {
  return time.time_since_epoch().count();
}
std::string_view column_of(model::Event::Kind kind);
std::string column_of(const std::vector<core::MessageId>& ids);
std::vector<core::MessageId> ids_of(std::string_view column);

// Of the columns id, user_id, time, kind, application_id, up_to, message_ids.
template <class Row>
model::Event read_event(const Row& row) {
  constexpr auto kRead = model::Event::Kind::read;
  model::Event event;
  event.id = core::EventId{row.natural(0)};
  event.user = core::UserId{row.natural(1)};
  event.time = core::WallTime(std::chrono::nanoseconds(row.integer(2)));
  event.kind = row.text(3) == column_of(kRead) ? kRead : model::Event::Kind::deleted;
  event.application = core::ApplicationId{row.natural(4)};
  event.up_to = core::MessageId{row.natural(5)};
  event.ids = ids_of(row.text(6));
  return event;
}

}  // namespace push::store
