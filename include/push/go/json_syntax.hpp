// What is JSON, and why input is not, in the words of Go's encoding/json.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace push::go {

// Maximum nesting of objects and arrays.
inline constexpr std::size_t kMaxJsonDepth = 10000;

// Checks only the first value of `text`; returns nothing if it is well formed. "EOF" if there is no value at all. Bytes
// that are not UTF-8 and lone surrogates are no errors inside strings.
std::optional<std::string> json_syntax_error(std::string_view text);

// Exactly one object, in UTF-8.
bool is_json_object(std::string_view text);

}  // namespace push::go
