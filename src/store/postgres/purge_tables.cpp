#include "store/postgres/purge_tables.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "store/literal.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"
#include "store/rules.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kClock = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint";
constexpr std::string_view kOwnApplications = "SELECT id FROM applications WHERE user_id = $1 ORDER BY id";
constexpr std::string_view kOwner = "SELECT user_id FROM applications WHERE id = $1";
constexpr std::string_view kNoted =
    "SELECT application_id FROM sharded_gotify_purges ORDER BY application_id LIMIT 256";

constexpr std::string_view kDeleteAll =
    ", unread AS (DELETE FROM sharded_gotify_read USING chosen WHERE message_id = chosen.id),"
    " gone AS (DELETE FROM messages USING chosen WHERE messages.id = chosen.id RETURNING messages.id)"
    " SELECT count(*), coalesce(max(id), 0) FROM gone";
// Of one application, in order: an index still holds what was deleted a moment ago, and a slice that began with the
// first message again would look at all of that.
constexpr std::string_view kNextOfOne =
    "WITH chosen AS (SELECT id FROM messages WHERE application_id = $1 AND id > $2 AND id <= $3"
    " AND ($4 OR NOT EXISTS (SELECT 1 FROM applications WHERE applications.id = $1)) ORDER BY id LIMIT $5)";
constexpr std::string_view kSomeUpTo =
    "WITH chosen AS (SELECT id FROM messages AS m WHERE application_id = ANY($1) AND id <= $2"
    " AND ($3 OR NOT EXISTS (SELECT 1 FROM applications WHERE id = m.application_id)) LIMIT $4)";
// If there is something to delete, and somebody who may know.
constexpr std::string_view kAllGone = PUSH_LOG
    "'delete', $3, $4, ''"
    " WHERE EXISTS (SELECT 1 FROM messages WHERE application_id = ANY($5) AND id <= $4)"
    " AND EXISTS (SELECT 1 FROM users WHERE id = $1)"
    " AND ($3 = 0 OR EXISTS (SELECT 1 FROM applications WHERE id = $3))" PUSH_LOGGED;
constexpr std::string_view kForgetExisting =
    "DELETE FROM sharded_gotify_purges WHERE application_id = ANY($1)"
    " AND EXISTS (SELECT 1 FROM applications WHERE id = application_id)";
constexpr std::string_view kForgetEmptied =
    "DELETE FROM sharded_gotify_purges AS p WHERE application_id = ANY($1)"
    " AND NOT EXISTS (SELECT 1 FROM messages WHERE application_id = p.application_id AND id > $2)";

constexpr std::string_view kDeleteMessage =
    "WITH gone AS (DELETE FROM messages USING applications AS a WHERE messages.id = $3 AND a.id ="
    " messages.application_id AND a.user_id = $1 RETURNING messages.id),"
    " unread AS (DELETE FROM sharded_gotify_read USING gone WHERE message_id = gone.id) " PUSH_LOG
    "'delete', 0, 0, gone.id::text FROM gone" PUSH_LOGGED;
constexpr std::string_view kDeleteListed =
    "WITH gone AS (DELETE FROM messages USING applications AS a WHERE messages.id = ANY($3) AND a.id ="
    " messages.application_id AND a.user_id = $1 RETURNING messages.id),"
    " unread AS (DELETE FROM sharded_gotify_read USING gone WHERE message_id = gone.id),"
    " list AS (SELECT string_agg(id::text, ',' ORDER BY id) AS ids FROM gone) " PUSH_LOG
    "'delete', 0, 0, list.ids FROM list WHERE list.ids IS NOT NULL" PUSH_LOGGED;
constexpr std::string_view kCountOwn =
    "SELECT count(*) FROM messages JOIN applications AS a ON a.id = messages.application_id WHERE a.user_id = $1"
    " AND messages.id = ANY($2)";
constexpr std::string_view kIsOwn =
    "SELECT 1 FROM messages JOIN applications AS a ON a.id = messages.application_id WHERE messages.id = $2"
    " AND a.user_id = $1";

std::vector<std::int64_t> numbers(std::span<const core::ApplicationId> applications) {
  std::vector<std::int64_t> ids;
  for (const core::ApplicationId id : applications) ids.push_back(static_cast<std::int64_t>(id));
  return ids;
}

}  // namespace

Answer note_clock(Transaction& transaction) {
  return transaction.write(kClock);
}

std::chrono::microseconds between(const Answer& begin, const Answer& end) {
  if (!*begin || !*end) return {};
  return std::chrono::microseconds((**end)[0].integer(0) - (**begin)[0].integer(0));
}

Result<std::vector<core::ApplicationId>> PurgeTables::applications_of(core::UserId user) {
  return readers_.read(
      [user](Connection& reader) { return all(reader, read_id<core::ApplicationId, Row>, kOwnApplications, user); });
}

Result<core::UserId> PurgeTables::owner_of(core::ApplicationId application) {
  return readers_.read([application](Connection& reader) -> Result<core::UserId> {
    const auto owner = one(reader, read_integer<Row>, kOwner, application);
    if (!owner) return owner.error();
    return core::UserId{static_cast<std::uint64_t>(owner->value_or(0))};
  });
}

Result<std::vector<core::ApplicationId>> PurgeTables::noted() {
  return readers_.read([](Connection& reader) { return all(reader, read_id<core::ApplicationId, Row>, kNoted); });
}

// As part of a change: deletes some, of the first application or of all of them.
Plan<PurgeTables::Slice> PurgeTables::delete_some(Transaction& transaction,
                                                  std::span<const core::ApplicationId> applications,
                                                  core::MessageId bound, Whose whose) {
  const bool existing = whose == Whose::existing_ones_too;
  const std::int64_t last = clamped(core::value(bound));
  const core::ApplicationId first = applications.front();
  const auto begun = deleted_up_to_.find(first);
  const bool alone = applications.size() == 1 || begun != deleted_up_to_.end();
  const std::int64_t after = begun == deleted_up_to_.end() ? 0 : begun->second;
  const Answer begin = note_clock(transaction);
  const Answer gone =
      alone ? transaction.write(kJoined<kNextOfOne, kDeleteAll>, first, after, last, existing, rows_.rows())
            : transaction.write(kJoined<kSomeUpTo, kDeleteAll>, numbers(applications), last, existing, rows_.rows());
  const Answer end = note_clock(transaction);
  if (!existing) transaction.write(kForgetEmptied, numbers(alone ? applications.first(1) : applications), after);
  return Plan<Slice>::later([gone, begin, end, alone]() -> Result<Slice> {
    if (!*gone) return Slice{};
    return Slice{(**gone)[0].integer(0), (**gone)[0].integer(1), alone, between(begin, end)};
  });
}

// How many of the applications are emptied. Nothing is known of a slice whose answers were lost.
std::size_t PurgeTables::note(const Slice& slice, std::span<const core::ApplicationId> applications) {
  const bool is_emptied = slice.messages && *slice.messages < rows_.rows();
  rows_.adapt(slice.took, kRowsTime);
  const core::ApplicationId first = applications.front();
  if (!is_emptied) {
    if (slice.messages) deleted_up_to_[first] = slice.alone ? slice.up_to : 0;  // one by one from now on
    return 0;
  }
  deleted_up_to_.erase(first);
  return slice.alone ? 1 : applications.size();
}

Result<store::PurgeTables::Deleted> PurgeTables::delete_messages(std::span<const core::ApplicationId> applications,
                                                                 core::MessageId bound,
                                                                 const std::optional<model::Event>& event,
                                                                 std::chrono::microseconds /*time*/) {
  const auto slice = change_now(writer_, How::blind, [&](Transaction& transaction) {
    if (event) {
      write_and_log(transaction, kAllGone, event->user, event->time, event->application, event->up_to,
                    numbers(applications));
    }
    return delete_some(transaction, applications, bound, Whose::existing_ones_too);
  });
  if (!slice) return slice.error();
  return Deleted{slice->messages.value_or(0), note(*slice, applications)};
}

Result<std::int64_t> PurgeTables::delete_noted(std::span<const core::ApplicationId> applications,
                                               std::chrono::microseconds /*time*/) {
  constexpr core::MessageId kAll{std::numeric_limits<std::int64_t>::max()};
  const auto slice = change_now(writer_, How::blind, [&](Transaction& transaction) {
    transaction.write(kForgetExisting, numbers(applications));
    return delete_some(transaction, applications, kAll, Whose::deleted_ones);
  });
  if (!slice) return slice.error();
  note(*slice, applications);
  return slice->messages.value_or(0);
}

// That it is there is read before: if the answer to the deletion is lost, it is known all the same.
void Store::delete_message(core::UserId user, core::MessageId id, Done<void> done) {
  change(parts_->writer, user, How::blind, std::move(done),
         [&clock = parts_->clock, user, id](Transaction& transaction) -> Plan<void> {
           const auto there = any(transaction.connection(), kIsOwn, user, id);
           if (!there) return there.error();
           if (!*there) return gone("message");
           const Answer event = write_and_log(transaction, kDeleteMessage, user, clock(), id);
           return Plan<void>::later([event]() -> Result<void> {
             if (*event && (*event)->empty()) return gone("message");
             return {};
           });
         });
}

// Counted before as well: if the answer to the deletion is lost, the number is known all the same.
void Store::delete_listed(core::UserId user, std::vector<core::MessageId> ids, Done<std::size_t> done) {
  std::vector<std::int64_t> wanted;
  wanted.reserve(ids.size());
  for (const core::MessageId id : ids) wanted.push_back(clamped(core::value(id)));
  change(parts_->writer, user, How::blind, std::move(done),
         [&clock = parts_->clock, user, wanted = std::move(wanted)](Transaction& transaction) -> Plan<std::size_t> {
           const auto before = one(transaction.connection(), read_integer<Row>, kCountOwn, user, wanted);
           if (!before) return before.error();
           const Answer counted = transaction.write(kCountOwn, user, wanted);
           write_and_log(transaction, kDeleteListed, user, clock(), wanted);
           return Plan<std::size_t>::later([counted, known = before->value_or(0)]() -> Result<std::size_t> {
             return static_cast<std::size_t>(*counted ? (**counted)[0].integer(0) : known);
           });
         });
}

// `whose`: a user or an application. Only the database knows what other nodes have stored; it is queried when the purge
// begins.
template <class Id>
Result<void> Store::purge(Id whose, core::MessageId up_to, Purged done) {
  Parts& parts = *parts_;
  if (!parts.heartbeat) {
    const core::MessageId bound = std::min(up_to, parts.newest_message());
    return parts.purger.submit(MessagePurge(parts.purge_tables, parts.clock, bound, whose), std::move(done));
  }
  auto slice = [this, &parts, whose, up_to,
                purge = std::optional<MessagePurge>()]() mutable -> Result<Purger::Progress> {
    if (!purge) {
      const auto newest = newest_message();
      if (!newest) return newest.error();
      purge.emplace(parts.purge_tables, parts.clock, std::min(up_to, *newest), whose);
    }
    return (*purge)();
  };
  return parts.purger.submit(std::move(slice), std::move(done));
}

Result<void> Store::delete_messages(core::UserId user, core::MessageId up_to, Purged done) {
  return purge(user, up_to, std::move(done));
}

Result<void> Store::delete_messages(core::ApplicationId application, core::MessageId up_to, Purged done) {
  return purge(application, up_to, std::move(done));
}

}  // namespace push::store::postgres
