// The events of deletions, and what a change does to the log of events until it is committed.
#pragma once
#include <cstddef>
#include <span>
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

}  // namespace push::store
