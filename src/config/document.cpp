#include "config/document.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace push::config {

namespace {

constexpr int kDepth = 16;
constexpr int kNodes = 100'000;

// Bounds the copy whatever the aliases say: `&a [*a]` has no end, and nine lines of aliases can stand for a billion.
class Copier {
 public:
  std::optional<Problem> copy(const YAML::Node& from, int line, Node& to, int depth = 0) {
    if (depth > kDepth || ++nodes_ > kNodes) return Problem{line, "nested too deeply or too large"};
    to.line = line;
    switch (from.Type()) {
      case YAML::NodeType::Undefined:
      case YAML::NodeType::Null:
        to.kind = Node::Kind::null;
        return std::nullopt;
      case YAML::NodeType::Scalar:
        to.kind = Node::Kind::text;
        to.text = from.Scalar();
        return std::nullopt;
      case YAML::NodeType::Sequence:
        return copy_list(from, to, depth);
      case YAML::NodeType::Map:
        return copy_map(from, to, depth);
    }
    return std::nullopt;
  }

 private:
  static int line_of(const YAML::Node& node, int otherwise) {
    return node.Mark().line >= 0 ? node.Mark().line + 1 : otherwise;
  }

  std::optional<Problem> copy_list(const YAML::Node& from, Node& to, int depth) {
    to.kind = Node::Kind::list;
    for (const YAML::Node& item : from) {
      Node& child = to.items.emplace_back();
      if (auto problem = copy(item, line_of(item, to.line), child, depth + 1)) return problem;
    }
    return std::nullopt;
  }

  std::optional<Problem> copy_map(const YAML::Node& from, Node& to, int depth) {
    to.kind = Node::Kind::map;
    for (const auto& pair : from) {
      const int line = line_of(pair.first, to.line);
      if (!pair.first.IsScalar()) return Problem{line, "a key must be a text"};
      Node& child = to.items.emplace_back();
      child.name = pair.first.Scalar();
      if (auto problem = copy(pair.second, line, child, depth + 1)) return problem;
    }
    return std::nullopt;
  }

  int nodes_ = 0;
};

std::optional<Problem> forbidden_character(std::string_view yaml) {
  int line = 1;
  for (const char c : yaml) {
    if (c == '\n') ++line;
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') return Problem{line, "not a text file: control character"};
  }
  return std::nullopt;
}

// yaml-cpp may name the offending word after a colon; that word can be a password.
std::string without_detail(const std::string& message) {
  std::string text = message.substr(0, message.find(':'));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

std::variant<Node, Problem> parse(std::string_view yaml) {
  if (auto problem = forbidden_character(yaml)) return *problem;
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(yaml));
    Node root;
    if (documents.empty()) return root;
    if (documents.size() > 1) {
      return Problem{documents[1].Mark().line < 0 ? 1 : documents[1].Mark().line + 1, "a second YAML document"};
    }
    if (auto problem = Copier().copy(documents[0], 1, root)) return *problem;
    return root;
  } catch (const YAML::Exception& error) {
    return Problem{error.mark.line < 0 ? 1 : error.mark.line + 1, "YAML syntax: " + without_detail(error.msg)};
  } catch (const std::exception& error) {
    return Problem{1, "YAML syntax: " + without_detail(error.what())};
  }
}

}  // namespace push::config
