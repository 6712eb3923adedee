// The table sharded_gotify_events. It has two kinds of rows. Those with a number are what devices hear of: deletions
// and reads, numbered by user; the newest kMaxEvents of each stay, and sharded_gotify_events_removed holds the id of
// the last one that is gone. Those without tell of a change by rules (of a user, a client, an application): by them a
// change notices that what it has read is no longer so. All are written under the write lock, so ids rise in commit
// order.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/model/event.hpp"
#include "store/logged_events.hpp"
#include "store/postgres/reader_pool.hpp"
#include "store/postgres/transaction.hpp"

namespace push::store::postgres {

// The select list of which each row is an event.
#define PUSH_EVENT_COLUMNS "id, user_id, time, kind, application_id, up_to, message_ids"
// A statement that logs an event of the user $1 at the time $2 is one of these, the event's kind, application_id, up_to
// and message_ids with what they are selected from, and PUSH_LOGGED.
#define PUSH_LOG                                                                                                    \
  "INSERT INTO sharded_gotify_events (prev, head, number, user_id, time, kind, application_id, up_to, message_ids)" \
  " SELECT (SELECT max(id) FROM sharded_gotify_events), (SELECT max(last) FROM sharded_gotify_batches),"            \
  " coalesce((SELECT number FROM sharded_gotify_events WHERE user_id = $1 AND number IS NOT NULL"                   \
  " ORDER BY id DESC LIMIT 1), 0) + 1, $1, $2, "
#define PUSH_LOGGED " RETURNING " PUSH_EVENT_COLUMNS
// The same for changes by rules, and the change's time, kind, user_id, client_id and application_id.
#define PUSH_LOG_CHANGE                                                                            \
  "INSERT INTO sharded_gotify_events (prev, head, time, kind, user_id, client_id, application_id)" \
  " SELECT (SELECT max(id) FROM sharded_gotify_events), (SELECT max(last) FROM sharded_gotify_batches), "

// The events that the statements have logged, by id.
LoggedEvents logged_events(const std::vector<Answer>& answers);

// Logs it under the next id.
void log_event(Transaction& transaction, const model::Event& event);
// If the user's newest event is a deletion in the same application that this one includes, it takes its place.
void log_further_deletion(Transaction& transaction, const model::Event& event);
// After a statement of the transaction that may have logged an event of the user.
void keep_to_limit(Transaction& transaction, core::UserId user);
// Such a statement: PUSH_LOG. Its arguments after the user and the time.
template <class... Args>
Answer write_and_log(Transaction& transaction, std::string_view sql, core::UserId user, core::WallTime now,
                     const Args&... args) {
  Answer logged = transaction.write(sql, user, column_of(now), args...);
  transaction.note_events(logged);
  transaction.note_log();
  keep_to_limit(transaction, user);
  return logged;
}

// Logs a change of an account.
void log_change(Transaction& transaction, std::string_view kind, core::UserId user, core::ClientId client,
                core::ApplicationId application);

}  // namespace push::store::postgres
