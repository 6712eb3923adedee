#include "push/core/log.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <regex>
#include <string>
#include <utility>

namespace push::core {
namespace {

TEST(MaskToken, HidesTheValueOfEveryToken) {
  EXPECT_EQ(mask_token("/stream?token=CAbc123"), "/stream?token=[masked]");
  EXPECT_EQ(mask_token("/message?token=A1&limit=2"), "/message?token=[masked]&limit=2");
  EXPECT_EQ(mask_token("/message?limit=2&token=A1"), "/message?limit=2&token=[masked]");
  EXPECT_EQ(mask_token("/message?token=A1&token=B2&x=y"), "/message?token=[masked]&token=[masked]&x=y");
  EXPECT_EQ(mask_token("/message?token=&token=B2"), "/message?token=[masked]&token=[masked]");
  EXPECT_EQ(mask_token("/message?token=a=b%26c"), "/message?token=[masked]");
  EXPECT_EQ(mask_token("/message?%74oken=A1&x=%74"), "/message?%74oken=[masked]&x=%74");
  EXPECT_EQ(mask_token("/message?x=%7&t%6Fke%6e=A1"), "/message?x=%7&t%6Fke%6e=[masked]");
}

TEST(MaskToken, LeavesEverythingElseAsItIs) {
  for (const char* target : {"", "/", "/message?limit=2", "/token", "/message?token", "/message?tokens=1", "/a&b",
                             "/%74oken", "/message?%74oken", "/message?%75oken=1", "/message?%+4oken=1", "/%7"}) {
    EXPECT_EQ(mask_token(target), target);
  }
}

TEST(MaskToken, LeavesNothingThatATerminalObeys) {
  EXPECT_EQ(mask_token("/a\xc2\x9b"
                       "31m\x80?token=\xff&\x1b=\n"),
            "/a%C2%9B31m%80?token=[masked]&%1B=%0A");
}

class SetUpLog : public ::testing::Test {
 protected:
  void TearDown() override { spdlog::set_default_logger(before_); }
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
};

TEST_F(SetUpLog, KnowsGotifysLevels) {
  const std::pair<const char*, spdlog::level::level_enum> levels[] = {
      {"trace", spdlog::level::trace},    {"debug", spdlog::level::debug},    {"info", spdlog::level::info},
      {"", spdlog::level::info},          {"warn", spdlog::level::warn},      {"error", spdlog::level::err},
      {"fatal", spdlog::level::critical}, {"panic", spdlog::level::critical}, {"disabled", spdlog::level::off}};
  for (const auto& [word, level] : levels) {
    ASSERT_TRUE(set_up_log(word, false)) << word;
    EXPECT_EQ(spdlog::default_logger()->level(), level) << word;
  }
}

TEST_F(SetUpLog, RefusesOtherWordsAndChangesNothing) {
  ASSERT_TRUE(set_up_log("warn", true));
  for (const char* word : {"INFO", "verbose", "warning", " info"}) {
    EXPECT_FALSE(set_up_log(word, true)) << word;
  }
  EXPECT_EQ(spdlog::default_logger()->level(), spdlog::level::warn);
}

TEST_F(SetUpLog, ALineIsTimeInUtcGotifysLevelWordAndText) {
  ASSERT_TRUE(set_up_log("trace", false));
  ::testing::internal::CaptureStdout();
  spdlog::trace("a");
  spdlog::debug("b");
  spdlog::info("port {}", 80);
  spdlog::warn("d");
  spdlog::error("e");
  spdlog::critical("f");
  spdlog::default_logger()->flush();
  const std::string lines = ::testing::internal::GetCapturedStdout();
  const std::string time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ ";
  const std::regex expected(time + "TRC a\n" + time + "DBG b\n" + time + "INF port 80\n" + time + "WRN d\n" + time +
                            "ERR e\n" + time + "FTL f\n");
  EXPECT_TRUE(std::regex_match(lines, expected)) << lines;
}

TEST_F(SetUpLog, WhatIsBelowTheLevelIsNotWritten) {
  ASSERT_TRUE(set_up_log("warn", false));
  ::testing::internal::CaptureStdout();
  spdlog::info("not shown");
  spdlog::default_logger()->flush();
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
}

}  // namespace
}  // namespace push::core
