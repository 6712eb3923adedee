#include "net/header_scanner.hpp"

#include <cstring>

namespace push::net {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

}  // namespace

HeaderScanner::Progress HeaderScanner::scan(std::string_view input) {
  const char* const begin = input.data();
  while (scanned_ < input.size()) {
    const void* found = std::memchr(begin + scanned_, '\n', input.size() - scanned_);
    if (found == nullptr) {
      scanned_ = input.size();
      break;
    }
    const auto after = static_cast<std::size_t>(static_cast<const char*>(found) - begin) + 1;
    std::size_t length = after - 1 - line_;
    const bool whole = length > 0 && begin[after - 2] == '\r';
    if (whole) --length;
    plain_ = plain_ && whole;
    scanned_ = after;
    if (length == 0) return Progress::complete;
    if (length > kMaxLine) return Progress::too_long;
    if (lines_ > kMaxFields) return Progress::too_many;
    if (lines_++ == 0)
      look_at_version(input.substr(0, length));
    else if (is_blank(begin[line_]))
      return Progress::folded;
    line_ = after;
  }
  return Progress::incomplete;
}

void HeaderScanner::look_at_version(std::string_view request_line) {
  constexpr std::string_view kMajor = " HTTP/1.";
  const std::size_t size = request_line.size();
  if (size <= kMajor.size() || request_line.substr(size - kMajor.size() - 1, kMajor.size()) != kMajor) return;
  const char minor = request_line.back();
  if (minor < '2' || minor > '9') return;
  version_digit_ = size - 1;
  plain_ = false;
}

std::string_view HeaderScanner::normalized(std::string_view input, std::string& copy) const {
  std::string_view rest = input.substr(0, scanned_);
  if (plain_) return rest;
  copy.clear();
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    copy += line;
    copy += "\r\n";
    rest.remove_prefix(end + 1);
  }
  if (version_digit_ != 0) copy[version_digit_] = '1';
  return copy;
}

}  // namespace push::net
