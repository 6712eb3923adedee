// Checks before anything is opened, besides those that parsing the settings makes. They change nothing.
#pragma once
#include "push/config/config.hpp"

namespace push {

// Why the server could not start, as far as that can be seen: `uidir` has an index.html, which an operator should learn
// at start, not from the first browser; `database.connection` can be a file; and if there is no database yet, the first
// user can be created.
core::Result<void> check_before_start(const config::Config& config);

}  // namespace push
