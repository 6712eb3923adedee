// The nodes that a database knows.
#pragma once
#include <vector>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/store/feed.hpp"

namespace push::store::postgres {

// As store::list_nodes.
core::Result<std::vector<NodeRow>> list_nodes(const config::Database& database);

}  // namespace push::store::postgres
