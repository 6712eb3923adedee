// Names of nodes: 1 to 64 letters, digits, '-', '_' and '.'.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::store::postgres {

// invalid: the text says what is wrong.
core::Result<void> check_node_name(std::string_view name);

// The name in the file `node-name` of the folder. If there is no file, one is made: the host's name and four letters.
core::Result<std::string> kept_node_name(const std::string& folder);

}  // namespace push::store::postgres
