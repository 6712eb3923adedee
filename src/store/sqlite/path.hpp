// Which file database.connection names.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::store::sqlite {

// A path, or a file: URI (its parameters are Gotify's driver's business and are dropped). invalid: a database in
// memory, a URI of another host, a malformed escape.
core::Result<std::string> database_path(std::string_view connection);

}  // namespace push::store::sqlite
