#include "push/store/open.hpp"

#include <utility>

#include "store/sqlite/path.hpp"
#include "store/sqlite/store.hpp"

namespace push::store {

core::Result<std::unique_ptr<Store>> open(const config::Database& database, metrics::Registry& metrics,
                                          core::WallClock clock, const config::Retention& retention) {
  return sqlite::Store::open(database, metrics, std::move(clock), retention);
}

core::Result<bool> exists(const config::Database& database) {
  const auto path = sqlite::database_path(database.connection);
  if (!path) return path.error();
  return sqlite::is_there(*path);
}

}  // namespace push::store
