#include "net/request_budget.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace push::net {
namespace {

constexpr core::Line kOne{1};
constexpr core::Line kTwo{2};
constexpr core::Line kThree{3};

TEST(RequestBudget, ARequestMayHoldAsMuchAsIsFreeBesideIt) {
  RequestBudget budget(1000);
  RequestCharge first(budget, kOne);
  EXPECT_FALSE(first.grow_to(501));
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_TRUE(first.grow_to(500));
  RequestCharge second(budget, kTwo);
  EXPECT_FALSE(second.grow_to(251));
  EXPECT_TRUE(second.grow_to(250));
  EXPECT_FALSE(first.grow_to(501)) << "what it holds must stay unchanged";
  EXPECT_EQ(budget.used(), 750U);
  EXPECT_TRUE(second.grow_to(100)) << "it must never shrink";
  EXPECT_EQ(budget.used(), 750U);
}

TEST(RequestBudget, SoMayASenderWithHoweverManyRequests) {
  RequestBudget budget(1000);
  std::vector<RequestCharge> flood;
  for (int i = 0; i < 50; ++i) {
    flood.emplace_back(budget, kOne);
    EXPECT_TRUE(flood.back().grow_to(10));
  }
  RequestCharge one_more(budget, kOne);
  EXPECT_FALSE(one_more.grow_to(1));
  EXPECT_EQ(budget.used(), 500U);
  RequestCharge second(budget, kTwo);
  EXPECT_TRUE(second.grow_to(250));
  RequestCharge third(budget, kThree);
  EXPECT_TRUE(third.grow_to(125)) << "whoever comes next finds room";
  flood.pop_back();
  EXPECT_FALSE(one_more.grow_to(1)) << "two others hold something by now";
  while (flood.size() > 25) flood.pop_back();
  EXPECT_TRUE(one_more.grow_to(1));
}

TEST(RequestBudget, TellsWhetherThereIsRoom) {
  RequestBudget budget(1000);
  RequestCharge first(budget, kOne);
  EXPECT_TRUE(first.has_room_for(1000));
  EXPECT_FALSE(first.has_room_for(1001));
  ASSERT_TRUE(first.grow_to(400));
  EXPECT_TRUE(RequestCharge(budget, kOne).has_room_for(200));
  EXPECT_FALSE(RequestCharge(budget, kOne).has_room_for(201)) << "the sender holds 400 of 1000";
  EXPECT_TRUE(RequestCharge(budget, kTwo).has_room_for(600));
  EXPECT_EQ(budget.used(), 400U);
}

TEST(RequestBudget, ItIsGivenBackOnceByWhoeverHasItLast) {
  RequestBudget budget(1000);
  {
    RequestCharge session(budget, kOne);
    EXPECT_TRUE(session.grow_to(300));
    {
      const RequestCharge request(std::move(session));
      EXPECT_EQ(budget.used(), 300U);
    }
    EXPECT_EQ(budget.used(), 0U);
    session = RequestCharge(budget, kOne);
    EXPECT_TRUE(session.grow_to(200));
    session = RequestCharge(budget, kTwo);
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_TRUE(session.grow_to(100));
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(RequestBudget, ManyThreadsLeaveNothingBehind) {
  RequestBudget budget(1'000'000);
  std::vector<std::thread> threads;
  for (std::uint64_t line = 1; line <= 4; ++line) {
    threads.emplace_back([&budget, line] {
      for (int round = 0; round < 2000; ++round) {
        RequestCharge charge(budget, core::Line{line / 2});
        EXPECT_TRUE(charge.grow_to(5000));
        EXPECT_TRUE(charge.grow_to(9000));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace push::net
