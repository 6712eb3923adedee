#include "push/api/origin_rules.hpp"

#include <algorithm>

#include "api/incoming.hpp"
#include "push/core/text.hpp"

namespace push::api {
namespace {

core::Result<std::vector<core::Pattern>> compile_all(const std::vector<std::string>& patterns, std::string_view key) {
  std::vector<core::Pattern> out;
  for (const std::string& pattern : patterns) {
    auto compiled = core::Pattern::compile(pattern);
    if (!compiled) {
      return core::failure(core::ErrorCode::invalid, std::string(key) + ": \"" + pattern +
                                                         "\" is not a regular expression: " + compiled.error().text);
    }
    out.push_back(*std::move(compiled));
  }
  return out;
}

bool any_match(const std::vector<core::Pattern>& patterns, std::string_view text) {
  if (patterns.empty()) return false;
  const std::string lower = core::lower(text);
  return std::any_of(patterns.begin(), patterns.end(),
                     [&lower](const core::Pattern& pattern) { return pattern.is_found_in(lower); });
}

// x-gotify-key -> X-Gotify-Key
std::string canonical(std::string_view name) {
  std::string out = core::lower(name);
  bool start = true;
  for (char& c : out) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    start = c == '-';
  }
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

template <class Change>
std::string join(const std::vector<std::string>& words, Change change) {
  std::string out;
  for (const std::string& word : words) {
    if (!out.empty()) out += ',';
    out += change(word);
  }
  return out;
}

bool is_same_origin(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme) && origin.substr(scheme.size()) == host) return true;
  }
  return false;
}

}  // namespace

void set_header(HeaderList& headers, std::string_view name, std::string value) {
  for (auto& [known, old] : headers) {
    if (core::same_ignoring_case(known, name)) {
      old = std::move(value);
      return;
    }
  }
  headers.emplace_back(std::string(name), std::move(value));
}

core::Result<OriginRules> OriginRules::compile(const config::Server& server) {
  OriginRules out;
  auto origins = compile_all(server.cors.alloworigins, "server.cors.alloworigins");
  if (!origins) return std::move(origins).error();
  out.origins_ = *std::move(origins);
  auto stream_origins = compile_all(server.stream.allowedorigins, "server.stream.allowedorigins");
  if (!stream_origins) return std::move(stream_origins).error();
  out.stream_origins_ = *std::move(stream_origins);
  out.methods_ = join(server.cors.allowmethods, upper);
  out.headers_ = join(server.cors.allowheaders, canonical);
  for (const auto& [name, value] : server.responseheaders) {
    set_header(out.fixed_, name, value);
    if (!out.origins_.empty() || !core::same_ignoring_case(name, "Access-Control-Allow-Origin")) continue;
    if (value != "*" && value.find("://") == std::string::npos) {
      return core::failure(core::ErrorCode::invalid, "server.responseheaders: Access-Control-Allow-Origin \"" + value +
                                                         "\" must be * or have a scheme");
    }
    out.allowed_origin_ = value;
  }
  return out;
}

OriginRules::Verdict OriginRules::judge(const Incoming& request, HeaderList& headers) const {
  headers = fixed_;
  if (request.origin.empty() || is_same_origin(request.origin, request.host)) return Verdict::pass;
  if (!allows(request.origin)) return Verdict::refuse;
  set_header(headers, "Access-Control-Allow-Origin", std::string(request.origin));
  if (request.method != "OPTIONS") {
    headers.emplace_back("Vary", "Origin");
    return Verdict::pass;
  }
  if (!methods_.empty()) set_header(headers, "Access-Control-Allow-Methods", methods_);
  if (!headers_.empty()) set_header(headers, "Access-Control-Allow-Headers", headers_);
  set_header(headers, "Access-Control-Max-Age", "43200");
  for (const char* name : {"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"}) {
    headers.emplace_back("Vary", name);
  }
  return Verdict::preflight;
}

OriginRules::Verdict OriginRules::judge_stream(const Incoming& request, HeaderList& headers) const {
  const Verdict verdict = judge(request, headers);
  return verdict == Verdict::refuse && is_stream_origin(request.origin) ? Verdict::pass : verdict;
}

bool OriginRules::is_stream_origin(std::string_view origin) const {
  return any_match(stream_origins_, host_name(origin_host(origin)));
}

bool OriginRules::allows(std::string_view origin) const {
  if (allowed_origin_ == "*" || (!allowed_origin_.empty() && allowed_origin_ == origin)) return true;
  return any_match(origins_, origin);
}

bool OriginRules::allows_stream(std::string_view origin, std::string_view host) const {
  if (origin.empty()) return true;
  const std::string_view theirs = origin_host(origin);
  if (!theirs.empty() && core::same_ignoring_case(theirs, host)) return true;
  return is_stream_origin(origin);
}

}  // namespace push::api
