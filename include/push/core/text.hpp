// Parsing text: ASCII letters, blanks, percent escapes, UTF-8. Nothing here depends on the locale. Where protocols
// disagree there are two functions, because a wrong choice must be visible where it is made.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace push::core {

// ---- letters; ASCII only

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
std::string lower(std::string_view text);
bool same_ignoring_case(std::string_view a, std::string_view b);

// ---- blanks

// Space and tab: what HTTP and MIME allow around a field's value (RFC 9110 5.6.3, OWS).
std::string_view skip_blanks(std::string_view text);
std::string_view trim_blanks(std::string_view text);

// The white space of Latin-1, which is ASCII's with \v and \f, U+0085 and U+00A0, both in UTF-8: the size in bytes of
// the one at the start (end) of the text, 0 if there is none. Go also trims Unicode spaces that nobody types.
std::size_t space_in_front(std::string_view text);
std::size_t space_at_end(std::string_view text);

// ---- percent escapes (RFC 3986 2.1)

// The byte that the first three characters encode; none unless they are '%' and two hex digits.
std::optional<char> percent_escape(std::string_view text);
void append_percent_escape(std::string& out, char byte);
// None if a '%' does not start a valid escape.
std::optional<std::string> percent_decode(std::string_view text);
// The same with '+' for a space: a name or a value of a query or of application/x-www-form-urlencoded.
std::optional<std::string> form_decode(std::string_view text);

// ---- UTF-8 as defined by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF

// Size in bytes of the sequence at the start of `text`, which is not empty; 0 if it is invalid. Inline, because JSON
// and WebSocket frames call it for every character that is not ASCII.
[[gnu::always_inline]] constexpr std::size_t rune_size(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const auto continues = [&](std::size_t at, unsigned char low = 0x80, unsigned char high = 0xBF) {
    return at < text.size() && byte(at) >= low && byte(at) <= high;
  };
  const unsigned char lead = byte(0);
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    const unsigned char low = lead == 0xE0 ? 0xA0 : 0x80;   // below: overlong
    const unsigned char high = lead == 0xED ? 0x9F : 0xBF;  // above: surrogates
    return continues(1, low, high) && continues(2) ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    const unsigned char low = lead == 0xF0 ? 0x90 : 0x80;   // below: overlong
    const unsigned char high = lead == 0xF4 ? 0x8F : 0xBF;  // above: beyond U+10FFFF
    return continues(1, low, high) && continues(2) && continues(3) ? 4 : 0;
  }
  return lead < 0x80 ? 1 : 0;
}

// The code point at the start of `text`, which is not empty. An invalid byte yields U+FFFD of size 1, not valid.
struct Rune {
  char32_t value;
  std::size_t size;  // bytes
  bool valid;
};
Rune next_rune(std::string_view text);
void append_rune(std::string& out, char32_t value);
bool valid_utf8(std::string_view text);
// Each byte is the character that it is in Latin-1.
std::string utf8_from_latin1(std::string_view text);
// The longest beginning of at most `bytes` bytes that does not cut a character in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace push::core
