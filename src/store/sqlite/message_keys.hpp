// The idempotency keys of messages: store::RecentKeys, and the same in table sharded_gotify_idempotency, written in the
// transaction of the message. All look-ups are in memory, so the table has no index: a row is added at its end, by the
// message's id, and a key that is new costs no read.
//
// The writer thread's, except for is_due().
#pragma once
#include <atomic>
#include <cstddef>
#include <deque>
#include <optional>

#include "push/core/patient_clock.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "store/recent_keys.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

class MessageKeys {
 public:
  // Reads the table. `database` is the writer's; both it and `metrics` must outlive this. most: as in RecentKeys.
  MessageKeys(Database& database, std::size_t most, core::WallClock clock, metrics::Registry& metrics);

  // These three in a transaction.
  // The id of the message that is stored under the key of `message`, which becomes that message; empty if there is
  // none. mismatch: as in Store::append.
  core::Result<std::optional<core::MessageId>> find_first(NewMessage& message);
  // `message`, for which find_first() has found nothing, has been stored as `id` in the same transaction.
  core::Result<void> add(const NewMessage& message, core::MessageId id);
  // Deletes keys whose time is over, for at most about 2 ms.
  core::Result<void> forget_some();

  // The end of the transaction. Transactions that used no key cost nothing.
  void committed();
  void rolled_back();
  void unknown() { loaded_ = false; }  // the outcome: the next use reads the table again

  // Any thread: whether forget_some() has something to do.
  bool is_due() const { return clock_() >= due_.load(std::memory_order_relaxed); }

 private:
  core::Result<void> use();
  core::Result<void> load();
  core::Result<void> delete_forgotten();
  void move_forgotten();
  void settle();

  Database& database_;
  const core::WallClock clock_;
  RecentKeys keys_;
  bool loaded_ = false;
  std::optional<core::WallTime> now_;     // of the open transaction, once it has used keys: nothing expires within it
  std::deque<core::MessageId> in_table_;  // forgotten, but still in the table
  std::size_t deleted_ = 0;               // of these, the first ones, in the open transaction
  std::atomic<core::WallTime> due_{core::WallTime::max()};
};

}  // namespace push::store::sqlite
