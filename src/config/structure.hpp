// A list or map as the text of one variable.
#pragma once
#include <optional>
#include <string>

#include "config/document.hpp"
#include "config/key.hpp"

namespace push::config {

// YAML flow style, as Gotify 2 has it (JSON is that, too), and for a list also one CSV record, as Gotify 3 has it.
// Nothing if it is neither. `type` is list or map.
std::optional<Node> parse_structure(Key::Type type, const std::string& text);

// Any value so that Gotify 3 reads it from a variable: a list as CSV, a map as JSON.
std::string to_variable(const Value& value);

}  // namespace push::config
