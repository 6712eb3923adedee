// The writer's connection. As long as it lives it holds locks (locks.hpp): a node without a bus is the only one on the
// database, and of those with a bus each has a name of its own, and all the same bus. A connection that was lost is
// replaced before the next transaction.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

class Session {
 public:
  // Both at most how long the first connection waits for a server that is just ending.
  static constexpr std::chrono::seconds kPatience{10};

  // `node`: the name under which this server writes.
  Session(ConnectionString where, std::string node, config::BusKind bus)
      : where_(std::move(where)), node_(std::move(node)), bus_(bus) {}

  // Connects, and waits for the locks until `patience` is over. unavailable: the database cannot be reached, or another
  // server has it, or has this name, or has another bus.
  core::Result<void> open(std::chrono::milliseconds patience);
  // The connection, replaced if it was lost. Waits a second for the locks. unreachable().
  core::Result<Connection*> use();

  const std::string& node() const { return node_; }
  config::BusKind bus() const { return bus_; }
  // A connection that replaces this one holds the lock of the epoch, too. "" = of none. By the thread that uses it.
  void set_epoch(std::string epoch) { epoch_ = std::move(epoch); }
  const std::string& epoch() const { return epoch_; }

 private:
  core::Result<void> take_locks(Connection& connection, std::chrono::milliseconds patience);
  core::Result<std::string> try_locks(Connection& connection) const;
  core::Result<void> end_former(Connection& connection);
  core::Result<void> note_self(Connection& connection);
  std::string database_is_taken(Connection& connection) const;
  std::string name_is_taken(Connection& connection) const;

  const ConnectionString where_;
  const std::string node_;
  const config::BusKind bus_;
  std::string epoch_;
  std::optional<Connection> connection_;
  // Of the last connection: the server may hold it, and its locks, for a while after the network has lost it.
  int former_process_ = 0;
  std::optional<core::WallTime> former_begin_;
};

}  // namespace push::store::postgres
