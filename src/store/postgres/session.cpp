#include "store/postgres/session.hpp"

#include <thread>
#include <utility>

#include "store/postgres/locks.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using config::BusKind;
using config::name_of;
using core::Result;

constexpr std::chrono::milliseconds kLockPoll{100};
constexpr std::string_view kReadOnly = "25006";

constexpr std::string_view kTakeDatabase =
    "SELECT pg_try_advisory_lock(" PUSH_DATABASE_CLASS ", " PUSH_DATABASE_KEY ")";
constexpr std::string_view kShareDatabase =
    "SELECT pg_try_advisory_lock_shared(" PUSH_DATABASE_CLASS ", " PUSH_DATABASE_KEY ")";
constexpr std::string_view kTakeName =
    "SELECT pg_try_advisory_lock(" PUSH_NAME_CLASS ", " PUSH_NAME_KEY("$1::text") ")";
constexpr std::string_view kShareBus =
    "SELECT pg_try_advisory_lock_shared(" PUSH_BUS_CLASS ", " PUSH_BUS_KEY("$1::text") ")";
constexpr std::string_view kShareEpoch =
    "SELECT pg_try_advisory_lock_shared(" PUSH_EPOCH_CLASS ", " PUSH_EPOCH_KEY("$1::text") ")";
// When a session tries again, its locks are taken once, not counted up.
constexpr std::string_view kRelease = "SELECT pg_advisory_unlock_all()";
constexpr std::string_view kOwnBegin = "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()";
// Only the holder of the lock, and only if it is the one that began then: process ids are used again.
constexpr std::string_view kEndFormer =
    "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid"
    " WHERE a.pid = $1::bigint AND a.backend_start = $2 AND l.locktype = 'advisory' AND l.classid ="
    " " PUSH_DATABASE_CLASS "::oid LIMIT 1";
#define PUSH_HOLDER_OF(class_id, key)                                                                      \
  "SELECT coalesce(a.application_name, ''), coalesce(host(a.client_addr), 'local'), a.backend_start::text" \
  " FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid WHERE " PUSH_IS_HELD(class_id, key) " LIMIT 1"
constexpr std::string_view kHolder = PUSH_HOLDER_OF(PUSH_DATABASE_CLASS, PUSH_DATABASE_KEY);
constexpr std::string_view kHolderOfName = PUSH_HOLDER_OF(PUSH_NAME_CLASS, PUSH_NAME_KEY("$1::text"));
constexpr std::string_view kHolderOfBus = PUSH_HOLDER_OF(PUSH_BUS_CLASS, PUSH_BUS_KEY("$1::text"));
// Live nodes with a bus.
constexpr std::string_view kLiveNodes =
    "SELECT coalesce(string_agg(n.node, ', ' ORDER BY n.node), '') FROM sharded_gotify_nodes AS n"
    " WHERE n.detail->>'bus' <> 'none' AND " PUSH_IS_ALIVE("n.node");

std::string read_holder(const Row& row) {
  return "\"" + std::string(row.text(0)) + "\" from " + std::string(row.text(1)) + " since " + std::string(row.text(2));
}

template <class... Args>
std::string holder_of(Connection& connection, std::string_view sql, const Args&... args) {
  const auto holder = one(connection, read_holder, sql, args...);
  return holder ? holder->value_or("unknown") : "unknown";
}

template <class... Args>
Result<bool> take(Connection& connection, std::string_view sql, const Args&... args) {
  const auto taken = one(connection, read_integer<Row>, sql, args...);
  if (!taken) return taken.error();
  return taken->value_or(0) != 0;
}

}  // namespace

Result<void> Session::end_former(Connection& connection) {
  if (former_process_ == 0 || !former_begin_) return {};
  const auto ended = connection.query(kEndFormer, std::int64_t{former_process_}, former_begin_);
  if (!ended) return ended.error();
  return {};
}

std::string Session::database_is_taken(Connection& connection) const {
  std::string text = where_.description + " is used by another server: " + holder_of(connection, kHolder);
  // During a first start the table may not exist yet.
  const auto nodes = one(connection, read_text<Row>, kLiveNodes);
  const std::string names = nodes ? nodes->value_or("") : "";
  if (!names.empty()) {
    text += ", in a cluster of these nodes: " + names + " (to join them, set cluster.bus to theirs)";
  } else if (bus_ != BusKind::none) {
    text += ", which has no cluster.bus (stop it, or set the same cluster.bus on both)";
  }
  return text;
}

std::string Session::name_is_taken(Connection& connection) const {
  return where_.description + " has a live node named \"" + node_ +
         "\" already: " + holder_of(connection, kHolderOfName, std::string_view(node_)) +
         " (give each node its own cluster.node)";
}

// Why not all locks are taken; empty: they are.
Result<std::string> Session::try_locks(Connection& connection) const {
  const bool alone = bus_ == BusKind::none;
  const auto database = take(connection, alone ? kTakeDatabase : kShareDatabase);
  if (!database) return database.error();
  if (!*database) return database_is_taken(connection);
  const auto name = take(connection, kTakeName, std::string_view(node_));
  if (!name) return name.error();
  if (!*name) return name_is_taken(connection);
  if (alone) return std::string();
  // Taken before the check: of two nodes that start at the same time, at least one sees the other.
  if (const auto bus = take(connection, kShareBus, name_of(bus_)); !bus) return bus.error();
  const BusKind other = bus_ == BusKind::nats ? BusKind::postgres : BusKind::nats;
  const auto holder = one(connection, read_holder, kHolderOfBus, name_of(other));
  if (!holder) return holder.error();
  if (!*holder) return std::string();
  return where_.description + " has nodes with cluster.bus \"" + std::string(name_of(other)) +
         "\", and this one has \"" + std::string(name_of(bus_)) + "\": " + **holder +
         " (set the same cluster.bus on all nodes)";
}

Result<void> Session::take_locks(Connection& connection, std::chrono::milliseconds patience) {
  const auto end = core::steady_now() + patience;
  if (auto ended = end_former(connection); !ended) return ended;
  for (;;) {
    auto refusal = try_locks(connection);
    if (!refusal) return refusal.error();
    if (refusal->empty()) break;
    if (core::steady_now() >= end) return core::failure(core::ErrorCode::unavailable, *std::move(refusal));
    if (auto released = connection.query(kRelease); !released) return released.error();
    std::this_thread::sleep_for(kLockPoll);
  }
  if (!epoch_.empty()) {
    if (const auto epoch = take(connection, kShareEpoch, std::string_view(epoch_)); !epoch) return epoch.error();
  }
  return note_self(connection);
}

Result<void> Session::note_self(Connection& connection) {
  const auto begin = one(
      connection, [](const Row& row) { return row.time(0); }, kOwnBegin);
  if (!begin) return begin.error();
  former_begin_ = begin->value_or(std::nullopt);
  former_process_ = connection.process();
  return {};
}

Result<void> Session::open(std::chrono::milliseconds patience) {
  connection_.reset();
  auto opened = Connection::open(where_, Connection::Use::ordinary);
  if (!opened) return opened.error();
  if (auto taken = take_locks(*opened, patience); !taken) return taken;
  connection_ = *std::move(opened);
  return {};
}

Connection* Session::current() {
  return connection_ && connection_->usable() ? &*connection_ : nullptr;
}

Result<Connection*> Session::use() {
  // A new one may find another server, or other settings.
  if (!connection_ || !connection_->usable() || connection_->state() == kReadOnly) {
    if (auto opened = open(10 * kLockPoll); !opened) return unreachable();
  }
  return &*connection_;
}

}  // namespace push::store::postgres
