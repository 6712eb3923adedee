#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"

namespace push::binder {
namespace {

constexpr std::string_view blanks = " \t";

// A flat file of `key = value`, where a value is a one-line string, a whole number or a boolean.
class TomlReader {
 public:
  TomlReader(std::string_view text, Draft& draft) : rest_(text), draft_(draft) {}

  core::Result<void> run() {
    while (!rest_.empty()) {
      ++line_number_;
      const std::size_t end = std::min(rest_.find('\n'), rest_.size());
      line_ = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (line_.ends_with('\r')) line_.remove_suffix(1);
      skip_blanks();
      if (at_end()) continue;
      if (auto read = read_pair(); !read) return read;
    }
    return {};
  }

 private:
  core::Error error(std::string_view problem) const {
    std::string text = "toml: line " + std::to_string(line_number_) + ": ";
    text += problem;
    return unreadable(std::move(text));
  }

  void skip_blanks() { line_.remove_prefix(std::min(line_.find_first_not_of(blanks), line_.size())); }
  bool at_end() const { return line_.empty() || line_[0] == '#'; }

  core::Result<void> read_pair() {
    if (line_[0] == '[') return error("tables are not supported");
    const auto key = line_[0] == '"' || line_[0] == '\'' ? read_string() : read_word("=");
    if (!key || key->empty()) return error("expected a key");
    skip_blanks();
    if (!line_.starts_with('=')) return error("expected = after the key");
    line_.remove_prefix(1);
    skip_blanks();
    const bool is_string = line_.starts_with('"') || line_.starts_with('\'');
    const auto value = is_string ? read_string() : read_word("#");
    if (!value || (!is_string && value->empty())) return error("expected a string, a number or a boolean");
    skip_blanks();
    if (!at_end()) return error("unexpected text after the value");
    return store(*key, *value, is_string);
  }

  std::optional<std::string> read_word(std::string_view end_marks) {
    const std::string_view word = line_.substr(0, line_.find_first_of(std::string(blanks) + std::string(end_marks)));
    line_.remove_prefix(word.size());
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+";
    if (word.find_first_not_of(letters) != std::string_view::npos) return std::nullopt;
    return std::string(word);
  }

  std::optional<std::string> read_string() {
    const char quotation = line_[0];
    if (line_.size() > 2 && line_[1] == quotation && line_[2] == quotation) return std::nullopt;  // more lines
    std::string value;
    line_.remove_prefix(1);
    while (!line_.empty() && line_[0] != quotation) {
      if (line_[0] == '\\' && quotation == '"') {
        if (!read_escape(value)) return std::nullopt;
        continue;
      }
      const core::Rune rune = core::next_rune(line_);
      if (!rune.valid || (rune.value < 0x20 && rune.value != '\t')) return std::nullopt;
      value += line_.substr(0, rune.size);
      line_.remove_prefix(rune.size);
    }
    if (line_.empty()) return std::nullopt;
    line_.remove_prefix(1);
    return value;
  }

  bool read_escape(std::string& value) {
    constexpr std::string_view letters = "btnfr\"\\";
    constexpr std::string_view meanings = "\b\t\n\f\r\"\\";
    if (line_.size() < 2) return false;
    const char letter = line_[1];
    line_.remove_prefix(2);
    if (const std::size_t at = letters.find(letter); at != std::string_view::npos) {
      value += meanings[at];
      return true;
    }
    const std::size_t size = letter == 'u' ? 4 : letter == 'U' ? 8 : 0;
    if (size == 0 || line_.size() < size) return false;
    std::uint32_t code = 0;
    if (std::from_chars(line_.data(), line_.data() + size, code, 16).ptr != line_.data() + size) return false;
    if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
    core::append_rune(value, code);
    line_.remove_prefix(size);
    return true;
  }

  core::Result<void> store(std::string_view key, const std::string& value, bool is_string) {
    for (std::size_t index = 0; index < draft_.size(); ++index) {
      const FieldType type = type_of(draft_.field(index));
      if (type == FieldType::object || !core::same_ignoring_case(Draft::member_name(draft_.field(index).name()), key))
        continue;
      if (is_string != (type == FieldType::text)) {
        return error(std::string(key) + (is_string ? " must not be a string" : " must be a string"));
      }
      const bool is_boolean = value == "true" || value == "false";
      if (!is_string && is_boolean != (type == FieldType::boolean))
        return error(std::string(key) + " has a wrong type");
      return draft_.set_from_text(index, value);
    }
    return {};
  }

  std::string_view rest_;
  std::string_view line_;
  std::size_t line_number_ = 0;
  Draft& draft_;
};

}  // namespace

core::Result<void> decode_toml(std::string_view body, Draft& draft) {
  return TomlReader(body, draft).run();
}

}  // namespace push::binder
