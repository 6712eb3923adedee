#include "push/net/response_budget.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

namespace push::net {
namespace {

constexpr std::size_t kMega = std::size_t{1} << 20;

class ResponseBudgetTest : public testing::Test {
 protected:
  std::uint64_t refused() { return metrics.counter("push_http_responses_refused_total", "").value(); }

  metrics::Registry metrics;
  ResponseBudget budget{8 * kMega, metrics};
};

TEST_F(ResponseBudgetTest, SmallAnswersAreFree) {
  const auto charge = budget.charge(ResponseBudget::kFree);
  ASSERT_TRUE(charge);
  EXPECT_FALSE(*charge);
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_TRUE(*budget.charge(ResponseBudget::kFree + 1));
}

TEST_F(ResponseBudgetTest, OneAnswerMayHoldAsMuchAsIsStillFreeBesidesIt) {
  const auto first = budget.charge(2 * kMega);
  EXPECT_TRUE(first);
  EXPECT_FALSE(budget.charge(4 * kMega)) << "2 MB would be left besides it";
  EXPECT_EQ(refused(), 1U);
  EXPECT_TRUE(budget.charge(3 * kMega));
  EXPECT_EQ(budget.used(), 2 * kMega) << "the refused one is not counted, the others are over";
}

TEST_F(ResponseBudgetTest, TheOnlyLargeAnswerAlwaysFits) {
  auto giant = budget.charge(100 * kMega);
  ASSERT_TRUE(giant);
  EXPECT_FALSE(budget.charge(kMega));
  giant.reset();
  EXPECT_TRUE(budget.charge(kMega));
}

TEST_F(ResponseBudgetTest, ABodyGivesItsChargeBackWithItsLastOwner) {
  core::Slice body = ResponseBudget::keep(core::Slice::take(std::string(kMega, 'x'), 10), *budget.charge(kMega));
  EXPECT_EQ(body.view.size(), kMega - 10);
  EXPECT_EQ(body.view.front(), 'x');
  core::Slice other = body;
  body = {};
  EXPECT_EQ(budget.used(), kMega);
  other = {};
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace push::net
