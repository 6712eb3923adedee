// The value of one setting, independent of its field, and its form in config.yml and in errors.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace push::config {

using List = std::vector<std::string>;
using Map = std::map<std::string, std::string>;
using Value = std::variant<bool, std::int64_t, std::string, List, Map>;

// One line of YAML that reads back as the same value.
std::string to_yaml(const Value& value);

// Any bytes as part of one line of an error: control characters escaped, long text truncated.
std::string printable(std::string_view text);

}  // namespace push::config
