#include "net/request_rules.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <boost/beast/http/field.hpp>
#include <charconv>
#include <string_view>
#include <vector>

#include "net/header_scanner.hpp"
#include "push/core/address.hpp"
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

// Removes the first item of a list in a header from its front; it may be empty.
std::string_view take_item(std::string_view& list) {
  const std::size_t comma = std::min(list.find(','), list.size());
  const std::string_view item = core::trim_blanks(list.substr(0, comma));
  list.remove_prefix(std::min(comma + 1, list.size()));
  return item;
}

// 501 for a coding that is not known, 400 for `chunked` in a form that some servers read and others do not.
Rejection refused_coding(const Header& header) {
  const auto [first, last] = header.equal_range(http::field::transfer_encoding);
  for (auto field = first; field != last; ++field) {
    std::string_view list = text_of(field->value());
    while (!list.empty()) {
      const std::string_view coding = take_item(list);
      if (!coding.empty() && !core::same_ignoring_case(coding, "chunked")) return {Refusal::unknown_coding};
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

// A list (RFC 9110 10.1.1), whose lines were joined.
std::optional<Rejection> read_expectation(const Header& header, bool& expects_continue) {
  std::string_view list = text_of(header[http::field::expect]);
  if (header.version() < 11) return std::nullopt;
  while (!list.empty()) {
    const std::string_view expected = take_item(list);
    if (expected.empty()) continue;
    if (!core::same_ignoring_case(expected, "100-continue")) return Rejection{Refusal::unknown_expectation};
    expects_continue = true;
  }
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
    if (list.size() > HeaderScanner::kMaxLine) return line_too_long();
    header.set(name, list);
  }
  return std::nullopt;
}

}  // namespace

Rejection line_too_long() {
  return {Refusal::header_too_large, "has a line of more than " + std::to_string(HeaderScanner::kMaxLine) + " bytes"};
}

std::optional<Rejection> check_header(Header& header, Framing& framing) {
  const Found found = look_through(header);
  if (found.hosts == 0 && header.version() >= 11) return malformed("missing Host");
  if (found.hosts > 1) return malformed("more than one Host");
  if (found.hosts == 1 && !core::is_authority(found.host)) return malformed("invalid Host");
  if (auto rejection = read_framing(header, found, framing.body)) return rejection;
  if (found.repeated) {
    if (auto rejection = join_repeated(header)) return rejection;
  }
  if (found.expectations == 0) return std::nullopt;
  return read_expectation(header, framing.expects_continue);
}

}  // namespace push::net
