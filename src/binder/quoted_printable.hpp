// Quoted-printable (RFC 2045 6.7) as Go's mime/quotedprintable reads it, with its extensions: bytes above 0x7F, a line
// feed without a carriage return, '=' that starts no escape.
#pragma once
#include <string>
#include <string_view>

#include "push/core/result.hpp"

namespace push::binder {

// Error (invalid), in Go's words: a control character, or text behind a '=' at the end of a line.
core::Result<std::string> decode_quoted_printable(std::string_view text);

}  // namespace push::binder
