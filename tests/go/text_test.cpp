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

TEST(GoText, QuotesAtMostTwoHundredBytes) {
  const std::string most(kMaxExcerpt, 'a');
  EXPECT_EQ(quote(most), '"' + most + '"');
  EXPECT_EQ(quote(most + "b"), '"' + most + "\"...");
  EXPECT_EQ(excerpt(most), most);
  EXPECT_EQ(excerpt(most + "b"), most + "...");
  EXPECT_EQ(excerpt(most.substr(1) + "\xc3\xa9"), most.substr(1) + "...") << "no half of a character";
  EXPECT_LE(quote(std::string(1'000'000, '\xff')).size(), 4 * kMaxExcerpt + 5);
}

TEST(GoText, KnowsWhatCanBePrinted) {
  for (const char* text : {"", "a0", "zzzz not valid", "\xc3\xa9", "\xf0\x9f\x94\x94"})
    EXPECT_TRUE(is_printable(text)) << text;
  for (const std::string_view text : {std::string_view("a\0", 2), std::string_view("\n"), std::string_view("\x7f"),
                                      std::string_view("\xe2\x80\xae"), std::string_view("\xff")}) {
    EXPECT_FALSE(is_printable(text)) << text;
  }
}

}  // namespace
}  // namespace push::go
