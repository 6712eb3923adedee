#include "binder/form_values.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "binder/decoders.hpp"
#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

constexpr std::ptrdiff_t kMaxPairs = 10000;  // as Go's net/url

// The error that core::form_decode found, in Go's words.
std::string broken_escape(std::string_view text) {
  std::size_t at = text.find('%');
  while (core::percent_escape(text.substr(at))) at = text.find('%', at + 3);
  return "invalid URL escape " + go::quote(text.substr(at, 3));
}

}  // namespace

FormValues::Value* FormValues::find(std::string_view name) {
  for (std::size_t index = 0; index < values_.size(); ++index) {
    if (draft_.field(index).name() == name) return &values_[index];
  }
  return nullptr;
}

void FormValues::add(std::string_view name, std::string value) {
  Value* const found = find(name);
  if (found != nullptr && !found->text) found->text = std::move(value);
}

void FormValues::add_file(std::string_view name) {
  if (Value* const found = find(name)) found->is_file = true;
}

std::optional<std::string> FormValues::add_encoded(std::string_view text) {
  if (std::count(text.begin(), text.end(), '&') >= kMaxPairs) return "number of URL query parameters exceeded limit";
  std::optional<std::string> first_problem;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    if (pair.find(';') != std::string_view::npos) {
      first_problem = "invalid semicolon separator in query";  // in Go this one replaces an earlier error
      continue;
    }
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view after = pair.substr(std::min(equals + 1, pair.size()));
    const auto name = core::form_decode(pair.substr(0, equals));
    auto value = core::form_decode(after);
    if (name && value) {
      add(*name, *std::move(value));
    } else if (!first_problem) {
      first_problem = broken_escape(name ? after : pair.substr(0, equals));
    }
  }
  return first_problem;
}

core::Result<void> FormValues::store(Draft& draft) const {
  for (std::size_t index = 0; index < values_.size(); ++index) {
    if (!is_scalar(draft.field(index))) continue;
    if (values_[index].is_file) return unreadable("unsupported field type for multipart.FileHeader");
    if (!values_[index].text) continue;
    if (auto stored = draft.set_from_text(index, *values_[index].text); !stored) return stored;
  }
  return {};
}

}  // namespace push::binder
