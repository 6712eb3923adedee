// Arbitrary bytes as a request's method, its target, and a proxy's prefix. Routes see the path that a slow and simple
// reader makes of it, and it survives encoding; a parameter has the value that such a reader finds; a match is the
// whole path; and a redirect leads to a route of this server, whatever the proxy says.
#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/router.hpp"
#include "api/target.hpp"
#include "fuzz/input.hpp"
#include "push/core/check.hpp"

namespace {

using namespace push::api;

// Each kind of pattern that src/api/routes.cpp has.
const std::array kRoutes = {
    Route{"GET", "/", {}, Handler{nullptr}},
    Route{"GET", "/message", {}, Handler{nullptr}},
    Route{"POST", "/message", {}, Handler{nullptr}},
    Route{"DELETE", "/message/:id", {}, Handler{nullptr}},
    Route{"GET", "/application/:id/message", {}, Handler{nullptr}},
    Route{"GET", "/docs/", {}, Handler{nullptr}},
    Route{"GET", "/image/*", {}, Handler{nullptr}},
};

bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}

// Letter by letter.
std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '%') {
      if (text.size() - at < 3 || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return std::nullopt;
      out += static_cast<char>(std::stoi(std::string(text.substr(at + 1, 2)), nullptr, 16));
      at += 2;
    } else {
      out += plus_is_space && text[at] == '+' ? ' ' : text[at];
    }
  }
  return out;
}

// Rewrites whatever does not belong into a path until nothing is left of it.
std::string cleaned(const std::string& path) {
  const bool directory = path.ends_with('/') || path.ends_with("/.") || path == ".";
  std::string out = "/" + path + "/";
  for (;;) {
    if (const std::size_t twice = out.find("//"); twice != std::string::npos) {
      out.erase(twice, 1);
    } else if (const std::size_t same = out.find("/./"); same != std::string::npos) {
      out.erase(same, 2);
    } else if (const std::size_t up = out.find("/../"); up != std::string::npos) {
      const std::size_t begin = up == 0 ? 0 : out.rfind('/', up - 1);
      out.erase(begin, up + 3 - begin);
    } else {
      break;
    }
  }
  if (!directory && out.size() > 1) out.pop_back();
  return out;
}

std::optional<std::string> value_of(std::string_view query, std::string_view name) {
  for (std::size_t at = 0; at < query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string_view pair = query.substr(at, end - at);
    at = end + 1;
    if (pair.find(';') != std::string_view::npos) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const auto key = decoded(pair.substr(0, equals), true);
    auto value = decoded(equals == pair.size() ? "" : pair.substr(equals + 1), true);
    if (key == name && value) return value;
  }
  return std::nullopt;
}

void check_path(const Target& target) {
  constexpr std::size_t kMost = 512;  // the simple reader is quadratic
  const auto path = decoded(target.raw_path, false);
  PUSH_CHECK(path);
  if (path->size() <= kMost) PUSH_CHECK(target.path == cleaned(*path));
  PUSH_CHECK(target.path.starts_with('/') && target.path.find("//") == std::string::npos);
  const std::string segments = target.path + '/';
  PUSH_CHECK(segments.find("/./") == std::string::npos && segments.find("/../") == std::string::npos);
  PUSH_CHECK(parse_target(percent_encode_path(target.path))->path == target.path);
}

void check_query(const std::string& text, const Target& target) {
  for (const std::string_view name : {"token", "since"}) {
    PUSH_CHECK(query_value(target.query, name) == value_of(target.query, name));
  }
  const std::string first = "%74oken=" + percent_encode_path(text) + "&" + std::string(target.query);
  PUSH_CHECK(query_value(first, "token") == text);
}

void check_match(const Match& match, const std::string& path) {
  std::string filled(match.route->pattern);
  if (const std::size_t id = filled.find(":id"); id != std::string::npos) {
    PUSH_CHECK(!match.id.empty() && match.id.find('/') == std::string_view::npos);
    filled.replace(id, 3, match.id);
  } else if (filled.ends_with('*')) {
    filled.replace(filled.size() - 1, 1, match.rest);
  }
  PUSH_CHECK(filled == path);
  const auto id = parse_id(match.id);
  const bool digits =
      !match.id.empty() && std::all_of(match.id.begin(), match.id.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (id) {
    const std::size_t zeros = std::min(match.id.find_first_not_of('0'), match.id.size() - 1);
    PUSH_CHECK(digits && std::to_string(*id) == match.id.substr(zeros));
  } else {
    PUSH_CHECK(!digits || match.id.size() >= 20);
  }
}

void check_redirect(const Router& router, const Incoming& request) {
  const auto location = router.redirect(request);
  if (!location) return;
  const std::string& path = request.target.path;
  const std::string other = path.ends_with('/') ? path.substr(0, path.size() - 1) : path + '/';
  PUSH_CHECK(router.find(request.method, other).route != nullptr);
  const std::string to = location->substr(0, location->find('?'));
  PUSH_CHECK(to.size() > 1 && to[0] == '/' && to[1] != '/' && to.ends_with(percent_encode_path(other)));
  for (const char c : to) {
    PUSH_CHECK(std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("-._~/%").find(c) != std::string_view::npos);
  }
  const std::string query(request.target.query);
  PUSH_CHECK(location->substr(to.size()) == (query.empty() ? "" : "?" + query));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  push::fuzz::Input input(data, size);
  const std::string method = input.line();
  const std::string prefix = input.line();
  const std::string text = input.rest();
  auto target = parse_target(text);
  const bool origin_form = text.starts_with('/');
  if (origin_form) PUSH_CHECK(target.has_value() == decoded(text.substr(0, text.find('?')), false).has_value());
  if (!target) {
    PUSH_CHECK(target.error().code == push::core::ErrorCode::invalid);
    return 0;
  }
  PUSH_CHECK(origin_form || text == "*" || text.find("://") != std::string::npos);
  const std::string kept =
      std::string(target->raw_path) + (text.find('?') == std::string::npos ? "" : "?") + std::string(target->query);
  PUSH_CHECK(origin_form ? kept == text : text.ends_with(kept) || kept == "/");
  check_path(*target);
  check_query(text, *target);

  const Router router(kRoutes);
  Incoming request;
  request.method = method;
  request.forwarded_prefix = prefix;
  request.target = *std::move(target);
  const Match match = router.find(method, request.target.path);
  if (match.route != nullptr) {
    check_match(match, request.target.path);
  } else {
    check_redirect(router, request);
  }
  return 0;
}
