#include "push/net/response_budget.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace push::net {
namespace {

constexpr std::size_t kMega = std::size_t{1} << 20;

class ResponseBudgetTest : public testing::Test {
 protected:
  std::uint64_t refused() { return metrics.counter("push_http_responses_refused_total", "").value(); }

  std::optional<ResponseBudget::Charge> charge(std::size_t bytes, std::uint64_t user = 1) {
    return budget.charge(bytes, core::line_of(core::UserId{user}));
  }

  metrics::Registry metrics;
  ResponseBudget budget{8 * kMega, metrics};
};

TEST_F(ResponseBudgetTest, SmallAnswersAreFree) {
  const auto free = charge(ResponseBudget::kFree);
  ASSERT_TRUE(free);
  EXPECT_FALSE(*free);
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_TRUE(*charge(ResponseBudget::kFree + 1));
}

TEST_F(ResponseBudgetTest, OneAnswerMayHoldAsMuchAsIsStillFreeBesidesIt) {
  const auto first = charge(2 * kMega);
  EXPECT_TRUE(first);
  EXPECT_FALSE(charge(4 * kMega, 2)) << "2 MB would be left besides it";
  EXPECT_EQ(refused(), 1U);
  EXPECT_TRUE(charge(3 * kMega, 2));
  EXPECT_EQ(budget.used(), 2 * kMega) << "the refused one is not counted, the others are over";
}

TEST_F(ResponseBudgetTest, TheOnlyLargeAnswerAlwaysFits) {
  auto giant = charge(100 * kMega);
  ASSERT_TRUE(giant);
  EXPECT_FALSE(charge(kMega, 2));
  giant.reset();
  EXPECT_TRUE(charge(kMega));
}

TEST_F(ResponseBudgetTest, NobodySpendsItAlone) {
  std::vector<ResponseBudget::Charge> held;
  const auto spend = [&](core::Line sender) {
    std::size_t bytes = 0;
    for (auto more = budget.charge(kMega / 8, sender); more; more = budget.charge(kMega / 8, sender)) {
      held.push_back(*std::move(more));
      bytes += kMega / 8;
    }
    return bytes;
  };
  EXPECT_EQ(spend({}) + spend(core::line_of(core::Address::parse("192.0.2.1"))) +
                spend(core::line_of(core::Address::parse("192.0.2.2"))),
            2 * kMega - kMega / 8)
      << "strangers have a quarter together, of which one answer more stays free";
  EXPECT_EQ(spend(core::line_of(core::UserId{1})), 4 * kMega - kMega / 8);
  EXPECT_TRUE(charge(kMega / 2, 2));
  held.clear();
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(spend({}), 2 * kMega - kMega / 8) << "given back";
}

TEST_F(ResponseBudgetTest, ABodyGivesItsChargeBackWithItsLastOwner) {
  core::Slice body = ResponseBudget::keep(core::Slice::take(std::string(kMega, 'x'), 10), *charge(kMega));
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
