#include "push/go/json_syntax.hpp"

#include <vector>

#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::go {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Each read_…() consumes one piece of the input, and returns false after it has set `problem_`.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::optional<std::string> run() {
    skip_space();
    if (at_ == text_.size()) return "EOF";
    read_document();
    return problem_;
  }

  // After run(): nothing but white space follows the value.
  bool is_at_end() {
    skip_space();
    return at_ == text_.size();
  }

 private:
  enum class Next { value, value_or_end, key, key_or_end, after_value };

  void skip_space() {
    at_ = text_.find_first_not_of(" \t\r\n", at_);
    if (at_ == std::string_view::npos) at_ = text_.size();
  }

  bool fail(std::string_view context) {
    if (at_ >= text_.size()) {
      problem_ = "unexpected EOF";
    } else {
      problem_ = "invalid character " + quote_char(text_[at_]) + " ";
      *problem_ += context;
    }
    return false;
  }

  bool here(char c) const { return at_ < text_.size() && text_[at_] == c; }

  bool read_document() {
    Next next = Next::value;
    do {
      skip_space();
      if (!step(next)) return false;
    } while (next != Next::after_value || !inside_object_.empty());
    return true;
  }

  bool step(Next& next) {
    switch (next) {
      case Next::value_or_end:
        if (here(']')) return close(next);
        return read_value(next);
      case Next::value:
        return read_value(next);
      case Next::key_or_end:
        if (here('}')) return close(next);
        return read_key(next);
      case Next::key:
        return read_key(next);
      case Next::after_value:
        return read_separator(next);
    }
    return false;
  }

  bool close(Next& next) {
    ++at_;
    inside_object_.pop_back();
    next = Next::after_value;
    return true;
  }

  bool open(bool object, Next& next) {
    if (inside_object_.size() == kMaxJsonDepth) return fail("exceeded max depth");
    ++at_;
    inside_object_.push_back(object);
    next = object ? Next::key_or_end : Next::value_or_end;
    return true;
  }

  bool read_separator(Next& next) {
    const bool object = inside_object_.back();
    if (here(',')) {
      ++at_;
      next = object ? Next::key : Next::value;
      return true;
    }
    if (here(object ? '}' : ']')) return close(next);
    return fail(object ? "after object key:value pair" : "after array element");
  }

  bool read_key(Next& next) {
    if (!here('"')) return fail("looking for beginning of object key string");
    if (!read_string()) return false;
    skip_space();
    if (!here(':')) return fail("after object key");
    ++at_;
    next = Next::value;
    return true;
  }

  bool read_value(Next& next) {
    if (at_ >= text_.size()) return fail("");
    const char c = text_[at_];
    if (c == '{' || c == '[') return open(c == '{', next);
    next = Next::after_value;
    if (c == '"') return read_string();
    if (c == '-' || is_digit(c)) return read_number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (c == word[0]) return read_word(word);
    }
    return fail("looking for beginning of value");
  }

  bool read_word(std::string_view word) {
    for (const char expected : word) {
      if (!here(expected)) {
        return fail("in literal " + std::string(word) + " (expecting " + quote_char(expected) + ")");
      }
      ++at_;
    }
    return true;
  }

  bool read_digits(std::string_view context) {
    if (at_ >= text_.size() || !is_digit(text_[at_])) return fail(context);
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    return true;
  }

  bool read_number() {
    if (here('-')) ++at_;
    if (here('0')) {
      ++at_;
    } else if (!read_digits("in numeric literal")) {
      return false;
    }
    if (here('.')) {
      ++at_;
      if (!read_digits("after decimal point in numeric literal")) return false;
    }
    if (here('e') || here('E')) {
      ++at_;
      if (here('+') || here('-')) ++at_;
      if (!read_digits("in exponent of numeric literal")) return false;
    }
    return true;
  }

  bool read_string() {
    for (++at_; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        ++at_;
        return true;
      }
      if (static_cast<unsigned char>(c) < 0x20) return fail("in string literal");
      if (c == '\\' && !read_escape()) return false;
    }
    return fail("");
  }

  // Leaves at_ on the last character of the escape.
  bool read_escape() {
    ++at_;
    if (at_ >= text_.size()) return fail("");
    if (text_[at_] != 'u') {
      return std::string_view("bfnrt\\/\"").find(text_[at_]) != std::string_view::npos || fail("in string escape code");
    }
    for (int digit = 0; digit < 4; ++digit) {
      ++at_;
      if (at_ >= text_.size() || !is_hex(text_[at_])) return fail("in \\u hexadecimal character escape");
    }
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<bool> inside_object_;  // one entry for each open object or array
  std::optional<std::string> problem_;
};

}  // namespace

std::optional<std::string> json_syntax_error(std::string_view text) {
  return Scanner(text).run();
}

bool is_json_object(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos || text[first] != '{' || !core::valid_utf8(text)) return false;
  Scanner scanner(text);
  return !scanner.run() && scanner.is_at_end();
}

}  // namespace push::go
