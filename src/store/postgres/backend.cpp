#include "store/postgres/backend.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include "push/core/check.hpp"
#include "push/core/log.hpp"
#include "store/postgres/event_log.hpp"
#include "store/postgres/locks.hpp"
#include "store/postgres/message_sql.hpp"
#include "store/postgres/notice.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::chrono::milliseconds kSettlePause{50};
constexpr int kRepetitions = 20;

constexpr std::string_view kLock = "SELECT pg_advisory_xact_lock(" PUSH_WRITE_LOCK ")";
constexpr std::string_view kNoteBatch = "INSERT INTO sharded_gotify_batches (node, batch) VALUES ($1, $2)";
// The row with the newest message id stays, however many changes without messages follow.
constexpr std::string_view kForgetBatch =
    "DELETE FROM sharded_gotify_batches WHERE node = $1 AND batch = $2 AND last IS DISTINCT FROM"
    " (SELECT max(last) FROM sharded_gotify_batches)";
constexpr std::string_view kFence =
    "INSERT INTO sharded_gotify_batches (node, batch, void) VALUES ($1, $2, true) ON CONFLICT DO NOTHING";
// So that the fence writes in any case and its commit waits for a synchronous standby: the transaction that has stored
// the batch need not have waited, for its connection was lost. The row of the batch itself must keep its xmin.
constexpr std::string_view kTouchNode =
    "INSERT INTO sharded_gotify_nodes (node, seen) VALUES ($1, now()) ON CONFLICT (node) DO UPDATE SET seen = now()";
// The row may be that of a fence whose own answer was lost.
constexpr std::string_view kIsVoid = "SELECT void FROM sharded_gotify_batches WHERE node = $1 AND batch = $2";
// The rows of one transaction have the same xmin. So many events a change never logs.
constexpr std::string_view kOwnEvents =
    "SELECT " PUSH_EVENT_COLUMNS
    " FROM sharded_gotify_batches AS b JOIN sharded_gotify_events AS e ON e.xmin = b.xmin"
    " WHERE b.node = $1 AND b.batch = $2 AND e.number IS NOT NULL"
    " AND e.id > (SELECT max(id) FROM sharded_gotify_events) - 100000 ORDER BY e.id";
// A statement is done, and holds the lock, before the message that ends its transaction has come. If the other writer
// freezes just then, or the network, its process waits for that message (an idle session is not active).
constexpr std::string_view kEndFrozen =
    "SELECT pg_terminate_backend(a.pid) FROM pg_locks AS l JOIN pg_stat_activity AS a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.classid = " PUSH_WRITE_CLASS
    "::oid AND l.objid = 0::oid AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND a.state = 'active' AND a.wait_event = 'ClientRead' AND clock_timestamp() - a.query_start > interval '1 s'";
// A state of our own, and that of a unique index.
constexpr std::string_view kOutdated = "SG001";
constexpr std::string_view kNotUnique = "23505";

std::string guard_sql(std::int64_t seen) {
  return "DO $$ BEGIN IF (SELECT coalesce(max(id), 0) FROM sharded_gotify_events WHERE number IS NULL) <> " +
         std::to_string(seen) + " THEN RAISE EXCEPTION 'changed meanwhile' USING ERRCODE = 'SG001'; END IF; END $$";
}

bool notifies(const Session& session) {
  return session.bus() == config::BusKind::postgres;
}

std::string quoted_channel(const Database& database) {
  std::string channel;
  append_literal(channel, std::string_view(channel_of(database.cluster)));
  return channel;
}

std::string notify_sql(const Session& session, const Database& database) {
  return notifies(session) ? notify_commit_sql(quoted_channel(database)) : "";
}

}  // namespace

Backend::Backend(Session& session, const Database& database, KeyTable& keys, metrics::Registry& metrics)
    : session_(session),
      node_(session.node()),
      shared_(session.bus() != config::BusKind::none),
      notify_log_(notifies(session) ? notify_log_sql(quoted_channel(database)) : ""),
      plain_sql_(message_sql(database.sequence, Keys::none, notify_sql(session, database))),
      keyed_sql_(message_sql(database.sequence, Keys::some, notify_sql(session, database))),
      keys_(keys),
      settled_(metrics.counter("push_store_settled_total",
                               "Transactions whose answer was lost, and whose outcome was found out afterwards.")),
      repeated_(metrics.counter("push_store_repeated_total",
                                "Changes that ran again because the database had changed meanwhile.")),
      batch_(database.newest_batch),
      newest_(database.newest_message) {
  if (shared_) turn_.emplace(session, metrics);
}

void Backend::take_turn() {
  if (turn_) turn_->take();
}

void Backend::end_turn() {
  if (turn_) turn_->end();
}

Result<void> Backend::begin() {
  transaction_.clear();
  alone_ = nullptr;
  stored_.reset();
  has_logged_ = false;
  auto connection = session_.use();
  if (!connection) return connection.error();
  connection_ = *connection;
  if (!unsettled_) return {};
  if (auto settled = settle(*unsettled_, {}); !settled) return settled.error();
  return {};
}

void Backend::rollback() {
  transaction_.clear();
  connection_ = nullptr;
}

Result<void> Backend::run(Operation& operation) {
  PUSH_CHECK(connection_ != nullptr);
  const std::size_t before = transaction_.script().size();
  transaction_.begin(*connection_);
  auto outcome = operation(transaction_);
  if (!outcome) transaction_.script().cut(before);
  if (transaction_.guard()) alone_ = &operation;
  return outcome;
}

bool Backend::is_outdated() const {
  if (alone_ == nullptr || connection_ == nullptr || connection_->fate() != Fate::refused) return false;
  return connection_->state() == kOutdated || connection_->state() == kNotUnique;
}

Result<void> Backend::commit() {
  for (int repetition = 0;; ++repetition) {
    if (transaction_.script().empty()) return {};
    auto done = send_script();
    has_logged_ = done && shared_ && transaction_.logs();
    if (done || !is_outdated() || repetition == kRepetitions) return done;
    repeated_.add();
    Operation& operation = *alone_;
    transaction_.clear();
    // An error of the change itself is in its plan; its transaction is empty then.
    if (auto ran = run(operation); !ran && spoils(ran.error())) return ran;
  }
}

Result<void> Backend::send_script() {
  const std::int64_t batch = ++batch_;
  Script frame;
  frame.add(kLock);
  frame.add(kNoteBatch, std::string_view(node_), batch);
  frame.add(kForgetBatch, std::string_view(node_), batch - kBatchesKept);
  if (transaction_.guard()) frame.add(guard_sql(*transaction_.guard()));
  Script& script = transaction_.script();
  auto answers = connection_->run(frame.text() + script.text() + (transaction_.logs() ? notify_log_ : ""));
  if (answers) {
    const auto own = answers->begin() + static_cast<std::ptrdiff_t>(frame.size());
    const auto end = own + static_cast<std::ptrdiff_t>(script.size());
    script.answer({std::make_move_iterator(own), std::make_move_iterator(end)});
    return {};
  }
  if (connection_->fate() != Fate::lost) {
    end_frozen();
    return std::move(answers).error();
  }
  const auto settled = settle(batch, kSettleTime);
  if (!settled) return unknown(batch, answers.error());
  if (*settled == Settled::not_stored) return std::move(answers).error();
  recover_events(batch);
  return {};
}

// What the statements answered is lost, but not what they have logged.
void Backend::recover_events(std::int64_t batch) {
  if (!transaction_.logs_events()) return;
  auto events = read(kOwnEvents, {parameter(std::string_view(node_)), parameter(batch)});
  if (!events) {
    spdlog::warn("events not announced batch={} error=\"{}\"", batch, events.error().text);
  } else if (!events->empty()) {
    transaction_.answer_events(*std::move(events));
  }
}

void Backend::end_frozen() {
  if (connection_->state() != kLockTimeout) return;
  const auto ended = connection_->query(kEndFrozen);
  if (ended && !ended->empty()) spdlog::warn("ended a frozen writer that held the write lock");
}

core::Error Backend::unknown(std::int64_t batch, const core::Error& error) {
  unsettled_ = batch;
  connection_ = nullptr;
  return core::failure(core::ErrorCode::internal, "it is not known whether this was stored: " + error.text);
}

Result<Rows> Backend::read(std::string_view sql, const std::vector<Parameter>& parameters) {
  if (connection_ == nullptr) return core::failure(core::ErrorCode::unavailable, "the database is away");
  auto rows = connection_->query_with(sql, parameters);
  if (rows || connection_->fate() != Fate::lost) return rows;
  const auto replaced = session_.use();
  connection_ = replaced ? *replaced : nullptr;
  return replaced ? connection_->query_with(sql, parameters) : std::move(rows);
}

Result<Backend::Settled> Backend::fence(std::int64_t batch) {
  Script script;
  script.add(kFence, std::string_view(node_), batch);
  script.add(kTouchNode, std::string_view(node_));
  script.add(kIsVoid, std::string_view(node_), batch);
  const auto answers = connection_->run(script.text());
  if (!answers) return answers.error();
  PUSH_CHECK(!answers->back().empty());
  return answers->back()[0].boolean(0) ? Settled::not_stored : Settled::stored;
}

Result<Backend::Settled> Backend::settle(std::int64_t batch, std::chrono::milliseconds patience) {
  const auto end = core::steady_now() + patience;
  for (;;) {
    core::Error error;
    if (auto connection = session_.use(); connection) {
      connection_ = *connection;
      const auto fenced = fence(batch);
      if (fenced) {
        unsettled_.reset();
        settled_.add();
        spdlog::warn("lost answer settled batch={} stored={}", batch, *fenced == Settled::stored);
        return *fenced;
      }
      error = fenced.error();
    } else {
      error = connection.error();
    }
    if (core::steady_now() >= end) return error;
    std::this_thread::sleep_for(kSettlePause);
  }
}

}  // namespace push::store::postgres
