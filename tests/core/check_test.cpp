#include "push/core/check.hpp"

#include <gtest/gtest.h>

#include "push/core/result.hpp"

namespace push::core {
namespace {

TEST(Check, AFailureNamesExpressionAndPlace) {
  EXPECT_DEATH(PUSH_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 at .*check_test.cpp:[0-9]+");
}

TEST(Check, EvaluatesItsExpressionOnceAndGoesOn) {
  int calls = 0;
  PUSH_CHECK(++calls == 1);
  EXPECT_EQ(calls, 1);
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> good = 7;
  ASSERT_TRUE(good.has_value());
  EXPECT_EQ(*good, 7);
  const Result<int> bad = failure(ErrorCode::not_found, "no such message");
  ASSERT_TRUE(bad.has_error());
  EXPECT_EQ(bad.error().code, ErrorCode::not_found);
  EXPECT_EQ(bad.error().text, "no such message");
}

TEST(Result, AskingAnErrorForItsValueEndsTheProgram) {
  const Result<int> bad = failure(ErrorCode::internal, "disk on fire");
  EXPECT_DEATH(static_cast<void>(bad.value()), "unhandled error: disk on fire at .*check_test.cpp:[0-9]+");
}

}  // namespace
}  // namespace push::core
