#include "config/check.hpp"

#include <sys/un.h>

#include <algorithm>
#include <array>

#include "config/value.hpp"
#include "push/core/address.hpp"
#include "push/core/pattern.hpp"
#include "push/core/text.hpp"

namespace push::config {

namespace {

constexpr std::size_t kUnixPathLimit = sizeof(sockaddr_un::sun_path) - 1;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Labels of letters, digits, - and _. What ends in a number would be a mistyped IP address (RFC 3696 2).
bool is_host_name(std::string_view text) {
  constexpr std::size_t kMaxName = 253;
  constexpr std::size_t kMaxLabel = 63;
  if (text.size() > kMaxName) return false;
  std::string_view label;
  do {
    label = text.substr(0, text.find('.'));
    const bool letters = std::all_of(label.begin(), label.end(), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
    if (!letters || label.empty() || label.size() > kMaxLabel || label.front() == '-') return false;
    text.remove_prefix(std::min(text.size(), label.size() + 1));
  } while (!text.empty());
  return !std::all_of(label.begin(), label.end(), is_digit);
}

}  // namespace

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool is_not_empty(const std::string& text) {
  return !text.empty();
}

bool is_token(const std::string& text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

std::string why_no_free_header(const std::string& name) {
  static constexpr std::string_view kOurs[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                               "Keep-Alive",     "Trailer",           "Upgrade"};
  if (!is_token(name)) return "must be a header name, of letters, digits and hyphens";
  const bool ours = std::any_of(std::begin(kOurs), std::end(kOurs),
                                [&name](std::string_view one) { return core::same_ignoring_case(one, name); });
  return ours ? "must not be one of the headers by which the server frames its responses: Content-Length, "
                "Transfer-Encoding, "
                "Connection, Keep-Alive, Trailer and Upgrade"
              : "";
}

bool is_address(const std::string& text) {
  if (text.empty()) return true;
  if (text.rfind("unix:", 0) == 0) return text.size() > 5 && text.size() - 5 <= kUnixPathLimit;
  const std::string address = without_brackets(text);
  const std::string_view host = std::string_view(address).substr(0, address.find('%'));
  if (is_host_name(text)) return true;
  const bool is_v6 = host.find(':') != std::string_view::npos;  // only IPv6 may have brackets and a zone
  return (is_v6 || host == text) && core::Address::parse(host).has_value();
}

bool is_host(const std::string& text) {
  return is_host_name(text);
}

bool is_network(const std::string& text) {
  return core::Network::parse(text).has_value();
}

std::string why_no_pattern(const std::string& text) {
  if (text.empty()) return "must be a regular expression, not empty";
  const auto compiled = core::Pattern::compile(text);
  if (compiled) return "";
  if (text == "*") return "must be a regular expression; .* matches everything";
  return "must be a regular expression: " + printable(compiled.error().text);
}

bool has_password(std::string_view connection) {
  // Postgres: password=x or password = x. MySQL: user:password@tcp(host)/name. A URL: scheme://user:password@host, or
  // encoded, ?p%61ssword=x.
  static constexpr std::string_view kMarks[] = {"pass", "pwd", "secret", "@", "%"};
  const std::string text = core::lower(connection);
  return std::any_of(std::begin(kMarks), std::end(kMarks),
                     [&](std::string_view mark) { return text.find(mark) != std::string::npos; });
}

bool is_file(const std::string& connection) {
  static constexpr std::string_view kMarks[] = {"@tcp(",    "@unix(", "postgres://", "postgresql://",
                                                "mysql://", "host=",  "dbname=",     "password="};
  return !connection.empty() && std::none_of(std::begin(kMarks), std::end(kMarks), [&](std::string_view mark) {
    return connection.find(mark) != std::string::npos;
  });
}

bool is_postgres(const std::string& connection) {
  return connection.starts_with("postgres://") || connection.starts_with("postgresql://") ||
         connection.find('=') != std::string::npos;
}

std::optional<std::string> log_level(std::string_view text) {
  // Starting at -1. 6 is zerolog's level for lines without a level, which nothing here writes.
  static constexpr std::array kWords = {"trace", "debug", "info",     "warn",    "error",
                                        "fatal", "panic", "disabled", "disabled"};
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    const std::string_view word = kWords[i];
    if (core::same_ignoring_case(text, word) || text == std::to_string(static_cast<int>(i) - 1))
      return std::string(word);
  }
  return std::nullopt;
}

std::string without_brackets(std::string_view address) {
  if (address.size() > 2 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  return std::string(address);
}

}  // namespace push::config
