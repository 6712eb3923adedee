#include "push/core/clock.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <ctime>
#include <random>
#include <string>

namespace push::core {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

WallTime at(std::int64_t unix_seconds, std::int64_t fraction = 0) {
  return WallTime(seconds(unix_seconds) + nanoseconds(fraction));
}
constexpr std::int64_t kExample = 1795344790;  // 2026-11-22 10:53:10 UTC

// The C library's result for the same second.
std::string by_strftime(std::int64_t unix_seconds, const char* format) {
  const std::time_t time = unix_seconds;
  std::tm broken{};
  gmtime_r(&time, &broken);
  char text[64];
  return std::string(text, std::strftime(text, sizeof(text), format, &broken));
}

TEST(Rfc3339, PrintsNanosecondsWithoutTrailingZerosButNeverAnEmptyFraction) {
  EXPECT_EQ(rfc3339(at(kExample, 381570477)), "2026-11-22T10:53:10.381570477Z");
  EXPECT_EQ(rfc3339(at(kExample, 381570000)), "2026-11-22T10:53:10.38157Z");
  EXPECT_EQ(rfc3339(at(kExample, 100000000)), "2026-11-22T10:53:10.1Z");
  EXPECT_EQ(rfc3339(at(kExample, 1)), "2026-11-22T10:53:10.000000001Z");
  EXPECT_EQ(rfc3339(at(kExample)), "2026-11-22T10:53:10.0Z");
  std::string out = "at ";
  append_rfc3339(out, at(0));
  EXPECT_EQ(out, "at 1970-01-01T00:00:00.0Z");
}

TEST(Rfc3339, NoTimeIsGosZeroTime) {
  EXPECT_EQ(rfc3339(kNoTime), "0001-01-01T00:00:00.0Z");
}

TEST(Rfc3339, TimesBefore1970CountForwardWithinTheirSecond) {
  EXPECT_EQ(rfc3339(at(-1, 500000000)), "1969-12-31T23:59:59.5Z");
  EXPECT_EQ(rfc3339(at(-86400)), "1969-12-31T00:00:00.0Z");
}

TEST(DatabaseTime, IsTheFormThatGotifyStores) {
  EXPECT_EQ(database_time(at(kExample, 381570477)), "2026-11-22 10:53:10.381570477+00:00");
  EXPECT_EQ(database_time(at(kExample)), "2026-11-22 10:53:10+00:00");
}

TEST(HttpDate, MatchesTheExampleOfRfc9110) {
  EXPECT_EQ(http_date(at(784111777, 999999999)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Clock, AgreesWithTheCLibraryOnRandomTimes) {
  std::mt19937_64 random(20261122);
  std::uniform_int_distribution<std::int64_t> any(-2'000'000'000, 9'000'000'000);
  for (int round = 0; round < 20000; ++round) {
    const std::int64_t second = any(random);
    const std::int64_t fraction = static_cast<std::int64_t>(random() % 1'000'000'000);
    const WallTime time = at(second, fraction);
    ASSERT_EQ(http_date(time), by_strftime(second, "%a, %d %b %Y %H:%M:%S GMT"));
    ASSERT_EQ(rfc3339(time).substr(0, 19), by_strftime(second, "%Y-%m-%dT%H:%M:%S"));
    ASSERT_EQ(parse_time(rfc3339(time)), time);
    ASSERT_EQ(parse_time(database_time(time)), time);
  }
}

TEST(ParseTime, ReadsEveryFormThatGotifyHasWritten) {
  const WallTime time = at(kExample, 381570477);
  for (const std::string_view text :
       {"2026-11-22T10:53:10.381570477Z", "2026-11-22 10:53:10.381570477+00:00", "2026-11-22 10:53:10.381570477",
        "2026-11-22T10:53:10.381570477z", "2026-11-22T12:53:10.381570477+02:00", "2026-11-22 16:23:10.381570477+05:30",
        "2026-11-22T05:53:10.381570477-05", "2026-11-21T23:23:10.381570477-11:30",
        "2026-11-22T10:53:10.3815704779999Z"}) {
    EXPECT_EQ(parse_time(text), time) << text;
  }
  EXPECT_EQ(parse_time("2026-11-22 10:53:10"), at(kExample));
  EXPECT_EQ(parse_time("2026-11-22T10:53Z"), at(kExample - 10));
  EXPECT_EQ(parse_time("2026-11-22"), at(kExample - 39190));
  EXPECT_EQ(parse_time("2026-11-22 10:53:10.5"), at(kExample, 500000000));
  EXPECT_EQ(parse_time("2016-12-31T23:59:60Z"), at(1483228800));  // a leap second becomes the next minute's first
  EXPECT_EQ(parse_time("2024-02-29 00:00:00"), at(1709164800));
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const std::string_view text : {"",
                                      "now",
                                      "2026",
                                      "2026-11",
                                      "2026-13-01",
                                      "2026-02-29",
                                      "2026-11-31",
                                      "2026-00-10",
                                      "2026-11-22T",
                                      "2026-11-22T1",
                                      "2026-11-22T24:00:00Z",
                                      "2026-11-22T10:60:00Z",
                                      "2026-11-22T10:53:61Z",
                                      "2026-11-22T10:53:",
                                      "2026-11-22T10:53:10.",
                                      "2026-11-22T10:53:10.Z",
                                      "2026-11-22T10:53.5Z",
                                      "2026-11-22T10:53:10+",
                                      "2026-11-22T10:53:10+2",
                                      "2026-11-22T10:53:10+02:",
                                      "2026-11-22T10:53:10+02:0",
                                      "2026-11-22T10:53:10+24:00",
                                      "2026-11-22T10:53:10-02:60",
                                      "2026-11-22T10:53:10Zx",
                                      "2026-11-22X10:53:10Z",
                                      " 2026-11-22T10:53:10Z",
                                      "+026-11-22T10:53:10Z",
                                      "2026/11/22 10:53:10",
                                      "-2026-11-22"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
}

TEST(ParseTime, RefusesYearsThatNanosecondsCannotHold) {
  for (const std::string_view text : {"0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00:00", "0000-01-01",
                                      "1677-09-21T00:12:43Z", "2262-04-12T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ(parse_time(text), std::nullopt) << text;
  }
  EXPECT_EQ(rfc3339(parse_time("1678-01-01T00:00:00+23:59").value()), "1677-12-31T00:01:00.0Z");
  EXPECT_EQ(rfc3339(parse_time("2261-12-31T23:59:59.999999999-23:59").value()), "2262-01-01T23:58:59.999999999Z");
}

TEST(Clock, NowIsThisCenturyAndSteadyTimeDoesNotGoBack) {
  EXPECT_GT(wall_now(), at(1700000000));
  const SteadyTime first = steady_now();
  EXPECT_LE(first, steady_now());
}

}  // namespace
}  // namespace push::core
