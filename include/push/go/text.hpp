// Text as Go's standard library reads and quotes it, for error texts that clients have seen from Gotify before.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace push::go {

// What an error may repeat of its input: an answer must not be larger than the request. Text that is longer than 200
// bytes is cut, and ends with "...".
inline constexpr std::size_t kMaxExcerpt = 200;
std::string excerpt(std::string_view text);
// strconv.Quote of an excerpt: "a\"b\n", invalid bytes as \xNN. What was cut off is "..." behind the quotes.
std::string quote(std::string_view text);
// One byte between single quotes, as encoding/json prints it.
std::string quote_char(char byte);

// unicode.IsPrint for each character, and valid UTF-8.
bool is_printable(std::string_view text);

// strings.TrimSpace for the white space of Latin-1 (core::space_in_front).
std::string_view trim(std::string_view text);

}  // namespace push::go
