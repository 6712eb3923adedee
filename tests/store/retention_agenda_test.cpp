#include "store/retention_agenda.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <vector>

namespace push::store {
namespace {

using ::testing::ElementsAre;

core::WallTime time_at(int seconds) {
  return core::WallTime(std::chrono::seconds(seconds));
}

class RetentionAgendaTest : public ::testing::Test {
 protected:
  void put(std::uint64_t application, int due) {
    agenda.put({core::ApplicationId{application}, core::MessageId{application * 10}, time_at(due)});
  }
  // The applications that are due, in the order in which they are taken.
  std::vector<std::uint64_t> taken(int now) {
    std::vector<std::uint64_t> all;
    while (const auto visit = agenda.take(time_at(now))) all.push_back(core::value(visit->application));
    return all;
  }

  RetentionAgenda agenda{3};
};

TEST_F(RetentionAgendaTest, TheSoonestIsTakenFirstAndOnlyWhenItIsDue) {
  put(1, 30);
  put(2, 10);
  put(3, 20);
  EXPECT_EQ(agenda.soonest(), time_at(10));
  EXPECT_THAT(taken(9), ElementsAre());
  EXPECT_THAT(taken(20), ElementsAre(2, 3));
  EXPECT_THAT(taken(100), ElementsAre(1));
  EXPECT_FALSE(agenda.soonest());
}

TEST_F(RetentionAgendaTest, AnApplicationHasOneVisit) {
  put(1, 10);
  put(1, 20);
  EXPECT_EQ(agenda.size(), 1U);
  EXPECT_THAT(taken(15), ElementsAre());
  const auto visit = agenda.take(time_at(20));
  ASSERT_TRUE(visit);
  EXPECT_EQ(visit->message, core::MessageId{10});
  put(1, 10);
  agenda.erase(core::ApplicationId{1});
  agenda.erase(core::ApplicationId{2});
  EXPECT_THAT(taken(100), ElementsAre());
}

TEST_F(RetentionAgendaTest, WhatDoesNotFitMakesItBlindFromThenOn) {
  for (int i = 1; i <= 5; ++i) put(static_cast<std::uint64_t>(i), i * 10);
  EXPECT_EQ(agenda.size(), 3U);
  EXPECT_FALSE(agenda.is_blind(time_at(39)));
  EXPECT_TRUE(agenda.is_blind(time_at(40)));
  EXPECT_THAT(taken(100), ElementsAre(1, 2, 3));
  agenda.begin_survey();
  EXPECT_FALSE(agenda.is_blind(time_at(100)));
  put(4, 40);
  put(5, 50);
  EXPECT_THAT(taken(100), ElementsAre(4, 5));
}

}  // namespace
}  // namespace push::store
