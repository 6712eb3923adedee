#include "push/core/clock.hpp"

#include <array>
#include <cstdint>
#include <cstdio>

namespace push::core {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// The full years that WallTime can hold, with room for any offset.
constexpr int kFirstYear = 1678;
constexpr int kLastYear = 2261;

// Builds a date as text without allocating.
class DateText {
 public:
  void digits(std::uint64_t value, std::size_t width) {
    for (std::size_t i = width; i > 0; --i, value /= 10) bytes_[size_ + i - 1] = static_cast<char>('0' + value % 10);
    size_ += width;
  }
  void character(char c) { bytes_[size_++] = c; }
  void text(std::string_view text) {
    for (const char c : text) character(c);
  }
  void drop_trailing_zeros() {
    while (bytes_[size_ - 1] == '0') --size_;
  }
  std::string_view view() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 40> bytes_{};
  std::size_t size_ = 0;
};

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<nanoseconds> time;
};

Civil civil(WallTime time) {
  const auto day = floor<days>(time);
  return {std::chrono::year_month_day(day), std::chrono::hh_mm_ss<nanoseconds>(time - day)};
}

void append_time(DateText& out, const Civil& c) {
  out.digits(static_cast<std::uint64_t>(c.time.hours().count()), 2);
  out.character(':');
  out.digits(static_cast<std::uint64_t>(c.time.minutes().count()), 2);
  out.character(':');
  out.digits(static_cast<std::uint64_t>(c.time.seconds().count()), 2);
}

DateText civil_text(WallTime time, char separator, bool always_fraction) {
  const Civil c = civil(time);
  DateText out;
  out.digits(static_cast<std::uint64_t>(static_cast<int>(c.date.year())), 4);
  out.character('-');
  out.digits(static_cast<unsigned>(c.date.month()), 2);
  out.character('-');
  out.digits(static_cast<unsigned>(c.date.day()), 2);
  out.character(separator);
  append_time(out, c);
  const auto fraction = static_cast<std::uint64_t>(c.time.subseconds().count());
  if (fraction == 0 && !always_fraction) return out;
  out.character('.');
  if (fraction == 0) {
    out.character('0');
    return out;
  }
  out.digits(fraction, 9);
  out.drop_trailing_zeros();
  return out;
}

// Reads `width` digits at `at`; false if they are not all there.
bool read_digits(std::string_view text, std::size_t& at, int width, int& value) {
  value = 0;
  for (int i = 0; i < width; ++i, ++at) {
    if (at >= text.size() || text[at] < '0' || text[at] > '9') return false;
    value = value * 10 + (text[at] - '0');
  }
  return true;
}

bool read_char(std::string_view text, std::size_t& at, std::string_view allowed) {
  if (at >= text.size() || allowed.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::optional<nanoseconds> read_fraction(std::string_view text, std::size_t& at) {
  std::int64_t value = 0;
  int digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
    if (digits < 9) {
      value = value * 10 + (text[at] - '0');
      ++digits;
    }
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 9; ++digits) value *= 10;
  return nanoseconds(value);
}

std::optional<minutes> read_offset(std::string_view text, std::size_t& at) {
  if (at == text.size()) return minutes(0);
  if (read_char(text, at, "Zz")) return minutes(0);
  const bool negative = text[at] == '-';
  int hour = 0;
  int minute = 0;
  if (!read_char(text, at, "+-") || !read_digits(text, at, 2, hour)) return std::nullopt;
  if (read_char(text, at, ":") && !read_digits(text, at, 2, minute)) return std::nullopt;
  if (hour > 23 || minute > 59) return std::nullopt;
  const minutes offset = hours(hour) + minutes(minute);
  return negative ? -offset : offset;
}

}  // namespace

WallTime wall_now() {
  return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
}

void append_rfc3339(std::string& out, WallTime time) {
  if (time == kNoTime) {
    out += "0001-01-01T00:00:00.0Z";
    return;
  }
  out += civil_text(time, 'T', true).view();
  out += 'Z';
}

std::string rfc3339(WallTime time) {
  std::string out;
  append_rfc3339(out, time);
  return out;
}

std::string database_time(WallTime time) {
  constexpr std::string_view kUtc = "+00:00";
  const DateText text = civil_text(time, ' ', false);
  std::string out;
  out.reserve(text.view().size() + kUtc.size());
  out += text.view();
  out += kUtc;
  return out;
}

std::optional<WallTime> parse_time(std::string_view text) {
  std::size_t at = 0;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!read_digits(text, at, 4, year) || !read_char(text, at, "-") || !read_digits(text, at, 2, month) ||
      !read_char(text, at, "-") || !read_digits(text, at, 2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < kFirstYear || year > kLastYear) return std::nullopt;
  nanoseconds fraction(0);
  if (read_char(text, at, "T ")) {
    if (!read_digits(text, at, 2, hour) || !read_char(text, at, ":") || !read_digits(text, at, 2, minute))
      return std::nullopt;
    if (read_char(text, at, ":")) {
      if (!read_digits(text, at, 2, second)) return std::nullopt;
      if (read_char(text, at, ".")) {
        const auto read = read_fraction(text, at);
        if (!read) return std::nullopt;
        fraction = *read;
      }
    }
  }
  const auto offset = read_offset(text, at);
  if (!offset || at != text.size() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + hours(hour) + minutes(minute) + seconds(second) + fraction - *offset;
}

std::string http_date(WallTime time) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil c = civil(time);
  const std::chrono::weekday weekday(floor<days>(time));
  DateText out;
  out.text(kDays[weekday.c_encoding()]);
  out.text(", ");
  out.digits(static_cast<unsigned>(c.date.day()), 2);
  out.character(' ');
  out.text(kMonths[static_cast<unsigned>(c.date.month()) - 1]);
  out.character(' ');
  out.digits(static_cast<std::uint64_t>(static_cast<int>(c.date.year())), 4);
  out.character(' ');
  append_time(out, c);
  out.text(" GMT");
  return std::string(out.view());
}

}  // namespace push::core
