#include "store/postgres/retention_tables.hpp"

#include <utility>

#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/purge_tables.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;
using OwnedRule = store::RetentionTables::OwnedRule;

constexpr int kPage = 512;

constexpr std::string_view kRuleAndOwner =
    "SELECT r.days, r.count, a.user_id FROM applications AS a LEFT JOIN sharded_gotify_retention AS r"
    " ON r.application_id = a.id WHERE a.id = $1";
constexpr std::string_view kSomeApplications = "SELECT id FROM applications WHERE id > $1 ORDER BY id LIMIT 256";
constexpr std::string_view kSomeWithRules =
    "SELECT application_id FROM sharded_gotify_retention WHERE application_id > $1 ORDER BY application_id LIMIT 256";
constexpr std::string_view kSomeNewMessages =
    "SELECT id, application_id FROM messages WHERE id > $1 ORDER BY id LIMIT 1024";
constexpr std::string_view kNthNewest =
    "SELECT id FROM messages WHERE application_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
constexpr std::string_view kSomeIds =
    "SELECT id FROM messages WHERE application_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT 512";
constexpr std::string_view kSomeDates =
    "SELECT id, date FROM messages WHERE application_id = $1 AND id > $2 ORDER BY id LIMIT 512";
constexpr std::string_view kInRange =
    "SELECT id FROM messages WHERE application_id = $1 AND id > $2 AND id <= $3 ORDER BY id LIMIT $4";
constexpr std::string_view kSomeStay =
    "SELECT 1 FROM messages WHERE application_id = $1 AND id < $2 AND NOT id = ANY($3) LIMIT 1";
constexpr std::string_view kRaiseFloor =
    "INSERT INTO sharded_gotify_retention_floor AS f (user_id, message_id) VALUES ($1, $2)"
    " ON CONFLICT (user_id) DO UPDATE SET message_id = greatest(f.message_id, excluded.message_id)";
constexpr std::string_view kNewestAccountChange =
    "SELECT coalesce(max(id), 0) FROM sharded_gotify_events WHERE number IS NULL";
constexpr std::string_view kSomeChanges =
    "SELECT id, kind = 'application_changed', application_id FROM sharded_gotify_events"
    " WHERE number IS NULL AND id > $1 ORDER BY id LIMIT 1024";
constexpr std::string_view kUnread = "DELETE FROM sharded_gotify_read WHERE message_id = ANY($1)";
constexpr std::string_view kDelete =
    "WITH gone AS (DELETE FROM messages WHERE id = ANY($1) RETURNING 1) SELECT count(*) FROM gone";

OwnedRule read_owned_rule(const Row& row) {
  return {read_rule(row), core::UserId{row.natural(2)}};
}

core::MessageId message_of(std::int64_t id) {
  return core::MessageId{static_cast<std::uint64_t>(id)};
}

core::ApplicationId application_of(const Row& row, int column) {
  return core::ApplicationId{row.natural(column)};
}

std::vector<core::MessageId> messages_of(const std::vector<std::int64_t>& ids) {
  std::vector<core::MessageId> messages;
  messages.reserve(ids.size());
  for (const std::int64_t id : ids) messages.push_back(message_of(id));
  return messages;
}

// False: there are no more.
template <class Take>
bool take_page(const Rows& rows, Take take) {
  for (int i = 0; i < rows.size(); ++i) {
    if (!take(rows[i])) return true;
  }
  return rows.size() == kPage;
}

}  // namespace

Result<std::optional<OwnedRule>> RetentionTables::find_rule(core::ApplicationId application) {
  return readers_.read(
      [application](Connection& reader) { return one(reader, read_owned_rule, kRuleAndOwner, application); });
}

Result<std::vector<core::ApplicationId>> RetentionTables::applications_after(core::ApplicationId after, Which which) {
  const std::string_view sql = which == Which::all ? kSomeApplications : kSomeWithRules;
  return readers_.read([&](Connection& reader) {
    return all(
        reader, [](const Row& row) { return application_of(row, 0); }, sql, after);
  });
}

// At first none: the work begins with a survey.
Result<std::vector<core::ApplicationId>> RetentionTables::take_changed_rules() {
  using Changed = std::vector<core::ApplicationId>;
  return readers_.read([this](Connection& reader) -> Result<Changed> {
    Changed changed;
    if (!heard_up_to_) {
      const auto newest = one(reader, read_integer<Row>, kNewestAccountChange);
      if (!newest) return newest.error();
      heard_up_to_ = newest->value_or(0);
      return changed;
    }
    const auto rows = reader.query(kSomeChanges, *heard_up_to_);
    if (!rows) return rows.error();
    for (int i = 0; i < rows->size(); ++i) {
      heard_up_to_ = (*rows)[i].integer(0);
      if ((*rows)[i].boolean(1)) changed.push_back(application_of((*rows)[i], 2));
    }
    return changed;
  });
}

Result<store::RetentionTables::Posted> RetentionTables::posted_after(core::MessageId after) {
  return readers_.read([after](Connection& reader) -> Result<Posted> {
    const auto rows = reader.query(kSomeNewMessages, after);
    if (!rows) return rows.error();
    Posted posted;
    for (int i = 0; i < rows->size(); ++i) {
      posted.up_to = core::MessageId{(*rows)[i].natural(0)};
      posted.applications.push_back(application_of((*rows)[i], 1));
    }
    return posted;
  });
}

Result<std::optional<core::MessageId>> RetentionTables::nth_newest(core::ApplicationId application, std::uint64_t n) {
  return readers_.read([&](Connection& reader) {
    return one(reader, read_id<core::MessageId, Row>, kNthNewest, application, clamped(n - 1));
  });
}

Result<bool> RetentionTables::list_ids(core::ApplicationId application, core::MessageId after, core::MessageId before,
                                       Take take) {
  const auto rows =
      readers_.read([&](Connection& reader) { return reader.query(kSomeIds, application, after, before); });
  if (!rows) return rows.error();
  return take_page(*rows, [&](const Row& row) { return take(read_id<core::MessageId>(row), std::nullopt); });
}

Result<bool> RetentionTables::list_dates(core::ApplicationId application, core::MessageId after, Take take) {
  const auto rows = readers_.read([&](Connection& reader) { return reader.query(kSomeDates, application, after); });
  if (!rows) return rows.error();
  return take_page(*rows, [&](const Row& row) { return take(read_id<core::MessageId>(row), row.time(1)); });
}

Result<RetentionTables::Slice> RetentionTables::find_slice(const Deletion& deletion) {
  return readers_.read([&](Connection& reader) -> Result<Slice> {
    Slice slice;
    const auto most = static_cast<std::size_t>(rows_.rows());
    for (const Range& range : deletion.ranges) {
      const auto left = static_cast<std::int64_t>(most - slice.ids.size());
      const auto found = all(reader, read_integer<Row>, kInRange, deletion.application, range.after, range.last, left);
      if (!found) return found.error();
      slice.ids.insert(slice.ids.end(), found->begin(), found->end());
      slice.up_to = slice.ids.size() == most ? message_of(slice.ids.back()) : range.last;
      if (slice.ids.size() == most) break;
    }
    if (slice.ids.empty()) return slice;
    const auto some_stay = any(reader, kSomeStay, deletion.application, slice.ids.back(), slice.ids);
    if (!some_stay) return some_stay.error();
    slice.last = !*some_stay;
    return slice;
  });
}

// Messages become fewer meanwhile, never more: what is read here holds when it is deleted. The rule may have changed.
Result<store::RetentionTables::Deleted> RetentionTables::delete_some(const Deletion& deletion) {
  const auto slice = find_slice(deletion);
  if (!slice) return slice.error();
  auto deleted = change_now(writer_, How::by_rules, [&](Transaction& transaction) -> Plan<Deleted> {
    if (auto watched = transaction.watch(); !watched) return watched.error();
    const auto rule = one(transaction.connection(), read_owned_rule, kRuleAndOwner, deletion.application);
    if (!rule) return rule.error();
    if (!*rule || **rule != deletion.rule) return Deleted{0, {}, true, {}};
    if (slice->ids.empty()) return Deleted{0, slice->up_to, false, {}};
    transaction.write(kRaiseFloor, deletion.rule.owner, slice->ids.back());
    const Answer begin = note_clock(transaction);
    transaction.write(kUnread, slice->ids);
    const Answer gone = transaction.write(kDelete, slice->ids);
    const Answer end = note_clock(transaction);
    if (slice->last) {
      log_further_deletion(transaction, deletion_up_to(deletion.rule.owner, deletion.now, message_of(slice->ids.back()),
                                                       deletion.application));
    } else {
      for (const model::Event& event : deletions_of(deletion.rule.owner, deletion.now, messages_of(slice->ids))) {
        log_event(transaction, event);
      }
    }
    return Plan<Deleted>::later([&slice, gone, begin, end]() -> Result<Deleted> {
      const auto messages = *gone ? static_cast<std::size_t>((**gone)[0].integer(0)) : slice->ids.size();
      return Deleted{messages, slice->up_to, false, between(begin, end)};
    });
  });
  if (deleted && deleted->messages > 0) rows_.adapt(deleted->took, kRowsTime);
  return deleted;
}

}  // namespace push::store::postgres
