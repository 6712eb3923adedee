#include "push/go/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::go {
namespace {

TEST(GoText, QuotesAsStrconvDoes) {
  EXPECT_EQ(quote("a\"b\\c\n\t\x01"), R"("a\"b\\c\n\t\x01")");
  EXPECT_EQ(quote("\xc3\xa9\xff"), "\"\xc3\xa9\\xff\"");
  EXPECT_EQ(quote_char('\''), "'\\''");
  EXPECT_EQ(quote_char('b'), "'b'");
}

TEST(GoText, TrimsWhatGoTakesForSpace) {
  EXPECT_EQ(trim(" \t\r\n\v\f a b \xc2\xa0\xc2\x85"), "a b");
  EXPECT_EQ(trim(" \xc2\xa0 "), "");
}

TEST(GoText, ReadsRunesAndMarksBrokenBytes) {
  const Rune broken = first_rune("\xc3(");
  EXPECT_FALSE(broken.valid);
  EXPECT_EQ(broken.size, 1u);
  EXPECT_EQ(broken.value, U'\ufffd');
  const Rune four = first_rune("\xf0\x9f\x98\x80x");
  EXPECT_TRUE(four.valid);
  EXPECT_EQ(four.size, 4u);
  std::string out;
  append_rune(out, four.value);
  EXPECT_EQ(out, "\xf0\x9f\x98\x80");
}

TEST(GoText, ComparesAsciiOnly) {
  EXPECT_TRUE(same_ignoring_case("Bearer", "bEARER"));
  EXPECT_FALSE(same_ignoring_case("\xc3\x84", "\xc3\xa4"));
  EXPECT_EQ(lower("X-\xc3\x84Z"), "x-\xc3\x84z");
}

}  // namespace
}  // namespace push::go
