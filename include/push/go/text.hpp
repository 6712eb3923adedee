// Text as Go's standard library reads and quotes it, for error texts that clients have seen from Gotify before.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace push::go {

// The first code point of `text` (not empty). An invalid byte is U+FFFD with size 1 and valid = false.
struct Rune {
  char32_t value;
  std::size_t size;
  bool valid;
};
Rune first_rune(std::string_view text);
void append_rune(std::string& out, char32_t value);

// strconv.Quote: "a\"b\n", invalid bytes as \xNN.
std::string quote(std::string_view text);
// One byte between single quotes, as encoding/json names it.
std::string quote_char(char byte);

// strings.TrimSpace for ASCII space, U+0085 and U+00A0.
std::string_view trim(std::string_view text);
// ASCII only.
bool same_ignoring_case(std::string_view a, std::string_view b);
std::string lower(std::string_view text);

}  // namespace push::go
