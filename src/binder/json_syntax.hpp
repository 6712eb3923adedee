// Why a text is not JSON, in the words of Go's encoding/json. Slow and exact: runs only after the fast parser gave up.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace push::binder {

// Objects and arrays may stand in each other this deep.
inline constexpr std::size_t max_json_depth = 10000;

// Looks at the first value of `text` only; nothing if that is well formed. "EOF" if there is no value at all. Bytes
// that are not UTF-8 and lone surrogates are no errors inside strings.
std::optional<std::string> json_syntax_error(std::string_view text);

}  // namespace push::binder
