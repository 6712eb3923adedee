// The database as the writer uses it.
#pragma once
#include <optional>
#include <span>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"
#include "store/transaction.hpp"

namespace push::store {

// A change other than a message. Runs once, on the writer thread, inside the transaction passed to it; if it returns an
// error, its changes are rolled back.
using Operation = core::Callback<core::Result<void>(Transaction&)>;

// An error with one of these codes comes from the database and fails the whole transaction; any other fails one change.
inline bool spoils(const core::Error& error) {
  return error.code == core::ErrorCode::unavailable || error.code == core::ErrorCode::internal;
}

// What became of a message.
struct Inserted {
  core::MessageId id{};
  bool replayed = false;  // as in StoredMessage
};

// Called on the writer thread only.
class Backend {
 public:
  virtual ~Backend() = default;
  // Whether one transaction takes messages and other changes. If not, a batch becomes several: first its messages.
  virtual bool mixes() const { return true; }
  // Before the writer takes what waits, while much is written; returns when it may be this server's turn to write. What
  // waits by then goes into one transaction.
  virtual void take_turn() {}
  virtual void end_turn() {}  // after its transactions
  virtual core::Result<void> begin() = 0;
  // Stores the messages in order, with ascending ids. `outcomes` has the same size and receives the id of each, or the
  // reason why that one alone is not stored (not_found: its application is gone; mismatch). A message whose idempotency
  // key is known is not stored, but replaced by the one that was. An error returned fails the whole transaction;
  // `outcomes` is then meaningless.
  virtual core::Result<void> insert(std::span<NewMessage> messages, std::span<core::Result<Inserted>> outcomes) = 0;
  // Returns the operation's own outcome, which may fail the whole transaction.
  virtual core::Result<void> run(Operation& operation) = 0;
  // ---- after a transaction that was committed, if several nodes share the store
  // What its messages were; none: none of them has taken an id.
  virtual std::optional<Commit> stored() const { return std::nullopt; }
  // Whether it has written to the log.
  virtual bool has_logged() const { return false; }

  // internal: it is not known whether the transaction is stored. Any other error: it is not, nor after a crash.
  virtual core::Result<void> commit() = 0;
  virtual void rollback() = 0;  // after any failure above; must leave the backend ready for the next begin()
  virtual void rest() = 0;      // housekeeping between two transactions, after the callers have been answered
};

}  // namespace push::store
