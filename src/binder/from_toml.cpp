#include <toml++/toml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

// Each may be a nested table ("a.a.a = 1"), and toml++ destroys those by recursion, with 272 bytes of stack per level:
// with the 256 levels that it allows in values, a sixth of the smallest stack that glibc gives a thread (2 MB).
constexpr std::size_t kMaxDots = 1000;

core::Error error_on(const toml::source_region& where, std::string_view problem) {
  std::string text = "toml: line " + std::to_string(where.begin.line) + ": ";
  text += go::excerpt(problem);
  return unreadable(std::move(text));
}

// Where the string that begins at `at` is over; an unclosed one ends with its line, as the parser does.
std::size_t end_of_string(std::string_view body, std::size_t at) {
  const char quote = body[at];
  const std::string three(3, quote);
  const bool multi_line = body.substr(at).starts_with(three);
  const std::size_t width = multi_line ? 3 : 1;
  for (at += width; at < body.size(); ++at) {
    if (quote == '"' && body[at] == '\\') {
      ++at;
    } else if (!multi_line && body[at] == '\n') {
      return at;
    } else if (body.substr(at).starts_with(std::string_view(three).substr(0, width))) {
      at += width;
      for (int more = 0; multi_line && more < 2 && body.substr(at).starts_with(quote); ++more) ++at;  // """a"""""
      return at;
    }
  }
  return body.size();
}

// What builds the parser's tree, outside strings and comments.
struct Marks {
  std::size_t dots = 0;    // in keys, headers and numbers
  std::size_t values = 0;  // at most: their commas, brackets and equals signs
};

Marks count_marks(std::string_view body) {
  Marks marks;
  for (std::size_t at = 0; at < body.size();) {
    if (body[at] == '#') {
      at = std::min(body.find('\n', at), body.size());
    } else if (body[at] == '"' || body[at] == '\'') {
      at = end_of_string(body, at);
    } else {
      const char c = body[at++];
      marks.dots += c == '.' ? 1 : 0;
      marks.values += std::string_view("=,[{").find(c) != std::string_view::npos ? 1 : 0;
    }
  }
  return marks;
}

std::optional<std::size_t> field_of_key(const Draft& draft, std::string_view key) {
  for (std::size_t index = 0; index < draft.size(); ++index) {
    if (!is_scalar(draft.field(index))) continue;
    if (core::same_ignoring_case(Draft::member_name(draft.field(index).name()), key)) return index;
  }
  return std::nullopt;
}

core::Result<void> store(Draft& draft, std::size_t index, std::string_view key, const toml::node& value) {
  const FieldType type = type_of(draft.field(index));
  const std::string name(key);
  if (value.is_string() != (type == FieldType::text)) {
    return error_on(value.source(), name + (value.is_string() ? " must not be a string" : " must be a string"));
  }
  if (const auto* text = value.as_string()) return draft.set_from_text(index, text->get());
  if (const auto* flag = value.as_boolean(); flag != nullptr && type == FieldType::boolean) {
    draft.set_boolean(index, flag->get());
    return {};
  }
  if (const auto* number = value.as_integer(); number != nullptr && type != FieldType::boolean) {
    return draft.set_from_text(index, std::to_string(number->get()));  // which checks the range
  }
  return error_on(value.source(), name + " has the wrong type");
}

core::Result<void> store(Draft& draft, const toml::table& root) {
  // In the order of the document, not of the alphabet: of `name` and `NAME` the last one counts.
  std::map<std::pair<toml::source_index, toml::source_index>, std::pair<std::string_view, const toml::node*>> in_order;
  for (const auto& [key, value] : root) {
    if (value.is_table() || value.is_array_of_tables()) return error_on(value.source(), "tables are not supported");
    in_order.emplace(std::pair(key.source().begin.line, key.source().begin.column), std::pair(key.str(), &value));
  }
  for (const auto& [place, entry] : in_order) {
    const auto& [key, value] = entry;
    const auto field = field_of_key(draft, key);
    if (!field) continue;
    if (auto stored = store(draft, *field, key, *value); !stored) return stored;
  }
  return {};
}

}  // namespace

core::Result<void> decode_toml(std::string_view body, Draft& draft) {
  const Marks marks = count_marks(body);
  if (marks.dots > kMaxDots) return unreadable("toml: more than 1000 dots in keys and numbers");
  if (marks.values > Form::kMaxValues) return unreadable("toml: more than 10000 values");
  try {
    return store(draft, toml::parse(body));
  } catch (const toml::parse_error& error) {
    return error_on(error.source(), error.description());
  }
}

}  // namespace push::binder
