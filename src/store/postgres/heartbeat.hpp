// A node's thread that tells the database once per second that the node is there, and how it is, and asks for the lease
// of what only one of the nodes does: retention, purges, forgetting. Only for a store that several nodes share.
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
  // The name of the node, and of its bus. `clock` is told the database's time; it must outlive this.
  Heartbeat(ConnectionString where, std::string node, std::string bus, ServerClock& clock);
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  // Any thread, never blocks. As Feed::report. `rejoin`: called on the thread when nobody holds the node's name; must
  // not block. Neither is called after stop().
  void report(core::Callback<NodeStatus()> status, core::Callback<void()> rejoin);
  // Any thread, never blocks: what the database is told from now on.
  void set_epoch(const std::string& epoch);
  // Any thread, never blocks. By a clock that does not jump: until before the database's end of it.
  bool has_lease() const;
  // Any thread, never blocks: the newest message in the database, about a second ago.
  std::int64_t newest_message() const { return newest_.load(std::memory_order_acquire); }
  // Gives the lease up. Idempotent.
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
  // The thread's.
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
