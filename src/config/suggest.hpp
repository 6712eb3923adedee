// Suggestions for a misspelt key.
#pragma once
#include <string>
#include <vector>

#include "config/key.hpp"

namespace push::config {

// The key or section most similar to `path`, or empty if none is similar.
std::string suggest(const std::string& path, const std::vector<Key>& keys);

// The variable most similar to `name`, or empty if none is similar.
std::string suggest_variable(const std::string& name, const std::vector<Key>& keys);

}  // namespace push::config
