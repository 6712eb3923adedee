// What the README promises about config.yml, checked against config.yml.
#pragma once
#include <string_view>

#include "house/rules.hpp"

namespace push::house {

// Between <!-- config --> and <!-- /config -->, the README has one row "| `key` | `default` |" for each value of
// config.yml, in any order, and no other; and every dotted `server.…` or `database.…` elsewhere in it is such a key.
Findings check_configuration_table(std::string_view readme, std::string_view config);

}  // namespace push::house
