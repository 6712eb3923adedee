// A YAML document as a small tree with line numbers. yaml-cpp stops here.
#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace push::config {

struct Node {
  enum class Kind { null, text, list, map };
  Kind kind = Kind::null;
  int line = 1;
  std::string text;         // a string's content
  std::string name;         // its key, if it is in a map
  std::vector<Node> items;  // a list's or map's, in file order; a map may contain a key twice
};

struct Problem {
  int line;
  std::string text;  // one line; never holds a value of the document
};

// One YAML document (an empty one is null). Refuses what YAML forbids and what a configuration never needs:
// control characters, several documents, keys that are not strings, aliases, deep nesting.
std::variant<Node, Problem> parse(std::string_view yaml);

}  // namespace push::config
