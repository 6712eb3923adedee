#include "config/document.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

namespace push::config {

namespace {

constexpr std::size_t kDepth = 16;
constexpr std::size_t kNodes = 100'000;

struct RefusedYaml {
  Problem problem;
};

// Builds the tree from the parser's events, so that depth and size are bounded while it reads. (YAML::Load would expand
// aliases, and YAML::LoadAll never returns on some input.)
class Builder final : public YAML::EventHandler {
 public:
  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) refuse(mark, "more than one YAML document");
    started_ = true;
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (awaits_key()) refuse(mark, "a key must be a string");
    add(mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse(mark, "aliases are not supported"); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t, const std::string& value) override {
    if (awaits_key()) {
      key_ = value;
      key_line_ = line_of(mark);
      return;
    }
    Node& node = add(mark);
    node.kind = Node::Kind::text;
    node.text = value;
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, Node::Kind::list);
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
    open(mark, Node::Kind::map);
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  static int line_of(const YAML::Mark& mark) { return mark.line < 0 ? 1 : mark.line + 1; }
  [[noreturn]] static void refuse(const YAML::Mark& mark, const char* text) {
    throw RefusedYaml{Problem{line_of(mark), text}};
  }

  bool awaits_key() const { return !open_.empty() && open_.back()->kind == Node::Kind::map && !key_; }

  // The next node: the root, an item of the open list, or the value of the open map's key.
  Node& add(const YAML::Mark& mark) {
    if (++nodes_ > kNodes || open_.size() >= kDepth) refuse(mark, "nested too deeply or too large");
    Node& node = open_.empty() ? root_ : open_.back()->items.emplace_back();
    node.line = line_of(mark);
    if (key_) {
      node.name = *std::exchange(key_, std::nullopt);
      node.line = key_line_;
    }
    return node;
  }

  void open(const YAML::Mark& mark, Node::Kind kind) {
    if (awaits_key()) refuse(mark, "a key must be a string");
    Node& node = add(mark);
    node.kind = kind;
    open_.push_back(&node);  // its address is stable: siblings are added only after it is closed
  }

  Node root_;
  std::vector<Node*> open_;
  std::optional<std::string> key_;
  int key_line_ = 1;
  std::size_t nodes_ = 0;
  bool started_ = false;
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

Node read(std::string_view yaml) {
  // yaml-cpp takes the end of a text that ends with a line for a closing quote, and with it the rest of the file for a
  // password. The comment is inside the quote, if there is one.
  std::istringstream in{std::string(yaml) + "\n#"};
  YAML::Parser parser(in);
  Builder builder;
  // A second document is refused where it starts.
  if (parser.HandleNextDocument(builder)) parser.HandleNextDocument(builder);
  return builder.take();
}

// Whether the text ends inside quotes or brackets.
bool ends_open(std::string_view yaml) {
  try {
    read(yaml);
  } catch (const YAML::Exception& error) {
    return error.msg == YAML::ErrorMsg::EOF_IN_SCALAR || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW ||
           error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW;
  } catch (const std::exception&) {
  } catch (const RefusedYaml&) {
  }
  return false;
}

// yaml-cpp reports an unclosed quote or bracket where it finds out, which may be the end of the file. None if the first
// `line` lines do not end inside one; else the number of the line on which it opens.
std::optional<int> line_of_opening(std::string_view yaml, int line) {
  constexpr int kTries = 50;
  std::vector<std::size_t> starts{0};
  for (std::size_t at = 0;
       static_cast<int>(starts.size()) <= line && (at = yaml.find('\n', at)) != std::string_view::npos;)
    starts.push_back(++at);
  if (static_cast<int>(starts.size()) <= line) starts.push_back(yaml.size());
  if (!ends_open(yaml.substr(0, starts.back()))) return std::nullopt;
  int tries = 0;
  for (std::size_t i = starts.size() - 1; i > 0 && tries < kTries; --i) {
    const std::string_view one = yaml.substr(starts[i - 1], starts[i] - starts[i - 1]);
    if (one.find_first_of("\"'[{") == std::string_view::npos) continue;
    if (!ends_open(yaml.substr(0, starts[i - 1]))) return static_cast<int>(i);
    ++tries;
  }
  return std::nullopt;
}

// The number of the first line up to `line` that is indented with a tab, which yaml-cpp takes for the end of a key.
std::optional<int> line_with_tab(std::string_view yaml, int line) {
  for (int number = 1; number <= line && !yaml.empty(); ++number) {
    const std::string_view text = yaml.substr(0, yaml.find('\n'));
    const std::string_view blanks = text.substr(0, text.find_first_not_of(" \t"));
    if (blanks.size() < text.size() && blanks.find('\t') != std::string_view::npos) return number;
    yaml.remove_prefix(std::min(text.size() + 1, yaml.size()));
  }
  return std::nullopt;
}

Problem problem_of(const YAML::Exception& error, std::string_view yaml) {
  const int line = error.mark.line < 0 ? 1 : error.mark.line + 1;
  // Open behind the line of the error, or in front of it: then what closes there was meant to open.
  for (const int known : {line, line - 1}) {
    if (const auto opening = line_of_opening(yaml, known); opening && *opening <= known)
      return {*opening, "YAML syntax: a quote or bracket on this line is not closed"};
  }
  if (const auto tab = line_with_tab(yaml, line)) return {*tab, "YAML syntax: a tab in the indentation: use spaces"};
  return {line, "YAML syntax: " + without_detail(error.msg)};
}

}  // namespace

std::variant<Node, Problem> parse(std::string_view yaml) {
  if (auto problem = forbidden_character(yaml)) return *problem;
  try {
    return read(yaml);
  } catch (const RefusedYaml& refused) {
    return refused.problem;
  } catch (const YAML::Exception& error) {
    return problem_of(error, yaml);
  } catch (const std::exception& error) {
    return Problem{1, "YAML syntax: " + without_detail(error.what())};
  }
}

}  // namespace push::config
