#include "binder/media_type.hpp"

#include <algorithm>
#include <utility>

#include "push/core/text.hpp"
#include "push/go/text.hpp"

namespace push::binder {
namespace {

bool is_special(char c) {
  return std::string_view("()<>@,;:\\\"/[]?=").find(c) != std::string_view::npos;
}
bool is_token(char c) {
  return c > 0x20 && c < 0x7F && !is_special(c);
}

// Consumes the token at the start of `rest`; empty if there is none.
std::string_view take_token(std::string_view& rest) {
  const auto size = static_cast<std::size_t>(std::find_if_not(rest.begin(), rest.end(), is_token) - rest.begin());
  const std::string_view token = rest.substr(0, size);
  rest.remove_prefix(size);
  return token;
}

void skip_space(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r\n\v\f"), rest.size()));
}

std::optional<std::string> take_quoted(std::string_view& rest) {
  std::string value;
  for (std::size_t at = 1; at < rest.size(); ++at) {
    const char c = rest[at];
    if (c == '"') {
      rest.remove_prefix(at + 1);
      return value;
    }
    if (c == '\r' || c == '\n') return std::nullopt;
    if (c == '\\' && at + 1 < rest.size() && is_special(rest[at + 1])) ++at;
    value += rest[at];
  }
  return std::nullopt;
}

std::optional<std::string> take_value(std::string_view& rest) {
  if (rest.starts_with('"')) return take_quoted(rest);
  const std::string_view token = take_token(rest);
  if (token.empty()) return std::nullopt;
  return std::string(token);
}

// Consumes `; name=value`.
bool take_parameter(std::string_view& rest, std::pair<std::string, std::string>& parameter) {
  if (!rest.starts_with(';')) return false;
  rest.remove_prefix(1);
  skip_space(rest);
  parameter.first = core::lower(take_token(rest));
  skip_space(rest);
  if (parameter.first.empty() || !rest.starts_with('=')) return false;
  rest.remove_prefix(1);
  skip_space(rest);
  auto value = take_value(rest);
  if (!value) return false;
  parameter.second = std::move(*value);
  return true;
}

std::string type_problem(std::string_view type) {
  if (take_token(type).empty()) return "mime: no media type";
  if (type.empty()) return {};
  if (!type.starts_with('/')) return "mime: expected slash after first token";
  type.remove_prefix(1);
  if (take_token(type).empty()) return "mime: expected token after slash";
  return type.empty() ? "" : "mime: unexpected content after media subtype";
}

}  // namespace

std::optional<std::string_view> MediaType::parameter(std::string_view name) const {
  const auto found = parameters.find(name);
  if (found == parameters.end()) return std::nullopt;
  return found->second;
}

MediaType parse_media_type(std::string_view text) {
  MediaType media;
  const std::size_t end = std::min(text.find(';'), text.size());
  media.type = core::lower(go::trim(text.substr(0, end)));
  media.problem = type_problem(media.type);
  std::string_view rest = text.substr(end);
  while (media.problem.empty()) {
    skip_space(rest);
    if (rest.empty()) break;
    std::pair<std::string, std::string> parameter;
    std::string_view after = rest;
    if (!take_parameter(after, parameter)) {
      if (go::trim(rest) != ";") media.problem = "mime: invalid media parameter";
      break;
    }
    const auto earlier = media.parameter(parameter.first);
    if (earlier && *earlier != parameter.second) media.problem = "mime: duplicate parameter name";
    if (!earlier) media.parameters.insert(std::move(parameter));
    rest = after;
  }
  return media;
}

}  // namespace push::binder
