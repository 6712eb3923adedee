#include "config/dotenv.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "push/core/text.hpp"

namespace push::config {

namespace {

constexpr const char* kUnset =
    "$NAME is read as empty because no earlier line of the file sets it; write \\$ for a dollar sign";
constexpr const char* kLostQuote = "\\\" at the end of the value is read as \\; put the value in single quotes";

constexpr const char* kHash = "# is read as part of the value; put the value in quotes";

struct RefusedLine {
  const char* text;
};

bool is_name_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '.';
}

// White space that does not end a line.
std::size_t space_at(std::string_view text) {
  return text.starts_with('\n') ? 0 : core::space_in_front(text);
}

std::size_t space_before_end(std::string_view text) {
  return text.ends_with('\n') ? 0 : core::space_at_end(text);
}

std::string_view without_space_in_front(std::string_view text) {
  while (const std::size_t size = space_at(text)) text.remove_prefix(size);
  return text;
}

std::string_view trimmed(std::string_view text) {
  text = without_space_in_front(text);
  while (const std::size_t size = space_before_end(text)) text.remove_suffix(size);
  return text;
}

// The line up to its comment. If several # follow white space, the last one starts the comment.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = line.size(); i > 1; --i) {
    if (line[i - 1] == '#' && space_before_end(line.substr(0, i - 1)) != 0) return line.substr(0, i - 1);
  }
  return line;
}

// Resolves the escapes of a double-quoted value, except \$, which `expanded` handles.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == '$') out += '\\';
    out += next == 'n' ? '\n' : next == 'r' ? '\r' : next;
  }
  return out;
}

class Reader {
 public:
  // `text` without carriage returns in front of line feeds.
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  std::vector<Assignment> read() {
    while (skip_to_statement()) {
      line_ = line();
      Assignment& one = all_.emplace_back();
      one.line = line_;
      one.name = take_name();
      one.value = take_value(one.remark);
      values_[one.name] = one.value;
    }
    return std::move(all_);
  }

  // Of the current statement.
  int failed_line() const { return line_; }

 private:
  int line() {
    const std::string_view before = text_.substr(0, text_.size() - rest_.size());
    // Counted from the previous statement, so that a long file takes one pass.
    lines_ += static_cast<int>(std::count(before.begin() + static_cast<std::ptrdiff_t>(counted_), before.end(), '\n'));
    counted_ = before.size();
    return lines_;
  }

  bool skip_to_statement() {
    while (true) {
      rest_ = without_space_in_front(rest_);
      if (rest_.empty()) return false;
      if (rest_[0] == '#') {
        rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size()));
      } else if (rest_[0] == '\n') {
        rest_.remove_prefix(1);
      } else {
        return true;
      }
    }
  }

  std::string take_name() {
    constexpr std::string_view kExport = "export";
    if (rest_.starts_with(kExport) && space_at(rest_.substr(kExport.size())) != 0) {
      rest_ = without_space_in_front(rest_.substr(kExport.size()));
    }
    std::size_t end = 0;
    while (end < rest_.size() && rest_[end] != '=' && rest_[end] != ':') {
      const std::size_t space = space_at(rest_.substr(end));
      if (rest_[end] == '\n') throw RefusedLine{"missing = after the name"};
      if (space == 0 && !is_name_character(rest_[end])) {
        throw RefusedLine{"a name must consist of letters, digits, _ and ., and = must follow it"};
      }
      end += std::max<std::size_t>(space, 1);
    }
    if (end == rest_.size()) throw RefusedLine{"missing = after the name"};
    const std::string_view name = trimmed(rest_.substr(0, end));
    if (name.empty()) throw RefusedLine{"missing name before ="};
    rest_ = without_space_in_front(rest_.substr(end + 1));
    return std::string(name);
  }

  std::string take_value(const char*& remark) {
    if (rest_.empty()) return {};
    if (rest_[0] == '"' || rest_[0] == '\'') return take_quoted(remark);
    const std::string_view line = rest_.substr(0, rest_.find_first_of("\r\n"));
    const bool spaced = text_[text_.size() - rest_.size() - 1] != '=' && line.starts_with('#');
    rest_.remove_prefix(line.size());
    const std::string_view value = trimmed(without_comment(line));
    if (spaced || without_comment(value).size() < value.size()) remark = kHash;
    return expanded(value, remark);
  }

  std::string take_quoted(const char*& remark) {
    const char quote = rest_[0];
    std::size_t end = 1;
    while (end < rest_.size() && (rest_[end] != quote || rest_[end - 1] == '\\')) ++end;
    if (end == rest_.size()) throw RefusedLine{"unterminated quoted value"};
    std::string_view inner = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    while (!inner.empty() && inner.back() == quote) {
      remark = kLostQuote;
      inner.remove_suffix(1);
    }
    if (quote == '\'') return std::string(inner);
    return expanded(unescaped(inner), remark);
  }

  // $NAME, ${NAME}, and $(NAME, whose closing parenthesis is kept; \$ is a dollar sign.
  std::string expanded(std::string_view text, const char*& remark) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t dollar = text.find('$');
      if (dollar == std::string_view::npos) break;
      const bool escaped = dollar > 0 && text[dollar - 1] == '\\';
      out += text.substr(0, escaped ? dollar - 1 : dollar);
      text.remove_prefix(dollar);
      out += take_reference(text, escaped, remark);
    }
    return out += text;
  }

  std::string take_reference(std::string_view& text, bool escaped, const char*& remark) const {
    std::size_t end = 1;
    const auto skip = [&](char c) {
      if (end < text.size() && text[end] == c) ++end;
    };
    skip('(');
    skip('{');
    const std::size_t begin = end;
    while (end < text.size() && is_name_character(text[end]) && text[end] != '.' &&
           !(text[end] >= 'a' && text[end] <= 'z')) {
      ++end;
    }
    const std::string name(text.substr(begin, end - begin));
    skip('}');
    std::string whole(text.substr(0, end));
    text.remove_prefix(end);
    if (escaped || name.empty()) return whole;
    const auto found = values_.find(name);
    if (found != values_.end()) return found->second;
    remark = kUnset;
    return {};
  }

  std::string_view text_;
  std::string_view rest_;
  std::vector<Assignment> all_;
  std::map<std::string, std::string> values_;
  int line_ = 1;
  int lines_ = 1;
  std::size_t counted_ = 0;
};

bool reads_back(const std::string& written, const std::string& value) {
  const auto parsed = parse_dotenv("X=" + written + "\n");
  const auto* all = std::get_if<std::vector<Assignment>>(&parsed);
  return all != nullptr && all->size() == 1 && all->front().value == value && all->front().remark == nullptr;
}

std::string in_double_quotes(const std::string& value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || c == '$') out += '\\';
    if (c == '\n' || c == '\r') out += '\\';
    out += c == '\n' ? 'n' : c == '\r' ? 'r' : c;
  }
  return out + '"';
}

}  // namespace

std::variant<std::vector<Assignment>, DotenvError> parse_dotenv(std::string_view text) {
  std::string lines;
  lines.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') lines += text[i];
  }
  if (const std::size_t at = lines.find('\0'); at != std::string::npos) {
    const auto before = std::count(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    return DotenvError{static_cast<int>(before) + 1, "not a text file: control character"};
  }
  Reader reader(lines);
  try {
    return reader.read();
  } catch (const RefusedLine& refused) {
    return DotenvError{reader.failed_line(), refused.text};
  }
}

std::optional<std::string> quote_dotenv(const std::string& value) {
  const bool simple = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return is_name_character(c) || std::string_view("/:,@%+-").find(c) != std::string_view::npos;
  });
  if (simple) return value;
  for (const std::string& form : std::array{"'" + value + "'", in_double_quotes(value), value}) {
    if (reads_back(form, value)) return form;
  }
  return std::nullopt;
}

}  // namespace push::config
