#include "push/go/number.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace push::go {
namespace {

template <class T>
std::string shown(const core::Result<T>& parsed) {
  return parsed ? std::to_string(*parsed) : parsed.error().text;
}

TEST(GoNumber, ParsesAsStrconvDoesWithItsTexts) {
  EXPECT_EQ(shown(parse_int("-9223372036854775808")), "-9223372036854775808");
  EXPECT_EQ(shown(parse_int("+007")), "7");
  EXPECT_EQ(shown(parse_int("9223372036854775808")),
            "strconv.ParseInt: parsing \"9223372036854775808\": value out of range");
  EXPECT_EQ(shown(parse_int("1.5")), "strconv.ParseInt: parsing \"1.5\": invalid syntax");
  EXPECT_EQ(shown(parse_int("")), "strconv.ParseInt: parsing \"\": invalid syntax");
  EXPECT_EQ(shown(parse_uint("18446744073709551615")), "18446744073709551615");
  EXPECT_EQ(shown(parse_uint("-1")), "strconv.ParseUint: parsing \"-1\": invalid syntax");
  EXPECT_EQ(shown(parse_uint("18446744073709551616")),
            "strconv.ParseUint: parsing \"18446744073709551616\": value out of range");
  EXPECT_EQ(shown(parse_bool("T")), "1");
  EXPECT_EQ(shown(parse_bool("False")), "0");
  EXPECT_EQ(shown(parse_bool("maybe")), "strconv.ParseBool: parsing \"maybe\": invalid syntax");
}

TEST(GoNumber, WritesFloatsAsEncodingJsonDoes) {
  const std::pair<double, const char*> rows[] = {{1.0, "1"},          {1e20, "100000000000000000000"},
                                                 {1e21, "1e+21"},     {1e-6, "0.000001"},
                                                 {1e-7, "1e-7"},      {-0.0, "-0"},
                                                 {0.1, "0.1"},        {12345678901234567890.0, "12345678901234567000"},
                                                 {-2.5e-9, "-2.5e-9"}};
  for (const auto& [value, text] : rows) {
    std::string out;
    append_float(out, value);
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace push::go
