// Names of nodes, for which the configuration gives none.
#pragma once
#include <string>

#include "push/core/result.hpp"

namespace push::store::postgres {

// The host's: of a node that is alone, it tells people which one it is, nothing more.
std::string default_node_name();

// The name in the file `node-name` of the folder. If there is no file, one is made: the host's name and four letters.
core::Result<std::string> kept_node_name(const std::string& folder);

}  // namespace push::store::postgres
