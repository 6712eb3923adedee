#include "push/store/open.hpp"

#include "store/sqlite/store.hpp"

namespace push::store {

core::Result<std::unique_ptr<Store>> open(const config::Database& database, metrics::Registry& metrics) {
  return sqlite::Store::open(database, metrics);
}

}  // namespace push::store
