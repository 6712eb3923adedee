// Scaffolding: goes when the changes are built.
#include "push/store/sqlite_store.hpp"

namespace push::store {
bool SqliteStore::touch_application(core::ApplicationId, core::WallTime) {
  return false;
}
bool SqliteStore::touch_clients(std::vector<core::ClientId>, core::WallTime) {
  return false;
}
}  // namespace push::store
