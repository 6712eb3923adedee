// The table sharded_gotify_events. It has two kinds of rows. Those with a number are what devices hear of: deletions
// and reads, numbered by user; the newest kMaxEvents of each stay, and sharded_gotify_events_removed holds the id of
// the last one that is gone. Those without tell of a change by rules (of a user, a client, an application): by them a
// change notices that what it has read is no longer so. All are written under the write lock, so ids rise in commit
// order.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/event.hpp"
#include "store/logged_events.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/transaction.hpp"

namespace push::store::postgres {

// Statements end with this select list, whose rows are events.
#define PUSH_EVENT_COLUMNS "id, user_id, time, kind, application_id, up_to, message_ids"

// The events that the statements have logged, by id.
LoggedEvents logged_events(const std::vector<Answer>& answers);

// Logs it under the next id.
void log_event(Transaction& transaction, const model::Event& event);
// If the user's newest event is a deletion in the same application that this one includes, it takes its place.
void log_further_deletion(Transaction& transaction, const model::Event& event);
// After a statement of the transaction that may have logged an event of the user.
void keep_to_limit(Transaction& transaction, core::UserId user);

// A change by rules.
void log_change(Transaction& transaction, std::string_view kind, core::UserId user, core::ClientId client,
                core::ApplicationId application);

}  // namespace push::store::postgres
