#include "push/go/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

#include "push/go/text.hpp"

namespace push::go {
namespace {

enum class Flaw { none, syntax, range };

core::Error number_error(std::string_view function, std::string_view text, Flaw flaw) {
  std::string out = "strconv.";
  out += function;
  out += ": parsing ";
  out += quote(text);
  out += flaw == Flaw::range ? ": value out of range" : ": invalid syntax";
  return core::failure(core::ErrorCode::invalid, std::move(out));
}

// Digits only. Stops at the first error from the left, so "99999999999999999999x" is out of range.
Flaw read_digits(std::string_view text, std::uint64_t& value) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return Flaw::syntax;
  value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return Flaw::syntax;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return Flaw::range;
    value = value * 10 + digit;
  }
  return Flaw::none;
}

}  // namespace

core::Result<std::int64_t> parse_int(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  std::uint64_t magnitude = 0;
  Flaw flaw = read_digits(text.substr(has_sign ? 1 : 0), magnitude);
  const std::uint64_t limit = std::uint64_t{1} << 63;
  if (flaw == Flaw::none && magnitude > (negative ? limit : limit - 1)) flaw = Flaw::range;
  if (flaw != Flaw::none) return number_error("ParseInt", text, flaw);
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

core::Result<std::uint64_t> parse_uint(std::string_view text) {
  std::uint64_t value = 0;
  if (const Flaw flaw = read_digits(text, value); flaw != Flaw::none) return number_error("ParseUint", text, flaw);
  return value;
}

core::Result<bool> parse_bool(std::string_view text) {
  constexpr std::array<std::string_view, 6> kYes = {"1", "t", "T", "true", "TRUE", "True"};
  constexpr std::array<std::string_view, 6> kNo = {"0", "f", "F", "false", "FALSE", "False"};
  if (std::find(kYes.begin(), kYes.end(), text) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), text) != kNo.end()) return false;
  return number_error("ParseBool", text, Flaw::syntax);
}

void append_float(std::string& out, double value) {
  std::array<char, 40> buffer;
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::fabs(value) < kExact && value == std::trunc(value) && (value != 0 || !std::signbit(value))) {
    const auto whole = std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<std::int64_t>(value));
    out.append(buffer.data(), whole.ptr);
    return;
  }
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  std::string_view text(buffer.data(), static_cast<std::size_t>(end - buffer.data()));
  if (text.starts_with('-')) {
    out += '-';
    text.remove_prefix(1);
  }
  const std::size_t mark = text.find('e');
  std::string digits(text.substr(0, mark));
  if (digits.size() > 1) digits.erase(1, 1);
  int exponent = 0;
  const std::size_t sign = mark + 1;
  std::from_chars(text.data() + sign + 1, text.data() + text.size(), exponent);
  if (text[sign] == '-') exponent = -exponent;

  const auto places = static_cast<int>(digits.size());
  if (value != 0 && (exponent < -6 || exponent >= 21)) {
    out += digits[0];
    if (places > 1) out.append(".").append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (exponent < 0) {
    const int zeros = -exponent - 1;
    out.append("0.").append(static_cast<std::size_t>(zeros), '0').append(digits);
  } else if (places <= exponent + 1) {
    const int zeros = exponent + 1 - places;
    out.append(digits).append(static_cast<std::size_t>(zeros), '0');
  } else {
    const int before = exponent + 1;
    const auto point = static_cast<std::size_t>(before);
    out.append(digits, 0, point).append(".").append(digits, point);
  }
}

}  // namespace push::go
