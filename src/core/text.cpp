#include "push/core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace push::core {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::uint64_t kHighBits = 0x8080808080808080;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (lower(c) >= 'a' && lower(c) <= 'f') return lower(c) - 'a' + 10;
  return -1;
}

bool is_latin1_space(std::string_view pair) {
  return pair == "\xC2\x85" || pair == "\xC2\xA0";
}

bool is_ascii_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

// Copies everything up to the next escape or '+' at once.
std::optional<std::string> decode(std::string_view text, std::string_view marks) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of(marks), text.size());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    const bool escaped = text[0] == '%';
    const std::optional<char> byte = escaped ? percent_escape(text) : ' ';
    if (!byte) return std::nullopt;
    out += *byte;
    text.remove_prefix(escaped ? 3 : 1);
  }
  return out;
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char left, char right) { return lower(left) == lower(right); });
}

std::string_view skip_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view trim_blanks(std::string_view text) {
  const std::string_view rest = skip_blanks(text);
  return rest.substr(0, rest.find_last_not_of(kBlanks) + 1);
}

std::size_t space_in_front(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii_space(text.front())) return 1;
  return is_latin1_space(text.substr(0, 2)) ? 2 : 0;
}

std::size_t space_at_end(std::string_view text) {
  if (text.empty()) return 0;
  if (is_ascii_space(text.back())) return 1;
  return text.size() > 1 && is_latin1_space(text.substr(text.size() - 2)) ? 2 : 0;
}

std::optional<char> percent_escape(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return std::nullopt;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

void append_percent_escape(std::string& out, char byte) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  out += '%';
  out += kHex[value >> 4U];
  out += kHex[value & 15U];
}

std::optional<std::string> percent_decode(std::string_view text) {
  return decode(text, "%");
}

std::optional<std::string> form_decode(std::string_view text) {
  return decode(text, "%+");
}

Rune next_rune(std::string_view text) {
  const auto byte = [text](std::size_t at) -> char32_t { return static_cast<unsigned char>(text[at]); };
  const auto rest = [&byte](std::size_t at) { return byte(at) & 0x3F; };
  const std::size_t size = rune_size(text);
  if (size == 0) return {0xFFFD, 1, false};
  if (size == 1) return {byte(0), 1, true};
  if (size == 2) return {(byte(0) & 0x1F) << 6 | rest(1), 2, true};
  if (size == 3) return {(byte(0) & 0x0F) << 12 | rest(1) << 6 | rest(2), 3, true};
  return {(byte(0) & 0x07) << 18 | rest(1) << 12 | rest(2) << 6 | rest(3), 4, true};
}

void append_rune(std::string& out, char32_t value) {
  const auto put = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (value < 0x80) return put(value);
  if (value < 0x800) {
    put(0xC0 | (value >> 6));
  } else {
    if (value < 0x10000) {
      put(0xE0 | (value >> 12));
    } else {
      put(0xF0 | (value >> 18));
      put(0x80 | ((value >> 12) & 0x3F));
    }
    put(0x80 | ((value >> 6) & 0x3F));
  }
  put(0x80 | (value & 0x3F));
}

bool valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    if (text.size() - at >= sizeof(std::uint64_t)) {
      std::uint64_t eight = 0;
      std::memcpy(&eight, text.data() + at, sizeof(eight));
      if ((eight & kHighBits) == 0) {
        at += sizeof(eight);
        continue;
      }
    }
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t size = rune_size({text.data() + at, text.size() - at});
    if (size == 0) return false;
    at += size;
  }
  return true;
}

std::string utf8_from_latin1(std::string_view text) {
  std::string out;
  for (const char c : text) append_rune(out, static_cast<unsigned char>(c));
  return out;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  constexpr std::size_t kLongest = 4;
  for (std::size_t back = 1; back < kLongest && back <= bytes; ++back) {
    const std::string_view last = text.substr(bytes - back);
    if ((static_cast<unsigned char>(last[0]) & 0xC0U) == 0x80) continue;
    return text.substr(0, rune_size(last) > back ? bytes - back : bytes);
  }
  return text.substr(0, bytes);
}

}  // namespace push::core
