// A list or map as the value of one variable.
#pragma once
#include <optional>
#include <string>

#include "config/document.hpp"
#include "config/key.hpp"

namespace push::config {

// YAML flow style, as in Gotify 2 (JSON is valid YAML), and for a list also one CSV record, as in Gotify 3.
// None if it is neither. `type` is list or map.
std::optional<Node> parse_structure(Key::Type type, const std::string& text);

// Any value in the form that Gotify 3 reads from a variable: a list as CSV, a map as JSON.
std::string to_variable(const Value& value);

}  // namespace push::config
