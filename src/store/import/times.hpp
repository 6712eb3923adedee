// The times of a Gotify database in SQLite, of all years that both databases can hold.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace push::store::importing {

struct Microseconds {
  std::int64_t since_1970 = 0;
  bool cut = false;  // it had nanoseconds
};

// Of the years 1 to 9999. Text as core::parse_time reads it; Go's zero time, of year 1, is common.
std::optional<Microseconds> time_of_text(std::string_view text);
// Unix time in seconds or, if it is large, milliseconds.
std::optional<Microseconds> time_of_number(std::int64_t number);

// 2026-11-22 10:53:10.381570+00, as PostgreSQL reads it.
std::string timestamp(std::int64_t since_1970);

}  // namespace push::store::importing
