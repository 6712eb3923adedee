// Values on their way to PostgreSQL: as parameters of a prepared statement, in its binary form, or as literals in the
// text of a script.
#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"

namespace push::store::postgres {

using Oid = unsigned int;  // of a type, as libpq has it

namespace oid {  // of pg_type.dat: fixed for all versions
inline constexpr Oid kBool = 16;
inline constexpr Oid kBytea = 17;
inline constexpr Oid kBigint = 20;
inline constexpr Oid kText = 25;
inline constexpr Oid kByteaArray = 1001;
inline constexpr Oid kTextArray = 1009;
inline constexpr Oid kBigintArray = 1016;
inline constexpr Oid kTimestamptz = 1184;
inline constexpr Oid kTimestamptzArray = 1185;
}  // namespace oid

struct Blob {
  std::string_view bytes;
};

// PostgreSQL has microseconds. A time that is stored must be cut before it is shown to anybody.
core::WallTime cut_to_microseconds(core::WallTime time);
// As timestamptz has it in binary: microseconds since 2000.
std::int64_t microseconds_since_2000(core::WallTime time);
// None: infinite, or outside the range of a WallTime.
std::optional<core::WallTime> time_from_2000(std::int64_t microseconds);

// Whether a column of type text can hold it: valid UTF-8 without NUL.
bool is_text(std::string_view text);
// The same text with U+FFFD for each byte that a column cannot hold.
void make_text(std::string& text);

struct Parameter {
  Oid type = 0;
  bool null = false;
  std::string bytes{};
};

Parameter parameter(std::int64_t value);
Parameter parameter(bool value);
Parameter parameter(std::string_view text);
Parameter parameter(Blob blob);
Parameter parameter(core::WallTime time);  // core::kNoTime: NULL
Parameter parameter(const std::optional<core::WallTime>& time);
Parameter parameter(const std::optional<std::int64_t>& value);
Parameter parameter(const std::vector<std::int64_t>& values);
template <class Id>
requires std::is_enum_v<Id> Parameter parameter(Id id) {
  return parameter(static_cast<std::int64_t>(id));
}

// Appends SQL that stands for the value, whatever is in it (standard_conforming_strings is on).
void append_literal(std::string& sql, std::int64_t value);
void append_literal(std::string& sql, bool value);
void append_literal(std::string& sql, std::string_view text);  // is_text()
void append_literal(std::string& sql, Blob blob);
void append_literal(std::string& sql, core::WallTime time);
void append_literal(std::string& sql, const std::optional<core::WallTime>& time);
void append_literal(std::string& sql, const std::optional<std::int64_t>& value);
void append_literal(std::string& sql, const std::vector<std::int64_t>& values);
template <class Id>
requires std::is_enum_v<Id>
void append_literal(std::string& sql, Id id) {
  append_literal(sql, static_cast<std::int64_t>(id));
}

// An array as one parameter, element by element.
class Array {
 public:
  explicit Array(Oid element);
  void add(std::int64_t value);
  void add(std::string_view bytes);  // text or bytea
  void add(core::WallTime time);     // core::kNoTime: NULL
  void add(std::nullptr_t);
  std::size_t size() const { return size_; }
  // Ends it. `array`: the type of the array.
  Parameter finish(Oid array) &&;

 private:
  std::string bytes_;
  std::size_t size_ = 0;
  bool nulls_ = false;
};

}  // namespace push::store::postgres
