// The nodes that a database knows.
#include "store/postgres/nodes.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "store/postgres/locks.hpp"
#include "store/postgres/rows.hpp"

namespace push::store::postgres {
namespace {

using core::Result;

constexpr std::string_view kHasNodes =
    "SELECT to_regclass(quote_ident(current_schema()) || '.sharded_gotify_nodes') IS NOT NULL";
// The row of a server without a bus is as it was at its start.
constexpr std::string_view kNodes =
    "SELECT n.node, coalesce(n.detail->>'version', ''), coalesce(n.detail->>'bus', ''),"
    " coalesce(n.detail->>'epoch', ''), (n.detail->>'started')::timestamptz, n.seen,"
    " (extract(epoch FROM clock_timestamp() - n.seen) * 1000)::bigint, " PUSH_IS_ALIVE("n.node") ","
    " coalesce((n.detail->>'applied')::bigint, 0), coalesce((n.detail->>'sockets')::bigint, 0),"
    " coalesce((n.detail->>'draining')::boolean, false), " PUSH_HEAD
    " FROM sharded_gotify_nodes AS n ORDER BY n.node";

NodeRow read_node(const Row& row) {
  NodeRow node;
  node.name = row.text(0);
  node.version = row.text(1);
  node.bus = row.text(2);
  node.epoch = row.text(3);
  node.started = row.time(4);
  node.seen = row.time(5);
  node.silent = std::chrono::milliseconds(std::max<std::int64_t>(row.integer(6), 0));
  node.alive = row.boolean(7);
  node.status = {core::MessageId{row.natural(8)}, row.natural(9), row.boolean(10)};
  node.head = core::MessageId{row.natural(11)};
  return node;
}

}  // namespace

Result<std::vector<NodeRow>> read_nodes(Connection& connection) {
  return all(connection, read_node, kNodes);
}

Result<std::vector<NodeRow>> list_nodes(const config::Database& database) {
  const auto where = ConnectionString::parse(database.connection);
  if (!where) return where.error();
  auto connection = Connection::open(*where, Connection::Use::watching);
  if (!connection) return connection.error();
  const auto there = one(*connection, read_integer<Row>, kHasNodes);
  if (!there) return there.error();
  if (there->value_or(0) == 0) {
    return core::failure(core::ErrorCode::invalid, where->description + " has no nodes: no server has opened it yet");
  }
  return read_nodes(*connection);
}

}  // namespace push::store::postgres
