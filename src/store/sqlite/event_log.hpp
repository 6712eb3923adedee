// The log of events (table sharded_gotify_events), from which a device that was away learns what the others deleted and
// read meanwhile. Ids rise over the whole database and are never used again, even if the table is empty. Of each user
// the newest kMaxEvents stay; sharded_gotify_events_removed holds the id of the last one that is gone.
#pragma once
#include <cstddef>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/event.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/transaction.hpp"

namespace push::store::sqlite {

// Writes the event under the next id, as part of a change that runs by change() or change_now(): these pass it to the
// listener after the commit. Writer thread.
core::Result<void> log_event(Transaction& transaction, model::Event event);
// The same for a deletion up to an id by one who deletes on and on: if the user's newest event is such a deletion in
// the same application, the new one says that, too, and takes its place.
core::Result<void> log_further_deletion(Transaction& transaction, model::Event event);

// Removes events that are older than 7 days at `now`, the oldest first and only some; returns their number. Writer
// thread.
core::Result<std::size_t> remove_old_events(Transaction& transaction, core::WallTime now);
// Whether there are any.
core::Result<bool> has_old_events(Database& database, core::WallTime now);

}  // namespace push::store::sqlite
