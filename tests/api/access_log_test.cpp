#include "api/access_log.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace push::api {
namespace {

TEST(LineLimit, LeavesOutWhatIsTooMuchForASecondAndSaysHowMuch) {
  LineLimit limit(3);
  const core::SteadyTime begin{std::chrono::seconds(1000)};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.admit(begin), 0U) << i;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limit.admit(begin + std::chrono::milliseconds(999))) << i;
  EXPECT_EQ(limit.admit(begin + std::chrono::seconds(1)), 5U);
  EXPECT_EQ(limit.admit(begin + std::chrono::seconds(1)), 0U);
}

}  // namespace
}  // namespace push::api
