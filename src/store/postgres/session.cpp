#include "store/postgres/session.hpp"

#include <thread>
#include <utility>

#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::chrono::milliseconds kLockPoll{100};
constexpr std::string_view kReadOnly = "25006";

// One lock for each schema: two of Gotify's databases may be two schemas of one of PostgreSQL's.
constexpr std::string_view kTakeLock = "SELECT pg_try_advisory_lock(1735289958, hashtext(current_schema()))";
constexpr std::string_view kOwnBegin = "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()";
// Only the holder of the lock, and only if it is the one that began then: process ids are used again.
constexpr std::string_view kEndFormer =
    "SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity AS a JOIN pg_locks AS l ON l.pid = a.pid"
    " WHERE a.pid = $1::bigint AND a.backend_start = $2 AND l.locktype = 'advisory' AND l.classid = 1735289958::oid";
constexpr std::string_view kHolder =
    "SELECT coalesce(a.application_name, ''), coalesce(host(a.client_addr), 'local'), a.backend_start::text"
    " FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.classid = 1735289958::oid AND l.objid = hashtext(current_schema())::oid"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.granted LIMIT 1";

std::string read_holder(const Row& row) {
  return "\"" + std::string(row.text(0)) + "\" from " + std::string(row.text(1)) + " since " + std::string(row.text(2));
}

}  // namespace

Result<bool> Session::take_lock(Connection& connection) {
  const auto taken = one(connection, read_integer, kTakeLock);
  if (!taken) return taken.error();
  return taken->value_or(0) != 0;
}

Result<void> Session::end_former(Connection& connection) {
  if (former_process_ == 0 || !former_begin_) return {};
  const auto ended = connection.query(kEndFormer, std::int64_t{former_process_}, former_begin_);
  if (!ended) return ended.error();
  return {};
}

core::Error Session::taken(Connection& connection) const {
  const auto holder = one(connection, read_holder, kHolder);
  return core::failure(core::ErrorCode::unavailable, where_.description + " is used by another server: " +
                                                         (holder ? holder->value_or("unknown") : "unknown"));
}

Result<void> Session::become_only_writer(Connection& connection, std::chrono::milliseconds patience) {
  const auto end = core::steady_now() + patience;
  if (auto ended = end_former(connection); !ended) return ended;
  for (;;) {
    const auto taken = take_lock(connection);
    if (!taken) return taken.error();
    if (*taken) break;
    if (core::steady_now() >= end) return this->taken(connection);
    std::this_thread::sleep_for(kLockPoll);
  }
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
  if (others_ == Others::refused) {
    if (auto only = become_only_writer(*opened, patience); !only) return only;
  }
  connection_ = *std::move(opened);
  return {};
}

Result<Connection*> Session::use() {
  // A new one may find another server, or other settings.
  if (!connection_ || !connection_->usable() || connection_->state() == kReadOnly) {
    if (auto opened = open(10 * kLockPoll); !opened) return unreachable();
  }
  return &*connection_;
}

}  // namespace push::store::postgres
