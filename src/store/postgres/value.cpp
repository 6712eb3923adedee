#include "store/postgres/value.hpp"

#include <chrono>
#include <limits>
#include <utility>

#include "push/core/text.hpp"

namespace push::store::postgres {
namespace {

using Microseconds = std::chrono::microseconds;

constexpr std::chrono::sys_days k2000 = std::chrono::year(2000) / 1 / 1;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kHexDigits = "0123456789abcdef";

// Network byte order.
template <class Number>
void append_number(std::string& out, Number number) {
  using Bits = std::make_unsigned_t<Number>;
  const auto bits = static_cast<Bits>(number);
  for (std::size_t shift = sizeof(Number) * 8; shift > 0; shift -= 8) {
    out += static_cast<char>(static_cast<unsigned char>(bits >> (shift - 8)));
  }
}

void put_number(std::string& out, std::size_t at, std::int32_t number) {
  std::string bytes;
  append_number(bytes, number);
  out.replace(at, bytes.size(), bytes);
}

// An array's header: dimensions, whether there are NULLs, type of the elements, their number, index of the first.
constexpr std::size_t kNullsAt = 4;
constexpr std::size_t kSizeAt = 12;

}  // namespace

core::WallTime cut_to_microseconds(core::WallTime time) {
  return time == core::kNoTime ? time : core::WallTime(std::chrono::floor<Microseconds>(time));
}

std::int64_t microseconds_since_2000(core::WallTime time) {
  return (std::chrono::floor<Microseconds>(time) - k2000).count();
}

std::optional<core::WallTime> time_from_2000(std::int64_t microseconds) {
  constexpr auto kFirst = (std::chrono::ceil<Microseconds>(core::WallTime::min()) - k2000).count();
  constexpr auto kLast = (std::chrono::floor<Microseconds>(core::WallTime::max()) - k2000).count();
  if (microseconds <= kFirst || microseconds >= kLast) return std::nullopt;
  return core::WallTime(k2000 + Microseconds(microseconds));
}

bool is_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && core::valid_utf8(text);
}

void make_text(std::string& text) {
  if (is_text(text)) return;
  std::string clean;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t size = 1;
    while (size <= rest.size() && size <= 4 && !core::valid_utf8(rest.substr(0, size))) ++size;
    const bool good = size <= rest.size() && size <= 4 && rest.front() != '\0';
    if (!good) size = 1;
    clean += good ? rest.substr(0, size) : kReplacement;
    rest.remove_prefix(size);
  }
  text = std::move(clean);
}

Parameter parameter(std::int64_t value) {
  Parameter made{oid::kBigint};
  append_number(made.bytes, value);
  return made;
}

Parameter parameter(bool value) {
  return {oid::kBool, false, std::string(1, value ? '\1' : '\0')};
}

Parameter parameter(std::string_view text) {
  return {oid::kText, false, std::string(text)};
}

Parameter parameter(Blob blob) {
  return {oid::kBytea, false, std::string(blob.bytes)};
}

Parameter parameter(core::WallTime time) {
  if (time == core::kNoTime) return {oid::kTimestamptz, true};
  Parameter made{oid::kTimestamptz};
  append_number(made.bytes, microseconds_since_2000(time));
  return made;
}

Parameter parameter(const std::optional<core::WallTime>& time) {
  return parameter(time.value_or(core::kNoTime));
}

Parameter parameter(const std::optional<std::int64_t>& value) {
  return value ? parameter(*value) : Parameter{oid::kBigint, true};
}

Parameter parameter(const std::vector<std::int64_t>& values) {
  Array array(oid::kBigint);
  for (const std::int64_t value : values) array.add(value);
  return std::move(array).finish(oid::kBigintArray);
}

void append_literal(std::string& sql, std::int64_t value) {
  if (value == std::numeric_limits<std::int64_t>::min()) {
    sql += "(-9223372036854775807 - 1)";
  } else if (value < 0) {
    sql += '(' + std::to_string(value) + ')';
  } else {
    sql += std::to_string(value);
  }
}

void append_literal(std::string& sql, bool value) {
  sql += value ? "true" : "false";
}

void append_literal(std::string& sql, std::string_view text) {
  sql += '\'';
  for (const char c : text) {
    if (c == '\'') sql += '\'';
    sql += c;
  }
  sql += '\'';
}

void append_literal(std::string& sql, Blob blob) {
  sql += "'\\x";
  for (const char c : blob.bytes) {
    const auto byte = static_cast<unsigned char>(c);
    sql += kHexDigits[byte >> 4U];
    sql += kHexDigits[byte & 15U];
  }
  sql += "'::bytea";
}

void append_literal(std::string& sql, core::WallTime time) {
  if (time == core::kNoTime) {
    sql += "NULL::timestamptz";
    return;
  }
  sql += '\'' + core::database_time(cut_to_microseconds(time)) + "'::timestamptz";
}

void append_literal(std::string& sql, const std::optional<core::WallTime>& time) {
  append_literal(sql, time.value_or(core::kNoTime));
}

void append_literal(std::string& sql, const std::optional<std::int64_t>& value) {
  if (value) {
    append_literal(sql, *value);
  } else {
    sql += "NULL::bigint";
  }
}

void append_literal(std::string& sql, const std::vector<std::int64_t>& values) {
  sql += "'{";
  for (const std::int64_t value : values) {
    if (sql.back() != '{') sql += ',';
    sql += std::to_string(value);
  }
  sql += "}'::bigint[]";
}

Array::Array(Oid element) {
  append_number(bytes_, std::int32_t{1});
  append_number(bytes_, std::int32_t{0});
  append_number(bytes_, static_cast<std::int32_t>(element));
  append_number(bytes_, std::int32_t{0});
  append_number(bytes_, std::int32_t{1});
}

void Array::add(std::int64_t value) {
  append_number(bytes_, static_cast<std::int32_t>(sizeof(value)));
  append_number(bytes_, value);
  ++size_;
}

void Array::add(std::string_view bytes) {
  append_number(bytes_, static_cast<std::int32_t>(bytes.size()));
  bytes_ += bytes;
  ++size_;
}

void Array::add(core::WallTime time) {
  if (time == core::kNoTime) return add(nullptr);
  add(microseconds_since_2000(time));
}

void Array::add(std::nullptr_t) {
  append_number(bytes_, std::int32_t{-1});
  nulls_ = true;
  ++size_;
}

Parameter Array::finish(Oid array) && {
  put_number(bytes_, kNullsAt, nulls_ ? 1 : 0);
  put_number(bytes_, kSizeAt, static_cast<std::int32_t>(size_));
  return {array, false, std::move(bytes_)};
}

}  // namespace push::store::postgres
