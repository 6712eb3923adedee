#include "push/go/text.hpp"

#include <algorithm>
#include <array>

namespace push::go {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// Blocks of Unicode in which nothing is printable: controls, spaces other than ' ', format marks, surrogates, private
// use.
struct Block {
  char32_t first;
  char32_t last;
};
constexpr std::array<Block, 15> unprintable = {{{0x00, 0x1F},
                                                {0x7F, 0xA0},
                                                {0xAD, 0xAD},
                                                {0x600, 0x605},
                                                {0x61C, 0x61C},
                                                {0x1680, 0x1680},
                                                {0x180E, 0x180E},
                                                {0x2000, 0x200F},
                                                {0x2028, 0x202F},
                                                {0x205F, 0x206F},
                                                {0x3000, 0x3000},
                                                {0xD800, 0xF8FF},
                                                {0xFEFF, 0xFEFF},
                                                {0xFFF0, 0xFFFB},
                                                {0xE0000, 0x10FFFF}}};

bool printable(char32_t value) {
  return std::none_of(unprintable.begin(), unprintable.end(),
                      [value](Block block) { return value >= block.first && value <= block.last; });
}

void append_hex(std::string& out, char32_t value, unsigned digits) {
  for (unsigned shift = 4 * digits; shift != 0; shift -= 4) out += hex_digits[(value >> (shift - 4)) & 0xF];
}

void append_quoted(std::string& out, char32_t value, char delimiter) {
  constexpr std::string_view controls = "\a\b\f\n\r\t\v";
  constexpr std::string_view letters = "abfnrtv";
  if (value == static_cast<unsigned char>(delimiter) || value == '\\') {
    out += '\\';
    out += static_cast<char>(value);
  } else if (printable(value)) {
    append_rune(out, value);
  } else if (const auto at = value < 0x20 ? controls.find(static_cast<char>(value)) : std::string_view::npos;
             at != std::string_view::npos) {
    out += '\\';
    out += letters[at];
  } else if (value < 0x20 || value == 0x7F) {
    out += "\\x";
    append_hex(out, value, 2);
  } else if (value < 0x10000) {
    out += "\\u";
    append_hex(out, value, 4);
  } else {
    out += "\\U";
    append_hex(out, value, 8);
  }
}

char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// Length of the white space that begins (or, with `at_end`, ends) the text; 0 if there is none.
std::size_t space_length(std::string_view text, bool at_end) {
  if (text.empty()) return 0;
  const char edge = at_end ? text.back() : text.front();
  if (edge == ' ' || (edge >= '\t' && edge <= '\r')) return 1;
  const std::string_view pair = at_end ? text.substr(text.size() < 2 ? 0 : text.size() - 2) : text.substr(0, 2);
  return pair == "\xC2\x85" || pair == "\xC2\xA0" ? 2 : 0;
}

}  // namespace

Rune first_rune(std::string_view text) {
  constexpr Rune invalid{0xFFFD, 1, false};
  const unsigned char lead = byte_at(text, 0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return invalid;
  char32_t value = static_cast<char32_t>(lead & (0xFF >> (size + 1)));
  for (std::size_t at = 1; at < size; ++at) {
    const unsigned char next = byte_at(text, at);
    if ((next & 0xC0) != 0x80) return invalid;
    value = (value << 6) | (next & 0x3F);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return invalid;
  return {value, size, true};
}

void append_rune(std::string& out, char32_t value) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) {
    put(value);
  } else if (value < 0x800) {
    put(0xC0 | (value >> 6));
    put(0x80 | (value & 0x3F));
  } else if (value < 0x10000) {
    put(0xE0 | (value >> 12));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  } else {
    put(0xF0 | (value >> 18));
    put(0x80 | ((value >> 12) & 0x3F));
    put(0x80 | ((value >> 6) & 0x3F));
    put(0x80 | (value & 0x3F));
  }
}

std::string quote(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const Rune rune = first_rune(text);
    if (rune.valid) {
      append_quoted(out, rune.value, '"');
    } else {
      out += "\\x";
      append_hex(out, byte_at(text, 0), 2);
    }
    text.remove_prefix(rune.size);
  }
  out += '"';
  return out;
}

std::string quote_char(char byte) {
  std::string out = "'";
  append_quoted(out, static_cast<unsigned char>(byte), '\'');
  out += '\'';
  return out;
}

std::string_view trim(std::string_view text) {
  while (const std::size_t length = space_length(text, false)) text.remove_prefix(length);
  while (const std::size_t length = space_length(text, true)) text.remove_suffix(length);
  return text;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char left, char right) {
           return lower_letter(left) == lower_letter(right);
         });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower_letter);
  return out;
}

}  // namespace push::go
