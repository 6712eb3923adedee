#include "config/key.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "config/check.hpp"

namespace push::config {

namespace {

Fault fault(const Key& key, const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return {node.line, "no value", key.allowed};
    case Node::Kind::list:
      return {node.line, "a list", key.allowed};
    case Node::Kind::map:
      return {node.line, "a map", key.allowed};
    case Node::Kind::text:
      break;
  }
  Fault found{node.line, key.shown(node.text), key.why != nullptr ? key.why(node.text) : key.allowed};
  if (const std::size_t at = found.allowed.find("{}"); at != std::string::npos) {
    found.allowed.replace(at, 2, found.value);
  }
  return found;
}

Fault shape_fault(const Key& key, const Node& node, const char* allowed) {
  Fault found = fault(key, node);
  found.allowed = allowed;
  return found;
}

// The words of Gotify 3 (protocol 5.1), then the other words of YAML 1.1, which Gotify 2 accepts too.
std::optional<bool> to_boolean(const std::string& text) {
  for (const char* word : {"1", "t", "T", "true", "TRUE", "True", "y", "Y", "yes", "Yes", "YES", "on", "On", "ON"}) {
    if (text == word) return true;
  }
  for (const char* word : {"0", "f", "F", "false", "FALSE", "False", "n", "N", "no", "No", "NO", "off", "Off", "OFF"}) {
    if (text == word) return false;
  }
  return std::nullopt;
}

// Decimal only: 010 is eight to some YAML parsers and ten to others.
std::optional<std::int64_t> to_number(const std::string& text) {
  const std::size_t first = text.rfind('-', 0) == 0 ? 1 : 0;
  if (text.size() > first + 1 && text[first] == '0') return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool text_fits(const Key& key, const std::string& text) {
  return !has_control_character(text) && key.fits(text);
}

std::variant<Value, Fault> to_list(const Key& key, const Node& node) {
  if (node.kind != Node::Kind::list) return shape_fault(key, node, "must be a list");
  List list;
  for (const Node& item : node.items) {
    if (item.kind == Node::Kind::null && key.foreign()) continue;
    if (item.kind != Node::Kind::text || !text_fits(key, item.text)) return fault(key, item);
    list.push_back(item.text);
  }
  return list;
}

std::variant<Value, Fault> to_map(const Key& key, const Node& node) {
  if (node.kind != Node::Kind::map) return shape_fault(key, node, "must be a map");
  Map map;
  for (const Node& item : node.items) {
    const auto wrong = [&item](std::string allowed) {
      return Fault{item.line, printable(item.name), std::move(allowed)};
    };
    if (!text_fits(key, item.name)) return wrong(key.why != nullptr ? key.why(item.name) : key.allowed);
    if (item.kind != Node::Kind::text) return wrong("must have a string as its value");
    if (has_control_character(item.text))
      return wrong("must have a value without line ends and other control characters");
    if (!map.emplace(item.name, item.text).second)
      return Fault{item.line, printable(item.name), "must appear only once"};
  }
  return map;
}

std::variant<Value, Fault> to_plain(const Key& key, const Node& node) {
  if (node.kind != Node::Kind::text) return fault(key, node);
  if (key.type == Key::Type::text) {
    if (!text_fits(key, node.text)) return fault(key, node);
    return node.text;
  }
  if (key.type == Key::Type::boolean) {
    const std::optional<bool> value = to_boolean(node.text);
    if (!value) return fault(key, node);
    return *value;
  }
  const std::optional<std::int64_t> value = to_number(node.text);
  if (!value || !key.fits_number(*value)) return fault(key, node);
  return *value;
}

}  // namespace

bool is_empty(const Value& value) {
  return value == Value(std::string()) || value == Value(List()) || value == Value(Map());
}

std::variant<Value, Fault> convert(const Key& key, const Node& node) {
  const bool is_null = node.kind == Node::Kind::null;
  if (is_null && (key.foreign() || is_empty(key.initial))) return key.initial;
  if ((is_null || (node.kind == Node::Kind::text && node.text.empty())) && key.is_never_empty()) return key.initial;
  switch (key.type) {
    case Key::Type::list:
      return to_list(key, node);
    case Key::Type::map:
      return to_map(key, node);
    default:
      return to_plain(key, node);
  }
}

std::string variable_of(std::string_view path) {
  std::string name = "GOTIFY_";
  for (const char c : path) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

bool Key::is_never_empty() const {
  return type == Type::text && !fits("");
}

std::string Key::shown(std::string_view value) const {
  return hidden != nullptr && hidden(value) ? "[hidden]" : printable(value);
}

std::string Key::listed(const Value& value) const {
  const std::string* text = std::get_if<std::string>(&value);
  return text != nullptr && hidden != nullptr && hidden(*text) ? "[hidden]" : to_yaml(value);
}

}  // namespace push::config
