// What the writer does with PostgreSQL. Every transaction that writes is one round trip and holds the write lock (an
// advisory one) from before its first id until its commit, so the order of ids is that of commits and of visibility.
//
// Messages are one prepared statement with arrays: they and their ids, keys and the row of the batch. Other changes are
// one text (script.hpp); those by rules have a transaction each, and run again if what they read has changed.
//
// A transaction whose answer was lost is settled at once, on a new connection: a row under the same key as its own (the
// batch) is inserted. If that succeeds, the transaction is not stored and never will be, even if it still waits for the
// lock; if there is one already, it is stored. Only if the database cannot be asked in time is the outcome unknown
// (core::ErrorCode::internal); then nothing is written before it has been settled.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "store/backend.hpp"
#include "store/postgres/database.hpp"
#include "store/postgres/key_table.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"
#include "store/postgres/turn.hpp"

namespace push::store::postgres {

class Backend final : public store::Backend {
 public:
  // `session` is open. All must outlive the backend.
  Backend(Session& session, const Database& database, KeyTable& keys, metrics::Registry& metrics);

  bool mixes() const override { return false; }
  void take_turn() override;
  void end_turn() override;
  core::Result<void> begin() override;
  core::Result<void> insert(std::span<NewMessage> messages, std::span<core::Result<Inserted>> outcomes) override;
  core::Result<void> run(Operation& operation) override;
  core::Result<void> commit() override;
  void rollback() override;
  void rest() override {}
  std::optional<Commit> stored() const override { return stored_; }
  bool has_logged() const override { return has_logged_; }

  // Any thread: the greatest message id committed so far.
  std::int64_t newest_message() const { return newest_.load(std::memory_order_acquire); }

 private:
  using Messages = std::span<NewMessage>;
  using Outcomes = std::span<core::Result<Inserted>>;
  enum class Settled { stored, not_stored };
  static constexpr std::chrono::seconds kSettleTime{10};  // for a transaction whose requests wait

  // ---- messages (insert.cpp)
  core::Result<void> insert_some(Messages messages, Outcomes outcomes);
  core::Result<void> insert_halves(Messages messages, Outcomes outcomes);
  void read_outcomes(const Rows& rows, Messages messages, Outcomes outcomes);
  core::Result<void> recover(std::int64_t batch, Messages messages, Outcomes outcomes);
  core::Result<void> find_first(Messages messages, Outcomes outcomes);
  core::Result<std::optional<Inserted>> find_by_key(NewMessage& message, const std::set<std::int64_t>& own);
  void note_newest(Outcomes outcomes);
  void note_stored(std::optional<std::int64_t> previous, std::int64_t last);

  // ---- other changes
  core::Result<void> send_script();
  void recover_events(std::int64_t batch);
  bool is_outdated() const;

  // ---- outcomes
  core::Result<Settled> fence(std::int64_t batch);
  // Tries again until `patience` is over.
  core::Result<Settled> settle(std::int64_t batch, std::chrono::milliseconds patience);
  // After a wait for the write lock that was too long.
  void end_frozen();
  core::Error unknown(std::int64_t batch, const core::Error& error);
  // What a statement answers that only reads: if the connection is lost, on a new one.
  core::Result<Rows> read(std::string_view sql, const std::vector<Parameter>& parameters);

  Session& session_;
  const std::string node_;
  const bool shared_;             // with other nodes
  const std::string notify_log_;  // "" = the bus is not PostgreSQL
  const std::string plain_sql_;   // of messages; these two as members: a connection knows statements by their address
  const std::string keyed_sql_;
  KeyTable& keys_;
  std::optional<Turn> turn_;  // only if shared
  metrics::Counter& settled_;
  metrics::Counter& repeated_;
  Connection* connection_ = nullptr;  // while a transaction is open, and not if it was lost for good
  Transaction transaction_;
  Operation* alone_ = nullptr;  // the change by rules of this transaction
  std::int64_t batch_;          // of the last transaction
  std::optional<std::int64_t> unsettled_;
  std::optional<Commit> stored_;  // of the last transaction; only if shared
  bool has_logged_ = false;
  std::atomic<std::int64_t> newest_;
};

}  // namespace push::store::postgres
