// The writer's connection. Unless other nodes are allowed it holds a session lock as long as it lives: there is no
// other writer on the database then. A connection that was lost is replaced before the next transaction.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "push/core/result.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

class Session {
 public:
  // Both at most how long the first connection waits for a server that is just ending.
  static constexpr std::chrono::seconds kPatience{10};

  enum class Others { refused, allowed };

  // `node`: the name under which this server writes; no other one on the database has it.
  Session(ConnectionString where, std::string node, Others others)
      : where_(std::move(where)), node_(std::move(node)), others_(others) {}

  // Connects, and waits for the lock until `patience` is over. unavailable: the database cannot be reached, or another
  // server has it.
  core::Result<void> open(std::chrono::milliseconds patience);
  // The connection, replaced if it was lost. Waits a second for the lock. unreachable().
  core::Result<Connection*> use();

  const std::string& node() const { return node_; }

 private:
  core::Result<void> become_only_writer(Connection& connection, std::chrono::milliseconds patience);
  core::Result<bool> take_lock(Connection& connection);
  core::Result<void> end_former(Connection& connection);
  core::Error taken(Connection& connection) const;

  const ConnectionString where_;
  const std::string node_;
  const Others others_;
  std::optional<Connection> connection_;
  // Of the last connection: the server may hold it, and its lock, for a while after the network has lost it.
  int former_process_ = 0;
  std::optional<core::WallTime> former_begin_;
};

}  // namespace push::store::postgres
