// The keys of Gotify that this server does not support.
#pragma once
#include <string_view>
#include <vector>

#include "config/key.hpp"

namespace push::config {

void add_foreign(std::vector<Key>& keys);

// Key::hidden of values that are always secret.
inline bool always(std::string_view) {
  return true;
}

}  // namespace push::config
