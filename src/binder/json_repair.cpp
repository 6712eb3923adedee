#include "binder/json_repair.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "push/core/text.hpp"

namespace push::binder {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// The code unit of an escape \uXXXX at the start of `text`, if there is one.
std::optional<unsigned> escaped_unit(std::string_view text) {
  if (text.size() < 6 || !text.starts_with("\\u")) return std::nullopt;
  unsigned unit = 0;
  const char* const end = text.data() + 6;
  if (std::from_chars(text.data() + 2, end, unit, 16).ptr != end) return std::nullopt;
  return unit;
}

// How many bytes of `text` (which begins with a backslash) to take; `good` is false for a surrogate without its
// partner.
std::size_t escape_length(std::string_view text, bool& good) {
  good = true;
  const auto unit = escaped_unit(text);
  if (!unit) return text.size() < 2 ? text.size() : 2;
  if (*unit < 0xD800 || *unit > 0xDFFF) return 6;
  const auto partner = escaped_unit(text.substr(6));
  good = *unit < 0xDC00 && partner && *partner >= 0xDC00 && *partner <= 0xDFFF;
  return good ? 12 : 6;
}

// Appends the string at the start of `text`, with its quotes; returns the number of bytes consumed.
std::size_t repair_string(std::string_view text, std::string& out) {
  out += '"';
  std::size_t at = 1;
  while (at < text.size() && text[at] != '"') {
    const std::string_view rest = text.substr(at);
    bool good = true;
    std::size_t length = 1;
    if (rest[0] == '\\') {
      length = escape_length(rest, good);
    } else {
      const core::Rune rune = core::next_rune(rest);
      good = rune.valid;
      length = rune.size;
    }
    out += good ? rest.substr(0, length) : kReplacement;
    at += length;
  }
  if (at < text.size()) {
    out += '"';
    ++at;
  }
  return at;
}

bool overflows(std::string_view literal) {
  return std::isinf(std::strtod(std::string(literal).c_str(), nullptr));
}

}  // namespace

RepairedJson repair_json(std::string_view text) {
  RepairedJson repaired;
  repaired.text.reserve(text.size() + 16);
  std::size_t ordinal = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at += repair_string(text.substr(at), repaired.text);
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = std::min(text.find_first_not_of("+-.0123456789Ee", at), text.size());
      const std::string_view literal = text.substr(at, end - at);
      if (overflows(literal)) {
        repaired.overflows.push_back({ordinal, literal});
        repaired.text += '0';
      } else {
        repaired.text += literal;
      }
      ++ordinal;
      at = end;
    } else {
      repaired.text += c;
      ++at;
    }
  }
  return repaired;
}

}  // namespace push::binder
