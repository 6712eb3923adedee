#include "push/auth/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::auth {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr core::SteadyTime kLimiterStart{seconds(1000)};

TEST(RateLimiter, AdmitsABurstAndThenOnePerInterval) {
  RateLimiter limiter({.count = 60, .period = seconds(60), .burst = 3}, 100);
  ASSERT_TRUE(limiter.is_on());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.admit("a", kLimiterStart)) << i;
  EXPECT_EQ(limiter.admit("a", kLimiterStart), seconds(1));
  EXPECT_EQ(limiter.admit("a", kLimiterStart + milliseconds(400)), milliseconds(600));
  EXPECT_FALSE(limiter.admit("a", kLimiterStart + seconds(1)));
  EXPECT_EQ(limiter.admit("a", kLimiterStart + seconds(1)), seconds(1));
  EXPECT_FALSE(limiter.admit("b", kLimiterStart)) << "another key has its own";
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limiter.admit("a", kLimiterStart + seconds(100))) << "after a rest, " << i;
  EXPECT_TRUE(limiter.admit("a", kLimiterStart + seconds(100)));
}

TEST(RateLimiter, WaitCountsNothing) {
  RateLimiter limiter({.count = 1, .period = seconds(10), .burst = 2}, 100);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limiter.wait("a", kLimiterStart));
  EXPECT_FALSE(limiter.admit("a", kLimiterStart));
  EXPECT_FALSE(limiter.wait("a", kLimiterStart));
  EXPECT_FALSE(limiter.admit("a", kLimiterStart));
  EXPECT_EQ(limiter.wait("a", kLimiterStart), seconds(10));
  EXPECT_EQ(limiter.wait("a", kLimiterStart + seconds(4)), seconds(6));
  EXPECT_FALSE(limiter.wait("a", kLimiterStart + seconds(10)));
}

TEST(RateLimiter, IsOffWithoutACount) {
  RateLimiter limiter({}, 100);
  EXPECT_FALSE(limiter.is_on());
  for (int i = 0; i < 1000; ++i) ASSERT_FALSE(limiter.admit("a", kLimiterStart));
  EXPECT_FALSE(limiter.wait("a", kLimiterStart));
}

TEST(RateLimiter, KeepsWhoComesOftenWhenOthersFillTheTable) {
  RateLimiter limiter({.count = 1, .period = seconds(3600), .burst = 1}, 10);
  EXPECT_FALSE(limiter.admit("often", kLimiterStart));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_FALSE(limiter.admit("other " + std::to_string(i), kLimiterStart));
    ASSERT_TRUE(limiter.admit("often", kLimiterStart)) << i;
  }
  EXPECT_FALSE(limiter.admit("other 0", kLimiterStart)) << "the table is bounded: the first ones are forgotten";
}

}  // namespace
}  // namespace push::auth
