#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"

namespace push::binder {
namespace {

constexpr std::size_t kMaxTomlBytes = std::size_t{64} << 10;
// Each may be a nested table ("a.a.a = 1"), and toml++ destroys those by recursion, with 272 bytes of stack per level.
constexpr std::ptrdiff_t kMaxDots = 8000;

core::Error error_on(const toml::source_region& where, std::string_view problem) {
  std::string text = "toml: line " + std::to_string(where.begin.line) + ": ";
  text += problem;
  return unreadable(std::move(text));
}

std::optional<std::size_t> field_of_key(const Draft& draft, std::string_view key) {
  for (std::size_t index = 0; index < draft.size(); ++index) {
    if (type_of(draft.field(index)) == FieldType::object) continue;
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
  for (const auto& [key, value] : root) {
    if (value.is_table()) return error_on(value.source(), "tables are not supported");
    const auto field = field_of_key(draft, key.str());
    if (!field) continue;
    if (auto stored = store(draft, *field, key.str(), value); !stored) return stored;
  }
  return {};
}

}  // namespace

core::Result<void> decode_toml(std::string_view body, Draft& draft) {
  if (body.size() > kMaxTomlBytes) return unreadable("toml: the document is larger than 64 KiB");
  if (std::count(body.begin(), body.end(), '.') > kMaxDots) return unreadable("toml: more than 8000 dots");
  try {
    return store(draft, toml::parse(body));
  } catch (const toml::parse_error& error) {
    return error_on(error.source(), error.description());
  }
}

}  // namespace push::binder
