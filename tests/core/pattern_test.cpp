#include "push/core/pattern.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::core {
namespace {

bool found(std::string_view pattern, std::string_view text) {
  const auto compiled = Pattern::compile(pattern);
  EXPECT_TRUE(compiled) << pattern << ": " << compiled.error().text;
  return compiled && compiled->is_found_in(text);
}

TEST(Pattern, IsSearchedForAnywhere) {
  EXPECT_TRUE(found("friend", "http://my-friend.evil"));
  EXPECT_FALSE(found("^friend", "http://friend"));
  EXPECT_TRUE(found("", ""));
  EXPECT_TRUE(found("^a$", "a"));
  EXPECT_FALSE(found("^a$", "a\n")) << "$ must match only at the end of the text";
  EXPECT_FALSE(found("a.b", "a\nb"));
  EXPECT_FALSE(found("friend", "FRIEND"));
}

TEST(Pattern, MeansWhatItMeansInGo) {
  EXPECT_TRUE(found("(?i)friend", "http://FRIEND"));
  EXPECT_TRUE(found("\\Ahttps://a\\.b\\z", "https://a.b"));
  EXPECT_FALSE(found("\\Ahttps://a\\.b\\z", "https://a.b.evil"));
  EXPECT_TRUE(found("^\\Qhttp://a.b\\E$", "http://a.b"));
  EXPECT_FALSE(found("^\\Qhttp://a.b\\E$", "http://axb"));
  EXPECT_TRUE(found("^\\p{L}+$", "b\u00fccher"));
  EXPECT_FALSE(found("^\\p{L}+$", "b1"));
  EXPECT_TRUE(found("^(?P<name>a)[[:alpha:]]\\x{62}(?s:.)$", "aab\n"));
  EXPECT_TRUE(found("^.$", "\u00fc"));
  EXPECT_TRUE(found("^.\\x{FFFD}$", "\xff\xfe")) << "broken UTF-8";
}

TEST(Pattern, WhatIsNoExpressionIsRefused) {
  for (const char* wrong : {"(", "[a", "*", "(?=a)", "(a)\\1", "a{1001}", "\\Z", "\xff"}) {
    const auto compiled = Pattern::compile(wrong);
    ASSERT_FALSE(compiled) << wrong;
    EXPECT_EQ(compiled.error().code, ErrorCode::invalid);
    EXPECT_NE(compiled.error().text, "");
  }
  EXPECT_FALSE(Pattern::compile(std::string(100'000, '(')));
  EXPECT_FALSE(Pattern::compile("((a{100}){100}){100}"));
}

TEST(Pattern, HostileTextsCostNeitherStackNorTime) {
  const Pattern pattern = *Pattern::compile("^(a+)+$");
  EXPECT_FALSE(pattern.is_found_in(std::string(1 << 20, 'a') + "!"));
  EXPECT_TRUE(pattern.is_found_in(std::string(1 << 20, 'a')));
}

}  // namespace
}  // namespace push::core
