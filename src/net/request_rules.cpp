#include "net/request_rules.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <boost/beast/http/field.hpp>
#include <charconv>
#include <string_view>
#include <vector>

#include "net/header_scanner.hpp"
#include "push/core/text.hpp"

namespace push::net {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t kKnownFields = 512;  // more than Beast's enum has

std::string_view text_of(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

Rejection malformed(const char* what) {
  return {Refusal::malformed, what};
}

// The fields of one header that concern the rules.
struct Found {
  int hosts = 0;
  int lengths = 0;
  int codings = 0;
  int expectations = 0;
  std::string_view host;
  std::string_view length;
  std::string_view coding;
  bool repeated = false;  // some field may have several lines
};

// The names of fields that Beast does not know.
class UnknownNames {
 public:
  // Whether it was given before, or one of so many that it is not worth a look.
  bool has(std::string_view name) {
    for (std::size_t i = 0; i < count_; ++i) {
      if (core::same_ignoring_case(names_[i], name)) return true;
    }
    if (count_ == names_.size()) return true;
    names_[count_++] = name;
    return false;
  }

 private:
  std::array<std::string_view, 8> names_;
  std::size_t count_ = 0;
};

Found look_through(const Header& header) {
  Found found;
  std::bitset<kKnownFields> seen;
  UnknownNames unknown;
  for (const auto& field : header) {
    const auto name = static_cast<std::size_t>(field.name());
    if (field.name() == http::field::unknown) {
      found.repeated = found.repeated || unknown.has(text_of(field.name_string()));
      continue;
    }
    found.repeated = found.repeated || seen[name];
    seen[name] = true;
    switch (field.name()) {
      case http::field::host:
        ++found.hosts;
        found.host = text_of(field.value());
        break;
      case http::field::content_length:
        ++found.lengths;
        found.length = text_of(field.value());
        break;
      case http::field::transfer_encoding:
        ++found.codings;
        found.coding = text_of(field.value());
        break;
      case http::field::expect:
        ++found.expectations;
        break;
      default:
        break;
    }
  }
  return found;
}

// RFC 3986 3.2.2: reg-name, which an IPv4 address is, too.
constexpr auto kOfHost = [] {
  std::array<bool, 256> table{};
  for (const char c :
       std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();

bool is_of_host(char c) {
  return kOfHost[static_cast<unsigned char>(c)];
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// host[:port], RFC 9110 7.2. A client that names no host has none to reach.
bool is_host(std::string_view value) {
  std::size_t end = 0;
  if (value.starts_with('[')) {
    end = value.find(']');
    if (end == std::string_view::npos || end == 1) return false;
    for (const char c : value.substr(1, end - 1)) {
      if (!is_of_host(c) && c != ':') return false;
    }
    ++end;
  } else {
    while (end < value.size() && is_of_host(value[end])) ++end;
    if (end == 0) return false;
  }
  if (end == value.size()) return true;
  if (value[end] != ':') return false;
  return std::all_of(value.begin() + static_cast<std::ptrdiff_t>(end) + 1, value.end(), is_digit);
}

// 501 for a coding that is not known, 400 for `chunked` in a form that some servers read and others do not.
Rejection refused_coding(const Header& header) {
  const auto [first, last] = header.equal_range(http::field::transfer_encoding);
  for (auto field = first; field != last; ++field) {
    std::string_view list = text_of(field->value());
    while (!list.empty()) {
      const std::size_t comma = std::min(list.find(','), list.size());
      const std::string_view coding = core::trim_blanks(list.substr(0, comma));
      if (!coding.empty() && !core::same_ignoring_case(coding, "chunked")) return {Refusal::unknown_coding};
      list.remove_prefix(std::min(comma + 1, list.size()));
    }
  }
  return malformed("Transfer-Encoding must be chunked, once");
}

std::optional<Rejection> read_framing(const Header& header, const Found& found, BodyDecoder& body) {
  if (found.codings > 0) {
    if (header.version() < 11) return malformed("Transfer-Encoding in HTTP/1.0");
    if (found.codings > 1 || !core::same_ignoring_case(found.coding, "chunked")) return refused_coding(header);
    if (found.lengths > 0) return malformed("both Content-Length and Transfer-Encoding");
    body = BodyDecoder::chunked();
    return std::nullopt;
  }
  if (found.lengths == 0) return std::nullopt;
  std::uint64_t length = 0;
  const char* const end = found.length.data() + found.length.size();
  const auto [read, error] = std::from_chars(found.length.data(), end, length);
  if (found.lengths > 1 || error != std::errc() || read != end) return malformed("invalid Content-Length");
  body = BodyDecoder(length);
  return std::nullopt;
}

// After the lines of the field were joined.
std::optional<Rejection> read_expectation(const Header& header, bool& expects_continue) {
  const std::string_view expected = text_of(header[http::field::expect]);
  if (header.version() < 11 || expected.empty()) return std::nullopt;
  if (!core::same_ignoring_case(expected, "100-continue")) return Rejection{Refusal::unknown_expectation};
  expects_continue = true;
  return std::nullopt;
}

std::optional<Rejection> join_repeated(Header& header) {
  std::vector<std::string> names;
  for (const auto& field : header) {
    const auto name = text_of(field.name_string());
    const bool listed = std::any_of(names.begin(), names.end(),
                                    [name](const std::string& other) { return core::same_ignoring_case(name, other); });
    if (!listed && header.count(field.name_string()) > 1) names.emplace_back(name);
  }
  for (const std::string& name : names) {
    // Lines of Cookie are parts of one line that was split (RFC 9113 8.2.3).
    const std::string_view separator = core::same_ignoring_case(name, "Cookie") ? "; " : ", ";
    std::string list;
    const auto [first, last] = header.equal_range(name);
    for (auto field = first; field != last; ++field) {
      if (field != first) list += separator;
      list += text_of(field->value());
    }
    if (list.size() > HeaderScanner::kMaxLine) return Rejection{Refusal::header_too_large};
    header.set(name, list);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> check_header(Header& header, Framing& framing) {
  const Found found = look_through(header);
  if (found.hosts == 0 && header.version() >= 11) return malformed("missing Host");
  if (found.hosts > 1) return malformed("more than one Host");
  if (found.hosts == 1 && !is_host(found.host)) return malformed("invalid Host");
  if (auto rejection = read_framing(header, found, framing.body)) return rejection;
  if (found.repeated) {
    if (auto rejection = join_repeated(header)) return rejection;
  }
  if (found.expectations == 0) return std::nullopt;
  return read_expectation(header, framing.expects_continue);
}

}  // namespace push::net
