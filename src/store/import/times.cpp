#include "store/import/times.hpp"

#include <chrono>
#include <cstdio>

#include "push/core/clock.hpp"

namespace push::store::importing {
namespace {

using Micros = std::chrono::microseconds;
using MicroTime = std::chrono::sys_time<Micros>;

constexpr std::size_t kYearDigits = 4;
constexpr MicroTime kFirst = std::chrono::sys_days(std::chrono::year(1) / 1 / 1);
constexpr MicroTime kEnd = std::chrono::sys_days(std::chrono::year(10000) / 1 / 1);

std::optional<int> year_of(std::string_view text) {
  int year = 0;
  if (text.size() < kYearDigits) return std::nullopt;
  for (const char c : text.substr(0, kYearDigits)) {
    if (c < '0' || c > '9') return std::nullopt;
    year = year * 10 + (c - '0');
  }
  return year;
}

std::optional<Microseconds> in_range(MicroTime time, bool cut) {
  if (time < kFirst || time >= kEnd) return std::nullopt;
  return Microseconds{time.time_since_epoch().count(), cut};
}

}  // namespace

// 64-bit nanoseconds reach from 1678 to 2261, so a year of the same length is read in its place.
std::optional<Microseconds> time_of_text(std::string_view text) {
  const auto year = year_of(text);
  if (!year) return std::nullopt;
  const std::chrono::year own(*year);
  const std::chrono::year stand_in(own.is_leap() ? 2000 : 2001);
  const auto read =
      core::parse_time(std::to_string(static_cast<int>(stand_in)) + std::string(text.substr(kYearDigits)));
  if (!read) return std::nullopt;
  const auto cut = std::chrono::floor<Micros>(*read);
  return in_range(cut + (std::chrono::sys_days(own / 1 / 1) - std::chrono::sys_days(stand_in / 1 / 1)), cut != *read);
}

std::optional<Microseconds> time_of_number(std::int64_t number) {
  constexpr std::int64_t kLargestSeconds = 1'000'000'000'000;
  constexpr std::int64_t kLargestMilliseconds = 1'000'000'000'000'000;
  if (number > kLargestMilliseconds || number < -kLargestMilliseconds) return std::nullopt;
  const bool seconds = number <= kLargestSeconds && number >= -kLargestSeconds;
  return in_range(seconds ? MicroTime(std::chrono::seconds(number)) : MicroTime(std::chrono::milliseconds(number)),
                  false);
}

std::string timestamp(std::int64_t since_1970) {
  const MicroTime time{Micros(since_1970)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss<Micros> clock(time - day);
  char text[64];
  std::snprintf(text, sizeof(text), "%04d-%02u-%02u %02d:%02d:%02d.%06d+00", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

}  // namespace push::store::importing
