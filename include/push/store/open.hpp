// The only way to a store.
#pragma once
#include <memory>

#include "push/config/config.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"

namespace push::store {

// Opens the database that the configuration names: creates it, or completes an older one of Gotify's in place. Called
// once, by main; blocks. `metrics` outlives the store. Errors name the database: unavailable (locked, no permission),
// invalid (no database that a server can use, or not Gotify's).
core::Result<std::unique_ptr<Store>> open(const config::Database& database, metrics::Registry& metrics);

}  // namespace push::store
