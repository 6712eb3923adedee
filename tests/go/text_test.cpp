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

}  // namespace
}  // namespace push::go
