#include "binder/quoted_printable.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

#include "binder/decoders.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);  // not in the RFC, but some write it
  return std::nullopt;
}

std::optional<char> escaped_byte(std::string_view text) {
  if (text.size() < 3) return std::nullopt;
  const auto high = hex_digit(text[1]);
  const auto low = hex_digit(text[2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high << 4U | *low);
}

core::Error control_character(unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text = "quotedprintable: invalid unescaped byte 0x";
  text += kHex[byte >> 4U];
  text += kHex[byte & 0xFU];
  text += " in body";
  return unreadable(std::move(text));
}

// A line without its end.
core::Result<void> append_line(std::string_view line, std::string& out) {
  while (!line.empty()) {
    const auto byte = static_cast<unsigned char>(line[0]);
    const auto escaped = byte == '=' ? escaped_byte(line) : std::nullopt;
    if (byte == '=' && !escaped && line.size() < 2) return unreadable("unexpected EOF");
    if ((byte < ' ' && byte != '\t' && byte != '\r') || byte == 0x7F) return control_character(byte);
    out += escaped.value_or(line[0]);
    line.remove_prefix(escaped ? 3 : 1);
  }
  return {};
}

}  // namespace

core::Result<std::string> decode_quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t feed = text.find('\n');
    const std::string_view whole = text.substr(0, feed == std::string_view::npos ? feed : feed + 1);
    text.remove_prefix(whole.size());
    const std::string_view line = whole.substr(0, whole.find_last_not_of(" \t\r\n") + 1);  // blanks at the end are lost
    const std::string_view ending = whole.substr(line.size());
    const bool soft = line.ends_with('=');
    if (auto appended = append_line(line.substr(0, line.size() - (soft ? 1 : 0)), out); !appended) {
      return appended.error();
    }
    if (!soft) {
      out += whole.ends_with("\r\n") ? "\r\n" : whole.ends_with('\n') ? "\n" : "";
    } else if (!ending.starts_with('\n') && !ending.starts_with("\r\n") && !(ending.empty() && line.size() > 1)) {
      return unreadable("quotedprintable: invalid bytes after =: " + go::quote(ending));
    }
  }
  return out;
}

}  // namespace push::binder
