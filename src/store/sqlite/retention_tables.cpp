#include "store/sqlite/retention_tables.hpp"

#include <algorithm>
#include <utility>

#include "store/sqlite/changes.hpp"
#include "store/sqlite/event_log.hpp"
#include "store/sqlite/read_marks.hpp"
#include "store/sqlite/retention_sql.hpp"
#include "store/sqlite/rows.hpp"

namespace push::store::sqlite {
namespace {

using core::Result;
using OwnedRule = store::RetentionTables::OwnedRule;

constexpr std::chrono::microseconds kLongStatement{250};

OwnedRule read_owned_rule(const Query& row) {
  return {read_rule(row), core::UserId{row.natural(2)}};
}

// Calls `take` with the rows of a page until it wants no more. False: there are no more.
template <class Take>
Result<bool> take_page(Query& query, Take take) {
  for (std::int64_t rows = 0;; ++rows) {
    const auto row = query.step();
    if (!row) return row.error();
    if (!*row) return rows == retention::kSome;
    if (!take(query)) return true;
  }
}

// What else has to be written about deleted messages (`ids` ascending): the floor, the read marks, the event.
Result<void> note_deleted(Transaction& transaction, const store::RetentionTables::Deletion& deletion,
                          const std::vector<core::MessageId>& ids) {
  Database& database = transaction.database();
  const core::UserId owner = deletion.rule.owner;
  if (auto raised = execute(database, retention::kRaiseFloor, owner, ids.back()); !raised) return raised;
  const auto some_are_read = any(database, retention::kSomeAreRead, ids.front(), ids.back());
  if (!some_are_read) return some_are_read.error();
  for (std::size_t i = 0; *some_are_read && i < ids.size(); ++i) {
    if (auto forgotten = forget_read(database, ids[i]); !forgotten) return forgotten;
  }
  const auto some_stay = any(database, retention::kSomeStayBefore, deletion.application, ids.back());
  if (!some_stay) return some_stay.error();
  if (!*some_stay) {
    return log_further_deletion(transaction, deletion_up_to(owner, deletion.now, ids.back(), deletion.application));
  }
  for (model::Event& event : deletions_of(owner, deletion.now, ids)) {
    if (auto logged = log_event(transaction, std::move(event)); !logged) return logged;
  }
  return {};
}

}  // namespace

Result<std::optional<OwnedRule>> RetentionTables::find_rule(core::ApplicationId application) {
  const auto reader = readers_.lease();
  return one(*reader, read_owned_rule, retention::kRuleAndOwner, application);
}

Result<std::vector<core::ApplicationId>> RetentionTables::applications_after(core::ApplicationId after, Which which) {
  const auto reader = readers_.lease();
  return all(*reader, read_id<core::ApplicationId, Query>,
             which == Which::all ? retention::kSomeApplications : retention::kSomeWithRules, after);
}

Result<RetentionTables::Posted> RetentionTables::posted_after(core::MessageId after) {
  const auto reader = readers_.lease();
  auto query = reader->query(retention::kSomeNewMessages, after);
  if (!query) return query.error();
  Posted posted;
  auto done = each(*query, [&](const Query& row) {
    posted.up_to = read_id<core::MessageId>(row);
    posted.applications.push_back(core::ApplicationId{row.natural(1)});
  });
  if (!done) return done.error();
  return posted;
}

Result<std::optional<core::MessageId>> RetentionTables::nth_newest(core::ApplicationId application, std::uint64_t n) {
  const auto reader = readers_.lease();
  return one(*reader, read_id<core::MessageId, Query>, retention::kOldestKept, application,
             static_cast<std::int64_t>(n - 1));
}

Result<bool> RetentionTables::list_ids(core::ApplicationId application, core::MessageId after, core::MessageId before,
                                       Take take) {
  const auto reader = readers_.lease();
  auto query = reader->query(retention::kSomeIds, application, after, before);
  if (!query) return query.error();
  return take_page(*query, [&take](const Query& row) { return take(read_id<core::MessageId>(row), std::nullopt); });
}

Result<bool> RetentionTables::list_dates(core::ApplicationId application, core::MessageId after, Take take) {
  const auto reader = readers_.lease();
  auto query = reader->query(retention::kSomeDates, application, after);
  if (!query) return query.error();
  return take_page(*query, [&take](const Query& row) { return take(read_id<core::MessageId>(row), row.time(1)); });
}

Result<RetentionTables::Deleted> RetentionTables::delete_some(const Deletion& deletion) {
  return change_now(writer_, [&](Transaction& transaction) { return delete_slice(transaction, deletion); });
}

// On the writer thread. The rule is read again: nothing is deleted by one that has been replaced.
Result<RetentionTables::Deleted> RetentionTables::delete_slice(Transaction& transaction, const Deletion& deletion) {
  const auto start = core::steady_now();
  Database& database = transaction.database();
  const auto current = one(database, read_owned_rule, retention::kRuleAndOwner, deletion.application);
  if (!current) return current.error();
  if (*current != deletion.rule) return Deleted{.obsolete = true};
  Deleted deleted;
  const auto ids = delete_ranges(database, deletion, start, deleted.up_to);
  if (!ids) return ids.error();
  deleted.messages = ids->size();
  if (!ids->empty()) {
    if (auto noted = note_deleted(transaction, deletion, *ids); !noted) return noted.error();
  }
  deleted.took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - start);
  return deleted;
}

// The ids of what it has deleted, ascending.
Result<std::vector<core::MessageId>> RetentionTables::delete_ranges(Database& database, const Deletion& deletion,
                                                                    core::SteadyTime start, core::MessageId& up_to) {
  std::vector<core::MessageId> deleted;
  auto range = deletion.ranges.begin();
  up_to = range->after;
  for (auto last = core::steady_now(); range != deletion.ranges.end();) {
    const std::int64_t rows = rows_.rows();
    auto ids = all(database, read_id<core::MessageId, Query>, retention::kDeleteSome, deletion.application,
                   std::max(up_to, range->after), range->last, rows);
    if (!ids) return ids.error();
    std::sort(ids->begin(), ids->end());
    deleted.insert(deleted.end(), ids->begin(), ids->end());
    if (static_cast<std::int64_t>(ids->size()) == rows) {
      up_to = ids->back();
    } else {
      up_to = range++->last;
    }
    const auto now = core::steady_now();
    const auto took = now - std::exchange(last, now);
    rows_.adapt(took, kLongStatement);
    if (now - start + took > deletion.time) break;
  }
  return deleted;
}

}  // namespace push::store::sqlite
