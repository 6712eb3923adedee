#include "config/structure.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "config/source.hpp"

namespace push::config {

namespace {

constexpr const char* kBlanks = " \t\r\n";

// A list in brackets, or one item per line after a dash. [a-z]+\.example is a CSV record of one regular expression.
bool is_yaml_list(const std::string& text, std::size_t first) {
  if (text[first] == '[') return text[text.find_last_not_of(kBlanks)] == ']';
  return text[first] == '-' &&
         (first + 1 == text.size() || std::string_view(kBlanks).find(text[first + 1]) != std::string_view::npos);
}

std::optional<Node> parse_yaml(Node::Kind kind, const std::string& text) {
  auto parsed = parse(text);
  Node* root = std::get_if<Node>(&parsed);
  if (root == nullptr || root->kind != kind) return std::nullopt;
  return std::move(*root);
}

std::string csv_field(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_.:/*+-").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

// Values hold no control characters.
std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

struct TextWriter {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const List& list) const {
    std::string out;
    for (const std::string& item : list) out += (out.empty() ? "" : ",") + csv_field(item);
    return out;
  }
  std::string operator()(const Map& map) const {
    std::string out;
    for (const auto& [name, text] : map) out += (out.empty() ? "" : ",") + json_text(name) + ":" + json_text(text);
    return '{' + out + '}';
  }
};

}  // namespace

std::optional<Node> parse_structure(Key::Type type, const std::string& text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  Node node;
  node.kind = type == Key::Type::map ? Node::Kind::map : Node::Kind::list;
  if (first == std::string::npos) return node;
  if (type == Key::Type::map) return parse_yaml(node.kind, text);
  if (is_yaml_list(text, first)) return parse_yaml(node.kind, text);
  const auto fields = split_record(text);
  if (!fields) return std::nullopt;
  for (const std::string& field : *fields) {
    Node& item = node.items.emplace_back();
    item.kind = Node::Kind::text;
    item.text = field;
  }
  return node;
}

std::string to_variable(const Value& value) {
  return std::visit(TextWriter(), value);
}

}  // namespace push::config
