#include "push/webpush/endpoints.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace push::webpush {
namespace {

constexpr std::string_view kKnown[] = {"fcm.googleapis.com",          "updates.push.services.mozilla.com",
                                       "*.push.services.mozilla.com", "*.notify.windows.com",
                                       "web.push.apple.com",          "*.push.apple.com"};
constexpr std::uint16_t kHttps = 443;
constexpr std::uint16_t kHttp = 80;

// Letters, digits, dots and hyphens: what every reader of a URL takes for the same host.
bool is_plain_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

bool is_plain_rest(std::string_view rest) {
  return std::all_of(rest.begin(), rest.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#' && c != '\\'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 'a' - 'A') : c;
  return out;
}

core::Error refused(const char* why) {
  return core::failure(core::ErrorCode::invalid, why);
}

}  // namespace

Endpoints::Endpoints(const std::vector<std::string>& more) {
  const auto add = [this](std::string_view text) {
    const bool whole = text.find("://") != std::string_view::npos;
    std::string url = whole ? std::string(text) : "https://" + std::string(text);
    const auto star = url.find("://*.");
    if (star != std::string::npos) url.erase(star + 3, 2);
    if (auto parsed = parse(url)) {
      parsed->below = star != std::string::npos;
      patterns_.push_back(*std::move(parsed));
    }
  };
  for (const std::string_view known : kKnown) add(known);
  for (const std::string& one : more) add(one);
}

std::optional<Endpoints::Url> Endpoints::parse(std::string_view text) {
  Url url;
  const auto scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  url.scheme = lower(text.substr(0, scheme));
  if (url.scheme != "https" && url.scheme != "http") return std::nullopt;
  url.port = url.scheme == "https" ? kHttps : kHttp;
  text.remove_prefix(scheme + 3);
  std::string_view authority = text.substr(0, text.find_first_of("/?#"));
  if (!is_plain_rest(text.substr(authority.size()))) return std::nullopt;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto address = core::Address::parse(authority.substr(1, end - 1));
    if (!address) return std::nullopt;
    url.host = address->text();
    authority.remove_prefix(end + 1);
  } else {
    const auto colon = std::min(authority.find(':'), authority.size());
    url.host = lower(authority.substr(0, colon));
    if (!is_plain_host(url.host)) return std::nullopt;
    authority.remove_prefix(colon);
  }
  if (authority.empty()) return url;
  const char* const end = authority.data() + authority.size();
  const auto port = std::from_chars(authority.data() + 1, end, url.port);
  if (authority.front() != ':' || port.ec != std::errc() || port.ptr != end || url.port == 0) return std::nullopt;
  return url;
}

bool Endpoints::matches(const Url& pattern, const Url& url) {
  if (pattern.scheme != url.scheme || pattern.port != url.port) return false;
  return pattern.below ? url.host.ends_with("." + pattern.host) : url.host == pattern.host;
}

core::Result<Endpoints::Allowed> Endpoints::check(std::string_view text) const {
  if (text.size() > kMaxUrl) return refused("Field 'endpoint' is longer than 1024 bytes");
  const auto url = parse(text);
  if (!url) return refused("Field 'endpoint' is not the URL of a push service");
  const bool known =
      std::any_of(patterns_.begin(), patterns_.end(), [&](const Url& pattern) { return matches(pattern, *url); });
  if (!known) {
    return core::failure(core::ErrorCode::invalid,
                         "the push service " + url->host +
                             " is not allowed on this server; an administrator can add it to webpush.endpoints");
  }
  const auto address = core::Address::parse(url->host);
  Allowed allowed;
  allowed.host = url->host;
  allowed.any_address = address.has_value();
  const bool bracketed = address && !address->is_v4();
  allowed.origin = url->scheme + "://" + (bracketed ? "[" + url->host + "]" : url->host);
  if (url->port != (url->scheme == "https" ? kHttps : kHttp)) allowed.origin += ":" + std::to_string(url->port);
  return allowed;
}

bool is_public(const core::Address& address) {
  // Not of the Internet, of more than one machine, or a way to an IPv4 address that is not looked at.
  static const std::array kOthers = {*core::Network::parse("0.0.0.0/8"),     *core::Network::parse("192.0.0.0/24"),
                                     *core::Network::parse("198.18.0.0/15"), *core::Network::parse("224.0.0.0/3"),
                                     *core::Network::parse("::/96"),         *core::Network::parse("64:ff9b::/32"),
                                     *core::Network::parse("2002::/16"),     *core::Network::parse("2001::/32"),
                                     *core::Network::parse("ff00::/8")};
  if (address.is_loopback() || address.is_private()) return false;
  return std::none_of(kOthers.begin(), kOthers.end(),
                      [&](const core::Network& network) { return network.contains(address); });
}

}  // namespace push::webpush
