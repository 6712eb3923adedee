#include "config/value.hpp"

#include <algorithm>
#include <cstdio>

namespace push::config {

namespace {

constexpr std::size_t kShown = 80;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Strings that need no quotes in YAML. "null" is the only plain word that our parser does not read as a string.
bool is_plain(std::string_view text) {
  if (text.empty() || !(is_alphanumeric(text[0]) || text[0] == '/' || text[0] == '.')) return false;
  if (text == "null" || text == "Null" || text == "NULL" || text.substr(0, 3) == "...") return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || c == '_' || c == '.' || c == '/' || c == '-' || c == '*' || c == '+';
  });
}

std::string escaped(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char code[5];
      std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
      out += code;
    } else {
      if (quotes && (c == '"' || c == '\\')) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string scalar(std::string_view text) {
  return is_plain(text) ? std::string(text) : '"' + escaped(text, true) + '"';
}

struct YamlWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return scalar(value); }
  std::string operator()(const List& list) const {
    std::string out;
    for (const std::string& item : list) out += (out.empty() ? "" : ", ") + scalar(item);
    return '[' + out + ']';
  }
  std::string operator()(const Map& map) const {
    std::string out;
    for (const auto& [name, text] : map) out += (out.empty() ? "" : ", ") + scalar(name) + ": " + scalar(text);
    return '{' + out + '}';
  }
};

}  // namespace

std::string to_yaml(const Value& value) {
  return std::visit(YamlWriter(), value);
}

std::string printable(std::string_view text) {
  if (text.empty()) return "\"\"";
  std::size_t length = std::min(text.size(), kShown);
  // Never splits a UTF-8 character.
  while (length < text.size() && length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return escaped(text.substr(0, length), false) + (length < text.size() ? "..." : "");
}

}  // namespace push::config
