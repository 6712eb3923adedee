// Names of nodes: 1 to 64 letters, digits, '-', '_' and '.'.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::store::postgres {

// invalid: what is wrong with it.
core::Result<void> check_node_name(std::string_view name);

// The one in the file `node-name` of the folder. If there is none, it is made: the host's name and four letters.
core::Result<std::string> kept_node_name(const std::string& folder);

}  // namespace push::store::postgres
