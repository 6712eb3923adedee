// Fractional sort keys (protocol 7.4): 0-9A-Za-z in bytewise order; the first letter gives the length of the integer
// part (a = 1 digit, b = 2, ...; negative: Z = 1 digit, Y = 2, ...). The server only appends.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace push::store {

inline constexpr std::string_view kFirstSortKey = "a0";

bool is_sort_key(std::string_view key);

// A key greater than `greatest` (bytewise): the next integer if that is a valid key; if it is not (a client may store
// anything), the nearest valid key above it where there is one. Never longer than model::kMaxSortKey, whatever an older
// database holds. `greatest` empty = there is none yet. None: no printable key is above it.
std::optional<std::string> next_sort_key(std::string_view greatest);

}  // namespace push::store
