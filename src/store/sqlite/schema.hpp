// Makes a database Gotify's (gotify-spec 7.1): creates the schema in an empty file, completes an older one in place
// (7.3), refuses anything else. One transaction; rows stay as they are, but for NULL creation times and missing sort
// keys.
#pragma once
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

core::Result<void> prepare_schema(Database& database, core::WallTime now);

}  // namespace push::store::sqlite
