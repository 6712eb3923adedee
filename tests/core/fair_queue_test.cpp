#include "push/core/fair_queue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace push::core {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> drained(FairQueue<std::string>& queue) {
  std::vector<std::string> order;
  while (!queue.empty()) order.push_back(queue.pop());
  return order;
}

TEST(FairQueue, TakesOneOfEachLineInTurnAndKeepsTheOrderInALine) {
  FairQueue<std::string> queue;
  for (const char* item : {"a1", "a2", "a3"}) queue.push(Line{1}, item);
  for (const char* item : {"b1", "b2"}) queue.push(Line{2}, item);
  queue.push(Line{3}, "c1");
  EXPECT_THAT(drained(queue), ElementsAre("a1", "b1", "c1", "a2", "b2", "a3"));
}

TEST(FairQueue, WhoComesLaterIsNextAfterThoseWhoStandInFront) {
  FairQueue<std::string> queue;
  for (const char* item : {"a1", "a2", "a3"}) queue.push(Line{1}, item);
  EXPECT_EQ(queue.pop(), "a1");
  queue.push(Line{2}, "b1");
  EXPECT_THAT(drained(queue), ElementsAre("a2", "b1", "a3"));
}

TEST(FairQueue, PassesOverWhoHadMoreThanATurn) {
  FairQueue<std::string> queue;
  for (const char* item : {"a1", "a2"}) queue.push(Line{1}, item);
  for (const char* item : {"b1", "b2", "b3", "b4", "b5"}) queue.push(Line{2}, item);
  EXPECT_EQ(queue.pop(), "a1");
  queue.charge(Line{1}, 3);
  queue.charge(Line{3}, 7);  // nothing of it waits
  EXPECT_THAT(drained(queue), ElementsAre("b1", "b2", "b3", "b4", "a2", "b5"));
  queue.push(Line{1}, "alone");
  queue.charge(Line{1}, 1000);
  EXPECT_EQ(queue.pop(), "alone");
  EXPECT_TRUE(queue.empty());
}

TEST(FairQueue, KnowsTheLoadOfEachLine) {
  FairQueue<std::unique_ptr<int>> queue;
  queue.push(Line{1}, nullptr, 10);
  queue.push(Line{1}, nullptr, 5);
  queue.push(Line{2}, nullptr, 1);
  EXPECT_EQ(queue.load(Line{1}).items, 2U);
  EXPECT_EQ(queue.load(Line{1}).bytes, 15U);
  queue.pop();
  EXPECT_EQ(queue.load(Line{1}).bytes, 5U);
  EXPECT_EQ(queue.load(Line{3}).items, 0U);
}

TEST(FairQueue, LinesOfApplicationsUsersAndAddressesDiffer) {
  EXPECT_NE(line_of(ApplicationId{1}), line_of(UserId{1}));
  EXPECT_NE(line_of(UserId{}), Line{});
  EXPECT_NE(line_of(Address::parse("192.0.2.1")), line_of(Address::parse("192.0.2.2")));
  EXPECT_EQ(line_of(Address::parse("2001:db8::1")), line_of(Address::parse("2001:db8::2"))) << "one customer";
  EXPECT_NE(line_of(Address::parse("2001:db8::1")), line_of(Address::parse("2001:db8:0:1::1")));
  EXPECT_NE(line_of(std::optional<Address>()), Line{});
}

}  // namespace
}  // namespace push::core
