// The nodes that a database knows.
#pragma once
#include <vector>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/store/feed.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

// As store::list_nodes.
core::Result<std::vector<NodeRow>> list_nodes(const config::Database& database);

// Those of a database that a server has opened.
core::Result<std::vector<NodeRow>> read_nodes(Connection& connection);

}  // namespace push::store::postgres
