// Base64 as Go's encoding/base64 reads it: Basic credentials use the standard alphabet with padding, tokens the URL
// alphabet without (protocol 2.5). Like Go, both skip CR and LF and accept any trailing bits.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::auth {

// Empty: not base64.
std::optional<std::string> decode_base64(std::string_view text);
// invalid: "illegal base64 data at input byte N", N as Go counts. Padding is refused.
core::Result<std::string> decode_base64_url(std::string_view text);
// Without padding.
std::string encode_base64_url(std::string_view bytes);

}  // namespace push::auth
