// The table of epochs: one row for the beginning of each, with the newest ids by then. A cursor that a client had at
// the end of an epoch is at or below those of the next row, unless the database was restored from an older copy. A
// single server begins an epoch at each start. Nodes of a cluster share one, and each holds its lock (locks.hpp), so it
// does not matter what a restored table says about them.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>

#include "push/core/log.hpp"
#include "push/core/random.hpp"
#include "store/postgres/changes.hpp"
#include "store/postgres/feed.hpp"
#include "store/postgres/locks.hpp"
#include "store/postgres/parts.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kEpochLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::size_t kNameLength = 12;
constexpr int kEntries = 3;

#define PUSH_INSERT_EPOCH                                                                \
  "INSERT INTO sharded_gotify_epochs (name, message_id, event_id) SELECT $1, " PUSH_HEAD \
  ", coalesce(pg_sequence_last_value('sharded_gotify_events_id_seq'), 0)"
constexpr std::string_view kInsert = PUSH_INSERT_EPOCH;
#define PUSH_NEWEST_EPOCH "(SELECT name FROM sharded_gotify_epochs ORDER BY id DESC LIMIT 1)"
// Unless another live node is in the newest epoch, and that is not the one to be left.
constexpr std::string_view kInsertUnlessShared = PUSH_INSERT_EPOCH
    " WHERE NOT EXISTS (SELECT 1 FROM pg_locks AS l WHERE l.pid <> pg_backend_pid() AND " PUSH_IS_HELD(
        PUSH_EPOCH_CLASS, PUSH_EPOCH_KEY(PUSH_NEWEST_EPOCH)) " AND $2 <> " PUSH_NEWEST_EPOCH ")";
// Here the sequence may be read: nobody else writes meanwhile. When all entries of the event log have been removed by
// age, it is all that is left.
constexpr std::string_view kEnter =
    "SELECT e.name, " PUSH_HEAD ", coalesce(pg_sequence_last_value('sharded_gotify_events_id_seq'), 0),"
    " pg_advisory_lock_shared(" PUSH_EPOCH_CLASS ", " PUSH_EPOCH_KEY("e.name") ")"
    " FROM sharded_gotify_epochs AS e ORDER BY e.id DESC LIMIT 1";
constexpr std::string_view kLeave = "SELECT pg_advisory_unlock_shared(" PUSH_EPOCH_CLASS ", " PUSH_EPOCH_KEY("$1") ")";
// A restart of PostgreSQL ends every session, and so releases the locks of nodes that are still running. They take them
// again within a second or two.
constexpr std::string_view kOthersComeBack =
    "SELECT 1 FROM sharded_gotify_nodes AS n WHERE n.node <> $1 AND n.seen > clock_timestamp() - interval '10 s'"
    " AND n.detail->>'epoch' = " PUSH_NEWEST_EPOCH " AND NOT EXISTS (SELECT 1 FROM pg_locks AS l WHERE " PUSH_IS_HELD(
        PUSH_EPOCH_CLASS, PUSH_EPOCH_KEY(PUSH_NEWEST_EPOCH)) ") LIMIT 1";
constexpr std::chrono::seconds kComeBack{5};
constexpr std::chrono::milliseconds kComeBackPoll{100};
constexpr std::string_view kKeepNewest =
    "DELETE FROM sharded_gotify_epochs WHERE id <= (SELECT max(id) FROM sharded_gotify_epochs) - $1";
constexpr std::string_view kEndOf =
    "SELECT coalesce(next.message_id, $2), coalesce(next.event_id, $2) FROM sharded_gotify_epochs AS this"
    " LEFT JOIN sharded_gotify_epochs AS next"
    " ON next.id = (SELECT min(id) FROM sharded_gotify_epochs WHERE id > this.id) WHERE this.name = $1";

}  // namespace

std::string Store::begin_epoch() {
  std::string name = core::random_letters(kEpochLetters, kNameLength);
  const auto begun = change_now(parts_->writer, How::blind, [&name](Transaction& transaction) -> Plan<void> {
    transaction.write(kInsert, std::string_view(name));
    transaction.write(kKeepNewest, static_cast<std::int64_t>(kMaxEpochs));
    return Result<void>();
  });
  if (!begun)
    spdlog::warn("cannot note the start, streams will read everything again error=\"{}\"", begun.error().text);
  return name;
}

Result<Epoch> Feed::join_epoch() {
  if (auto waited = wait_for_others(); !waited) return waited.error();
  return enter_epoch("");
}

Result<void> Feed::wait_for_others() {
  const core::SteadyTime end = core::steady_now() + kComeBack;
  for (;;) {
    const auto others =
        readers_.read([this](Connection& reader) { return any(reader, kOthersComeBack, std::string_view(node())); });
    if (!others) return others.error();
    if (!*others || core::steady_now() >= end) return {};
    std::this_thread::sleep_for(kComeBackPoll);
  }
}

Result<Epoch> Feed::renew_epoch(const std::string& known) {
  return enter_epoch(known);
}

Result<Epoch> Feed::enter_epoch(const std::string& left) {
  for (int tries = 1;; ++tries) {
    auto entered = try_to_enter(left);
    if (!entered) return entered.error();
    if (*entered) return **std::move(entered);
    if (tries == kEntries) return core::failure(core::ErrorCode::unavailable, "the database's answer was lost");
  }
}

// Empty: it was done, but the answer was lost, and with it the connection that holds the lock.
Result<std::optional<Epoch>> Feed::try_to_enter(const std::string& left) {
  using Entered = std::optional<Epoch>;
  const std::string fresh = core::random_letters(kEpochLetters, kNameLength);
  return change_now(writer_, How::blind, [&](Transaction& transaction) -> Plan<Entered> {
    transaction.write(kInsertUnlessShared, std::string_view(fresh), std::string_view(left));
    transaction.write(kKeepNewest, static_cast<std::int64_t>(store::Store::kMaxEpochs));
    const Answer entered = transaction.write(kEnter);
    const std::string former = session_.epoch();
    if (!former.empty()) transaction.write(kLeave, std::string_view(former));
    return Plan<Entered>::later([this, entered]() -> Result<Entered> {
      if (!*entered || (*entered)->empty()) return Entered();
      const Row row = (**entered)[0];
      Epoch epoch{std::string(row.text(0)), {core::MessageId{row.natural(1)}, core::EventId{row.natural(2)}}};
      session_.set_epoch(epoch.name);
      heartbeat_.set_epoch(epoch.name);
      return Entered(std::move(epoch));
    });
  });
}

Result<std::optional<Extent>> Store::find_epoch(std::string_view name) {
  constexpr std::int64_t kNoEnd = std::int64_t{1} << 62U;
  if (!is_text(name)) return std::optional<Extent>();
  return parts_->readers.read([&](Connection& reader) {
    return one(
        reader,
        [](const Row& row) {
          return Extent{core::MessageId{row.natural(0)}, core::EventId{row.natural(1)}};
        },
        kEndOf, name, kNoEnd);
  });
}

}  // namespace push::store::postgres
