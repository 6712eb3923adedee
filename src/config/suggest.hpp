// Suggestions for a misspelt key.
#pragma once
#include <string>
#include <vector>

#include "config/key.hpp"

namespace push::config {

// The key or section nearest to `path`, or empty if none is near.
std::string suggest(const std::string& path, const std::vector<Key>& keys);

// The variable nearest to `name`, or empty if none is near.
std::string suggest_variable(const std::string& name, const std::vector<Key>& keys);

}  // namespace push::config
