#include "push/go/text.hpp"

#include <algorithm>
#include <array>

#include "push/core/text.hpp"

namespace push::go {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kCut = "...";

// Unicode ranges without printable characters: controls, spaces other than ' ', format characters, surrogates, private
// use.
struct Block {
  char32_t first;
  char32_t last;
};
constexpr std::array<Block, 15> kUnprintable = {{{0x00, 0x1F},
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
  return std::none_of(kUnprintable.begin(), kUnprintable.end(),
                      [value](Block block) { return value >= block.first && value <= block.last; });
}

void append_hex(std::string& out, char32_t value, unsigned digits) {
  for (unsigned shift = 4 * digits; shift != 0; shift -= 4) out += kHexDigits[(value >> (shift - 4)) & 0xF];
}

void append_quoted(std::string& out, char32_t value, char delimiter) {
  constexpr std::string_view kControls = "\a\b\f\n\r\t\v";
  constexpr std::string_view kLetters = "abfnrtv";
  if (value == static_cast<unsigned char>(delimiter) || value == '\\') {
    out += '\\';
    out += static_cast<char>(value);
  } else if (printable(value)) {
    core::append_rune(out, value);
  } else if (const auto at = value < 0x20 ? kControls.find(static_cast<char>(value)) : std::string_view::npos;
             at != std::string_view::npos) {
    out += '\\';
    out += kLetters[at];
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

}  // namespace

std::string excerpt(std::string_view text) {
  std::string out(core::utf8_prefix(text, kMaxExcerpt));
  if (out.size() < text.size()) out += kCut;
  return out;
}

bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const core::Rune rune = core::next_rune(text);
    if (!rune.valid || !printable(rune.value)) return false;
    text.remove_prefix(rune.size);
  }
  return true;
}

std::string quote(std::string_view whole) {
  std::string out = "\"";
  for (std::string_view text = core::utf8_prefix(whole, kMaxExcerpt); !text.empty();) {
    const core::Rune rune = core::next_rune(text);
    if (rune.valid) {
      append_quoted(out, rune.value, '"');
    } else {
      out += "\\x";
      append_hex(out, static_cast<unsigned char>(text[0]), 2);
    }
    text.remove_prefix(rune.size);
  }
  out += '"';
  if (whole.size() > kMaxExcerpt) out += kCut;
  return out;
}

std::string quote_char(char byte) {
  std::string out = "'";
  append_quoted(out, static_cast<unsigned char>(byte), '\'');
  out += '\'';
  return out;
}

std::string_view trim(std::string_view text) {
  while (const std::size_t size = core::space_in_front(text)) text.remove_prefix(size);
  while (const std::size_t size = core::space_at_end(text)) text.remove_suffix(size);
  return text;
}

}  // namespace push::go
