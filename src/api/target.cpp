#include "api/target.hpp"

#include <algorithm>
#include <vector>

#include "push/core/address.hpp"
#include "push/core/text.hpp"

namespace push::api {
namespace {

bool is_clean(std::string_view path) {
  return path.starts_with('/') && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos;
}

std::string clean(std::string path) {
  if (is_clean(path)) return path;
  const std::string_view text = path;
  std::vector<std::string_view> kept;
  bool directory = text.ends_with('/');
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('/', at), text.size());
    const std::string_view segment = text.substr(at, end - at);
    if (segment == ".." && !kept.empty()) kept.pop_back();
    if (segment == "." && end == text.size()) directory = true;
    if (!segment.empty() && segment != "." && segment != "..") kept.push_back(segment);
    at = end + 1;
  }
  std::string out;
  for (const std::string_view segment : kept) {
    out += '/';
    out += segment;
  }
  if (directory || out.empty()) out += '/';
  return out;
}

// RFC 3986 3.1.
bool is_scheme(std::string_view text) {
  const auto is_letter = [](char c) { return core::lower(c) >= 'a' && core::lower(c) <= 'z'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
  });
}

// A target in one of the forms of RFC 9112 3.2 -> path?query or `*`; http://host/path?query -> /path?query.
std::optional<std::string_view> path_and_query(std::string_view target) {
  if (target.starts_with('/') || target == "*") return target;
  const std::size_t scheme = target.find("://");
  if (scheme == std::string_view::npos || !is_scheme(target.substr(0, scheme))) return std::nullopt;
  const std::string_view rest = target.substr(scheme + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  if (!core::is_authority(rest.substr(0, end))) return std::nullopt;
  return end == rest.size() ? std::string_view("/") : rest.substr(end);
}

}  // namespace

core::Result<Target> parse_target(std::string_view target) {
  const auto rest = path_and_query(target);
  if (!rest) return core::failure(core::ErrorCode::invalid, "the request target must be a path that begins with /");
  Target out;
  const std::size_t question = rest->find('?');
  out.raw_path = rest->substr(0, question);
  if (question != std::string_view::npos) out.query = rest->substr(question + 1);
  auto decoded = core::percent_decode(out.raw_path);
  if (!decoded) return core::failure(core::ErrorCode::invalid, "invalid URL escape in the request path");
  out.path = clean(*std::move(decoded));
  return out;
}

std::string percent_encode_path(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/";
  std::string out;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      core::append_percent_escape(out, c);
    }
  }
  return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.find(';') != std::string_view::npos) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view key = pair.substr(0, equals);
    if (key != name) {
      if (key.find_first_of("%+") == std::string_view::npos) continue;
      if (core::form_decode(key) != name) continue;
    }
    if (auto value = core::form_decode(pair.substr(std::min(equals + 1, pair.size())))) return value;
  }
  return std::nullopt;
}

}  // namespace push::api
