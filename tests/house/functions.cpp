// Function lengths, by counting braces: good enough for formatted code, and needs no compiler.
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "house/rules.hpp"

namespace push::house {
namespace {

enum class Block { scope, function, inner };  // namespace or type; function; anything inside a function

// Preprocessor lines and their continuations contain no statements.
std::string without_directives(const Source& source) {
  std::string text;
  bool continued = false;
  for (const auto& line : source.code) {
    const auto first = line.find_first_not_of(" \t");
    const bool directive = continued || (first != std::string::npos && line[first] == '#');
    continued = directive && line.ends_with('\\');
    text.append(directive ? std::string() : line).push_back('\n');
  }
  return text;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

// What a '{' opens, judged by the statement in front of it. Only called outside functions.
Block classify(std::string_view head) {
  head = trimmed(head);
  while (head.starts_with("public:") || head.starts_with("private:") || head.starts_with("protected:"))
    head = trimmed(head.substr(head.find(':') + 1));
  for (const std::string_view word : {"namespace", "class", "struct", "union", "enum", "extern"}) {
    if (head.starts_with(word)) return Block::scope;
  }
  const bool type_of_template = head.starts_with("template") && head.find("struct ") != std::string_view::npos;
  const bool class_of_template = head.starts_with("template") && head.find("> class ") != std::string_view::npos;
  if (type_of_template || class_of_template || head.find('(') == std::string_view::npos) return Block::scope;
  return Block::function;
}

struct Open {
  Block block;
  std::size_t line;  // where the statement begins
};

}  // namespace

Findings check_function_length(const Source& source) {
  Findings findings;
  const std::string text = without_directives(source);
  std::vector<Open> open;
  std::size_t line = 1;
  std::size_t statement = 0;       // offset just after the last ; { or }
  std::size_t statement_line = 0;  // line of its first character, 0 = none yet
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') ++line;
    if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
    if (statement_line == 0) statement_line = line;
    const bool inside = !open.empty() && open.back().block != Block::scope;
    if (c == '{') {
      const auto head = std::string_view(text).substr(statement, i - statement);
      open.push_back({inside ? Block::inner : classify(head), statement_line});
    } else if (c == '}' && !open.empty()) {
      const auto length = line - open.back().line + 1;
      if (open.back().block == Block::function && length > kMaxFunctionLines)
        findings.push_back({source.path, open.back().line, "function has " + std::to_string(length) + " lines"});
      open.pop_back();
    }
    if (c == '{' || c == '}' || c == ';') {
      statement = i + 1;
      statement_line = 0;
    }
  }
  return findings;
}

}  // namespace push::house
