// Gives a database Gotify's schema (protocol 7.1): creates it in an empty file, upgrades an older one in place
// (7.3), refuses anything else. One transaction; existing rows do not change, except that NULL creation times and
// missing sort keys are filled in.
#pragma once
#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"

namespace push::store::sqlite {

core::Result<void> prepare_schema(Database& database, core::WallTime now);

}  // namespace push::store::sqlite
