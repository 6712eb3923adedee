#include "api/router.hpp"

#include <charconv>

namespace push::api {
namespace {

constexpr std::string_view kId = ":id";

// Fills in what matched the variable part of the pattern.
bool matches(std::string_view pattern, std::string_view path, Match& match) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    if (!path.starts_with(pattern)) return false;
    match.rest = path.substr(pattern.size());
    return true;
  }
  const std::size_t at = pattern.find(kId);
  if (at == std::string_view::npos) return pattern == path;
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + kId.size());
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) return false;
  const std::string_view middle = path.substr(at, path.size() - before.size() - after.size());
  if (middle.find('/') != std::string_view::npos) return false;
  match.id = middle;
  return true;
}

// X-Forwarded-Prefix reduced to letters, digits, '-' and single slashes.
std::string safe_prefix(std::string_view prefix) {
  std::string out;
  for (const char c : prefix) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || c == '-' || c == '/') out += c;
  }
  std::string single;
  for (const char c : "/" + out) {
    if (c != '/' || single.empty() || single.back() != '/') single += c;
  }
  if (single.ends_with('/')) single.pop_back();
  return single;
}

}  // namespace

Match Router::find(std::string_view method, std::string_view path) const {
  if (method == "HEAD") method = "GET";  // the session leaves out the body
  for (const Route& route : routes_) {
    Match match{&route, {}, {}};
    if (route.method == method && matches(route.pattern, path, match)) return match;
  }
  return {};
}

std::optional<std::string> Router::redirect(const Incoming& request) const {
  const Target& target = request.target;
  std::string other = target.path;
  if (other.size() <= 1) return std::nullopt;
  if (other.back() == '/')
    other.pop_back();
  else
    other += '/';
  if (find(request.method, other).route == nullptr) return std::nullopt;
  std::string location = safe_prefix(request.forwarded_prefix) + percent_encode_path(other);
  if (!target.query.empty()) {
    location += '?';
    location += target.query;
  }
  return location;
}

std::optional<std::uint64_t> parse_id(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace push::api
