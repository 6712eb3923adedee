#include "net/request_budget.hpp"

#include <gtest/gtest.h>

namespace push::net {
namespace {

TEST(RequestBudget, ARequestMayHoldAsMuchAsIsFreeBesideIt) {
  RequestBudget budget(1000);
  RequestCharge first(budget);
  EXPECT_FALSE(first.grow_to(501));
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_TRUE(first.grow_to(500));
  RequestCharge second(budget);
  EXPECT_FALSE(second.grow_to(251));
  EXPECT_TRUE(second.grow_to(250));
  EXPECT_FALSE(first.grow_to(501)) << "the share must stay unchanged";
  EXPECT_EQ(budget.used(), 750U);
  EXPECT_EQ(budget.free(), 250U);
  EXPECT_TRUE(second.grow_to(100)) << "it must never shrink";
  EXPECT_EQ(budget.used(), 750U);
}

TEST(RequestBudget, ItIsGivenBackOnceByWhoeverHasItLast) {
  RequestBudget budget(1000);
  {
    RequestCharge session(budget);
    EXPECT_TRUE(session.grow_to(300));
    {
      const RequestCharge request(std::move(session));
      EXPECT_EQ(budget.used(), 300U);
    }
    EXPECT_EQ(budget.used(), 0U);
    session = RequestCharge(budget);
    EXPECT_TRUE(session.grow_to(200));
    session = RequestCharge(budget);
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_TRUE(session.grow_to(100));
  }
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace push::net
