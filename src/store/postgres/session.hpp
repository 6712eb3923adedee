// The writer's connection. While it lives it holds locks (locks.hpp) which ensure that a server without a bus is alone
// on the database, and that nodes with a bus have different names and the same bus. A lost connection is replaced
// before the next transaction.
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

  // Connects, and waits up to `patience` for the locks. unavailable: the database cannot be reached, or a server
  // without a bus uses it, or another node has this name or another bus.
  core::Result<void> open(std::chrono::milliseconds patience);
  // The connection, replaced if it was lost. Waits a second for the locks. unreachable().
  core::Result<Connection*> use();
  // The same, without opening one; nullptr: there is none.
  Connection* current();

  const std::string& node() const { return node_; }
  config::BusKind bus() const { return bus_; }
  // A connection that replaces this one takes the lock of this epoch, too; "" = none. On the thread that uses the
  // connection.
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
