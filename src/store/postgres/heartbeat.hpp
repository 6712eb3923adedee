// A thread that writes the node's status to the database once per second, and takes or renews the housekeeping lease:
// its holder does retention, purges and removal of old keys and events for all nodes. Only for a store that several
// nodes share.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "push/core/callback.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/core/thread.hpp"
#include "push/store/feed.hpp"
#include "store/postgres/connection.hpp"
#include "store/postgres/server_clock.hpp"

namespace push::store::postgres {

class Heartbeat {
 public:
  // node, bus: their names. `clock` is told the database's time; it must outlive this.
  Heartbeat(ConnectionString where, std::string node, std::string bus, ServerClock& clock);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Any thread, never blocks. As Feed::report. `rejoin`: called on the heartbeat's thread when the lock of the node's
  // name is free; must not block. Neither is called after stop().
  void report(core::Callback<NodeStatus()> status, core::Callback<void()> rejoin);
  // Any thread, never blocks: the epoch to report from now on.
  void set_epoch(const std::string& epoch);
  // Any thread, never blocks. By a monotonic clock; ends a little before the lease expires in the database.
  bool has_lease() const;
  // Any thread, never blocks: the newest message in the database as of about a second ago.
  std::int64_t newest_message() const { return newest_.load(std::memory_order_acquire); }
  // Releases the lease. Idempotent.
  void stop() { thread_.stop(); }

 private:
  struct Node {
    core::Callback<NodeStatus()> status;
    core::Callback<void()> rejoin;
  };
  void run(const std::stop_token& stop);
  core::Result<void> connect();
  core::Result<void> beat();
  core::Result<void> ask_for_lease();
  void give_up_lease();

  const ConnectionString where_;
  const std::string node_;
  const std::string bus_;
  ServerClock& clock_;
  std::atomic<core::SteadyTime> lease_end_{core::SteadyTime::min()};
  std::atomic<std::int64_t> newest_{0};
  // Used by the thread only.
  std::optional<Connection> connection_;
  core::SteadyTime ask_at_{};

  core::Mutex mutex_;
  core::Condition wake_;
  std::shared_ptr<Node> reported_ PUSH_GUARDED_BY(mutex_);
  std::string epoch_ PUSH_GUARDED_BY(mutex_);
  bool changed_ PUSH_GUARDED_BY(mutex_) = false;  // since the last beat
  core::Thread thread_;
};

}  // namespace push::store::postgres
