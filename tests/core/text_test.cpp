#include "push/core/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::core {
namespace {

TEST(Text, ComparesAndLowersAsciiOnly) {
  EXPECT_TRUE(same_ignoring_case("Bearer", "bEARER"));
  EXPECT_FALSE(same_ignoring_case("Bearer", "Bearer "));
  EXPECT_FALSE(same_ignoring_case("@[`{", "`{@["));
  EXPECT_FALSE(same_ignoring_case("\xc3\x84", "\xc3\xa4"));
  EXPECT_EQ(lower("X-\xc3\x84Z@["), "x-\xc3\x84z@[");
}

TEST(Text, BlanksAreSpaceAndTab) {
  EXPECT_EQ(trim_blanks(" \t a\tb \t"), "a\tb");
  EXPECT_EQ(trim_blanks(" \t "), "");
  EXPECT_EQ(trim_blanks(""), "");
  EXPECT_EQ(trim_blanks("\r\n a\v"), "\r\n a\v");
  EXPECT_EQ(skip_blanks("\t  a \t"), "a \t");
}

TEST(Text, WhiteSpaceIsThatOfLatin1) {
  for (const std::string_view space : {" ", "\t", "\n", "\v", "\f", "\r", "\xc2\x85", "\xc2\xa0"}) {
    const std::string text = "a" + std::string(space);
    EXPECT_EQ(space_at_end(text), space.size());
    EXPECT_EQ(space_in_front(std::string(space) + "a"), space.size());
    EXPECT_EQ(space_in_front(text), 0U);
  }
  for (const std::string_view none : {"", "\xa0", "\xc2", "\x1f", "\x0e", "\xe2\x80\x80"}) {
    EXPECT_EQ(space_in_front(none), 0U);
    EXPECT_EQ(space_at_end(none), 0U);
  }
}

TEST(Text, PercentEscapesAreReadWholeOrNotAtAll) {
  EXPECT_EQ(percent_escape("%4aX"), 'J');
  EXPECT_EQ(percent_escape("%fF"), '\xff');
  for (const std::string_view broken : {"", "%", "%4", "%4g", "%-1", "%+1", "% 1", "a%41", "%G1", "%@1"}) {
    EXPECT_FALSE(percent_escape(broken)) << broken;
  }
  EXPECT_EQ(percent_decode("a%20b+%2Fc%00"), std::string("a b+/c\0", 7));
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_FALSE(percent_decode("a%2"));
  EXPECT_FALSE(percent_decode("%zz"));
}

TEST(Text, APlusIsASpaceInAFormOnly) {
  EXPECT_EQ(form_decode("+a+%2B%41+"), " a +A ");
  EXPECT_FALSE(form_decode("+%4"));
  std::string out = "x";
  append_percent_escape(out, '\xe9');
  EXPECT_EQ(out, "x%E9");
}

TEST(Text, ReadsRunesAndMarksBrokenBytes) {
  for (const std::string_view broken : {"\xc3(", "\xe2\x82", "\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"}) {
    const Rune rune = next_rune(broken);
    EXPECT_FALSE(rune.valid);
    EXPECT_EQ(rune.size, 1U);
    EXPECT_EQ(rune.value, U'\ufffd');
  }
  for (const char32_t value : {U'\0', U'a', U'\x7f', U'\x80', U'\u07ff', U'\u0800', U'\ud7ff', U'\ue000', U'\ufffd',
                               U'\uffff', U'\U00010000', U'\U0010ffff'}) {
    std::string text;
    append_rune(text, value);
    const Rune rune = next_rune(text + "x");
    EXPECT_TRUE(rune.valid);
    EXPECT_EQ(rune.value, value);
    EXPECT_EQ(rune.size, text.size());
  }
}

TEST(Text, EachByteOfLatin1IsACharacter) {
  EXPECT_EQ(utf8_from_latin1(""), "");
  EXPECT_EQ(utf8_from_latin1("a\x7f\x80\xe4\xff"), "a\x7f\xc2\x80\xc3\xa4\xc3\xbf");
}

}  // namespace
}  // namespace push::core
