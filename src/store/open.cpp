#include "push/store/open.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "store/postgres/connection_string.hpp"
#include "store/postgres/node_name.hpp"
#include "store/postgres/nodes.hpp"
#include "store/postgres/store.hpp"
#include "store/postgres/webpush.hpp"
#include "store/sqlite/path.hpp"
#include "store/sqlite/store.hpp"
#include "store/sqlite/webpush.hpp"

namespace push::store {
namespace {

constexpr std::string_view kPostgres = "postgres";

}  // namespace

core::Result<std::unique_ptr<Store>> open(const config::Database& database, metrics::Registry& metrics,
                                          core::WallClock clock, const config::Retention& retention,
                                          const config::Cluster& cluster) {
  if (database.dialect == kPostgres) {
    return postgres::Store::open(database, metrics, std::move(clock), retention, cluster);
  }
  if (cluster.bus != config::BusKind::none) {
    return core::failure(core::ErrorCode::invalid,
                         "cluster.bus needs database.dialect postgres: several nodes cannot share an SQLite file");
  }
  return sqlite::Store::open(database, metrics, std::move(clock), retention);
}

core::Result<std::string> node_name(const config::Cluster& cluster, const std::string& folder) {
  return cluster.node.empty() ? postgres::kept_node_name(folder) : cluster.node;
}

core::Result<std::vector<NodeRow>> list_nodes(const config::Database& database) {
  if (database.dialect == kPostgres) return postgres::list_nodes(database);
  return core::failure(core::ErrorCode::invalid,
                       "only a PostgreSQL database has nodes, and database.dialect is sqlite3");
}

core::Result<WebPushKeys> read_webpush_keys(const config::Database& database) {
  return database.dialect == kPostgres ? postgres::read_webpush_keys(database) : sqlite::read_webpush_keys(database);
}

core::Result<void> replace_webpush_keys(const config::Database& database, const WebPushKeys& keys) {
  return database.dialect == kPostgres ? postgres::replace_webpush_keys(database, keys)
                                       : sqlite::replace_webpush_keys(database, keys);
}

std::string name_of(const config::Database& database) {
  if (database.dialect == kPostgres) {
    const auto where = postgres::ConnectionString::parse(database.connection);
    return where ? where->description : std::string();
  }
  std::error_code error;
  const auto path = std::filesystem::absolute(database.connection, error);
  return error ? std::string() : path.string();
}

core::Result<bool> exists(const config::Database& database) {
  if (database.dialect == kPostgres) return true;  // made by somebody else; its tables are made by open()
  const auto path = sqlite::database_path(database.connection);
  if (!path) return path.error();
  return sqlite::is_there(*path);
}

}  // namespace push::store
