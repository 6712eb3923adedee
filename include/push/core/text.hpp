// Reading text: ASCII letters, blanks, percent escapes, UTF-8. Nothing here depends on the locale. Where protocols
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

// The white space of Latin-1, which is ASCII's with \v and \f, U+0085 and U+00A0, both in UTF-8: bytes of the one that
// begins (ends) the text, 0 if none does. What Go programs trim, as far as anybody types it.
std::size_t space_in_front(std::string_view text);
std::size_t space_at_end(std::string_view text);

// ---- percent escapes (RFC 3986 2.1)

// The byte that the three characters in front stand for; none unless they are '%' and two hex digits.
std::optional<char> percent_escape(std::string_view text);
void append_percent_escape(std::string& out, char byte);
// None: a '%' that begins no escape.
std::optional<std::string> percent_decode(std::string_view text);
// The same with '+' for a space: a name or a value of a query or of application/x-www-form-urlencoded.
std::optional<std::string> form_decode(std::string_view text);

// ---- UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF

// The code point that begins `text`, which is not empty. A byte that begins none is U+FFFD of size 1, not valid.
struct Rune {
  char32_t value;
  unsigned size;  // bytes
  bool valid;
};
constexpr Rune next_rune(std::string_view text) {
  constexpr Rune kInvalid{0xFFFD, 1, false};
  const auto byte = [text](std::size_t at) -> char32_t { return static_cast<unsigned char>(text[at]); };
  const auto continues = [](char32_t next) { return (next & 0xC0) == 0x80; };
  const char32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || text.size() < 2 || !continues(byte(1))) return kInvalid;
  char32_t value = byte(1) & 0x3F;
  if (lead < 0xE0) return {(lead & 0x1F) << 6 | value, 2, true};
  if (text.size() < 3 || !continues(byte(2))) return kInvalid;
  value = value << 6 | (byte(2) & 0x3F);
  if (lead < 0xF0) {
    value |= (lead & 0x0F) << 12;
    if (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF)) return kInvalid;
    return {value, 3, true};
  }
  if (lead > 0xF4 || text.size() < 4 || !continues(byte(3))) return kInvalid;
  value = (lead & 0x07) << 18 | value << 6 | (byte(3) & 0x3F);
  if (value < 0x10000 || value > 0x10FFFF) return kInvalid;
  return {value, 4, true};
}
void append_rune(std::string& out, char32_t value);
bool valid_utf8(std::string_view text);

}  // namespace push::core
