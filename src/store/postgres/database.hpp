// From a connection string to a database that this program can use: checked, in the schema that it needs.
#pragma once
#include <cstdint>
#include <string>

#include "push/core/clock.hpp"
#include "push/core/result.hpp"
#include "store/postgres/connection_string.hpp"
#include "store/postgres/session.hpp"

namespace push::store::postgres {

// What is known of it once it is open.
struct Database {
  std::string sequence;  // of the ids of messages, quoted
  std::int64_t newest_message = 0;
  std::int64_t newest_batch = 0;  // of this node
  std::string cluster;            // its random id
};

// `session` is open. Creates the tables of Gotify that are missing, adds the columns of later versions as Gotify does,
// and the tables and indexes of our own. invalid: not a Gotify database, or one that cannot be used; the text says why.
core::Result<Database> prepare(Session& session, const ConnectionString& where, core::WallTime now);

}  // namespace push::store::postgres
