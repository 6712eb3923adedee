// A change on its way to the database: a message, or an operation on anything else.
#pragma once
#include <cstddef>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/store/store.hpp"
#include "store/backend.hpp"

namespace push::store {

struct Change {
  Store::Appended done;  // of a message
  Operation operation;
  core::Callback<void(core::Result<void>)> finished;  // of an operation; none in the background
  core::Result<void> outcome;                         // of an operation
  bool alone = false;                                 // takes a transaction of its own

  bool is_message() const { return static_cast<bool>(done); }
};

// A change, its message and the size of that, while the next transaction is full.
struct WaitingChange {
  Change change;
  NewMessage message;
  std::size_t bytes = 0;
};

}  // namespace push::store
