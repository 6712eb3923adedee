// What the writer asks of a database.
#pragma once
#include <span>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"
#include "store/transaction.hpp"

namespace push::store {

// A change other than a message. Runs once, on the writer thread, inside the transaction that it is given; an error
// undoes what it did.
using Operation = core::Callback<core::Result<void>(Transaction&)>;

// An error with one of these codes is the database's and spoils the whole transaction; any other concerns one change.
inline bool spoils(const core::Error& error) {
  return error.code == core::ErrorCode::unavailable || error.code == core::ErrorCode::internal;
}

// Every call comes on the writer thread.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual core::Result<void> begin() = 0;
  // Stores the messages in their order, with rising ids: `ids` has as many places and gets the id of each, or why that
  // one alone is not stored (not_found: its application is gone). Returned is what spoils the transaction; then `ids`
  // means nothing.
  virtual core::Result<void> insert(std::span<const NewMessage> messages,
                                    std::span<core::Result<core::MessageId>> ids) = 0;
  // The operation's own outcome; it may spoil the transaction.
  virtual core::Result<void> run(Operation& operation) = 0;
  virtual core::Result<void> commit() = 0;
  virtual void rollback() = 0;  // after any failure above; must leave the backend ready for the next begin()
  virtual void rest() = 0;      // between two transactions, after the answers: housekeeping
};

}  // namespace push::store
