// Numbers and booleans as Go's strconv reads them and encoding/json writes them, with strconv's error texts.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::go {

core::Result<std::int64_t> parse_int(std::string_view text);
core::Result<std::uint64_t> parse_uint(std::string_view text);
core::Result<bool> parse_bool(std::string_view text);

// Shortest digits that read back as `value` (finite); e-notation below 1e-6 and from 1e21 on.
void append_float(std::string& out, double value);

}  // namespace push::go
