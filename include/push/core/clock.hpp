// Wall time for what users read (nanoseconds, UTC), steady time for every deadline.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace push::core {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;
using SteadyTime = std::chrono::steady_clock::time_point;

// A time that is missing or cannot be read. Shown as Go's zero time, 0001-01-01T00:00:00.0Z, which is what clients
// know.
inline constexpr WallTime kNoTime = WallTime::min();

WallTime wall_now();
inline SteadyTime steady_now() {
  return std::chrono::steady_clock::now();
}

// RFC 3339 in UTC with up to nine fraction digits, trailing zeros trimmed, never an empty fraction (old gotify-tray
// needs one): 2026-11-22T10:53:10.381570477Z. protocol 1.0.
void append_rfc3339(std::string& out, WallTime time);
std::string rfc3339(WallTime time);

// What Gotify stores in SQLite: 2026-11-22 10:53:10.381570477+00:00. protocol 7.2.
std::string database_time(WallTime time);
// Reads both forms above, with 'T' or ' ', 'Z', an offset or none (= UTC), with or without fraction and seconds. None
// outside the years 1678 to 2261, the range of 64-bit nanoseconds (Go's zero time is year 1).
std::optional<WallTime> parse_time(std::string_view text);

// The value of an HTTP Date header (RFC 9110 5.6.7).
std::string http_date(WallTime time);

}  // namespace push::core
