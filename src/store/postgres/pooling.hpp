// Whether something between this program and PostgreSQL lends the sessions of a few connections to all of them.
#pragma once
#include "push/core/result.hpp"
#include "store/postgres/connection_string.hpp"

namespace push::store::postgres {

// invalid: a pool in transaction mode (PgBouncer), where a lock or a setting of a session is anybody's. unavailable:
// the database cannot be reached.
core::Result<void> check_sessions(const ConnectionString& where);

}  // namespace push::store::postgres
