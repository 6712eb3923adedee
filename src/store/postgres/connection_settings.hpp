// The two forms of a connection string, as names and values: words name=value, and URLs. As pgx reads them, which reads
// what libpq does, and some more.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::store::postgres {

using ConnectionSettings = std::map<std::string, std::string>;

// The name of the database is dbname, whatever the text calls it. Errors: ConnectionString::parse.
core::Result<ConnectionSettings> read_connection(std::string_view text);

core::Error bad_connection(const std::string& why);

}  // namespace push::store::postgres
