// Settings of Web Push.
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/check.hpp"
#include "push/core/address.hpp"

namespace push::config {
namespace {

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  return read.ec == std::errc() && read.ptr == text.data() + text.size() && port != 0;
}

bool has_blank(std::string_view text) {
  return text.find(' ') != std::string_view::npos || has_control_character(text);
}

}  // namespace

std::string why_no_push_subject(const std::string& subject) {
  const std::string_view text = subject;
  if (text.empty()) return "";
  if (has_blank(text)) return "must not contain blanks";
  if (text.starts_with("https://") && text.size() > 8) return "";
  const auto at = text.find('@');
  const bool mail = text.starts_with("mailto:") && at != std::string_view::npos && at > 7 && at + 1 < text.size();
  return mail ? "" : "must be mailto: and an address, or an https:// URL";
}

std::string why_no_push_service(const std::string& pattern) {
  constexpr const char* kForm = "must be a host such as push.example.org, *.example.org or http://127.0.0.1:8090";
  std::string_view rest = pattern;
  if (const auto scheme = rest.find("://"); scheme != std::string_view::npos) {
    if (rest.substr(0, scheme) != "https" && rest.substr(0, scheme) != "http") return kForm;
    rest.remove_prefix(scheme + 3);
  }
  std::string_view host = rest;
  std::string_view after;
  if (rest.starts_with('[')) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return kForm;
    host = rest.substr(1, end - 1);
    after = rest.substr(end + 1);
    if (!core::Address::parse(host)) return kForm;
  } else {
    host = rest.substr(0, rest.find(':'));
    after = rest.substr(host.size());
    if (host.starts_with("*.")) host.remove_prefix(2);
    if (!core::Address::parse(host) && !is_host(std::string(host))) return kForm;
  }
  return after.empty() || (after.front() == ':' && is_port(after.substr(1))) ? "" : kForm;
}

}  // namespace push::config
