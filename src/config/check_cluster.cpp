#include <algorithm>
#include <charconv>
#include <vector>

#include "config/check.hpp"
#include "config/field.hpp"
#include "push/core/address.hpp"
#include "push/core/text.hpp"

namespace push::config {

namespace {

constexpr std::size_t kMaxPrefix = 200;

struct NatsUrl {
  std::string_view scheme;
  std::string_view user;   // or user:password, or a token
  std::string_view place;  // host[:port]
};

std::vector<std::string_view> split(std::string_view text, char mark) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(mark);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// As the client library reads it: the last @ ends the user.
NatsUrl parse_url(std::string_view text) {
  NatsUrl url;
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return url;
  url.scheme = text.substr(0, scheme);
  text.remove_prefix(scheme + 3);
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    url.user = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  url.place = text;
  return url;
}

std::string_view port_of(std::string_view place) {
  const std::size_t colon = place.rfind(':');
  const bool in_brackets = place.find(']') != std::string_view::npos && colon < place.find(']');
  return colon == std::string_view::npos || in_brackets ? std::string_view() : place.substr(colon + 1);
}

std::string_view host_of(std::string_view place) {
  const std::string_view port = port_of(place);
  if (place.ends_with(':') || !port.empty()) place.remove_suffix(port.size() + 1);
  if (place.starts_with('[') && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  return place;
}

bool is_place(std::string_view place) {
  if (!core::is_authority(place) || place.ends_with(':') || host_of(place).empty()) return false;
  const std::string_view port = port_of(place);
  if (port.empty()) return true;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
  return error == std::errc() && end == port.data() + port.size() && value >= 1 && value <= 65535;
}

bool is_here(std::string_view host) {
  const auto address = core::Address::parse(host);
  return address ? address->is_loopback() : core::same_ignoring_case(host, "localhost");
}

}  // namespace

std::string_view name_of(BusKind bus) {
  return words_of(bus)[static_cast<std::size_t>(bus)];
}

bool is_of_node_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
}

bool is_node_name(std::string_view name) {
  return name.size() <= kMaxNodeName && std::all_of(name.begin(), name.end(), is_of_node_name);
}

std::string why_no_node(const std::string& name) {
  return is_node_name(name) ? "" : "must be 1 to 64 letters, digits, -, _ and ., or empty";
}

std::string why_no_subject(const std::string& prefix) {
  const auto tokens = split(prefix, '.');
  const bool good =
      prefix.size() <= kMaxPrefix && std::none_of(tokens.begin(), tokens.end(), [](std::string_view token) {
        return token.empty() || std::any_of(token.begin(), token.end(),
                                            [](char c) { return c <= ' ' || c >= 0x7f || c == '*' || c == '>'; });
      });
  if (!good) return "must be at most 200 printable ASCII characters, words joined by dots, without spaces, * or >";
  const bool reserved = tokens[0].starts_with('$') || tokens[0].starts_with("_INBOX");
  return reserved ? "must not begin with $ or _INBOX, which NATS uses itself" : "";
}

std::string why_no_nats_url(const std::string& urls) {
  for (const std::string_view one : split(urls, ',')) {
    const NatsUrl url = parse_url(one);
    const bool blank = has_control_character(one) || one.find(' ') != std::string_view::npos;
    if (blank || (url.scheme != "nats" && url.scheme != "tls") || !is_place(url.place)) {
      return "must be a list of nats://host:port or tls://user:password@host:port, separated by commas without spaces";
    }
  }
  return "";
}

std::string open_nats_server(const std::string& urls) {
  for (const std::string_view one : split(urls, ',')) {
    const NatsUrl url = parse_url(one);
    if (url.user.empty() && !is_here(host_of(url.place))) return std::string(url.place);
  }
  return "";
}

}  // namespace push::config
