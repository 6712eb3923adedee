// The one list of keys. Reading, overriding, validating and listing all walk it.
#pragma once
#include <vector>

#include "config/key.hpp"

namespace push::config {

// In the order of config.yml, unsupported keys of Gotify last.
std::vector<Key> schema();

}  // namespace push::config
