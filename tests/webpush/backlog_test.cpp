#include "webpush/backlog.hpp"

#include <gtest/gtest.h>

namespace push::webpush {
namespace {

store::WebPushTarget target(const std::string& endpoint) {
  store::WebPushTarget made;
  made.subscription.endpoint = endpoint;
  return made;
}

Job job(std::uint64_t message, bool delayed = false) {
  return {core::MessageId{message}, std::make_shared<const std::string>("text"), "normal", delayed};
}

TEST(WebPushBacklog, TheOldestUnfinishedMessageHoldsTheCursor) {
  Backlog backlog;
  EXPECT_EQ(backlog.oldest(), std::nullopt);
  backlog.add(target("a"), job(5), {});
  backlog.add(target("b"), job(5), {});
  backlog.add(target("a"), job(6), {});
  backlog.finish_first("a");
  EXPECT_EQ(backlog.oldest(), core::MessageId{5});
  backlog.drop("b");
  EXPECT_EQ(backlog.oldest(), core::MessageId{6});
  backlog.finish_first("a");
  EXPECT_EQ(backlog.oldest(), std::nullopt);
  EXPECT_EQ(backlog.size(), 0U);
  EXPECT_FALSE(backlog.has("a"));
}

// Its subscription has a position of its own in the database; the cursor must not go back to it.
TEST(WebPushBacklog, ADelayedMessageDoesNot) {
  Backlog backlog;
  backlog.add(target("a"), job(5, true), {});
  EXPECT_EQ(backlog.oldest(), std::nullopt);
  EXPECT_EQ(backlog.size(), 1U);
  backlog.finish_first("a");
  EXPECT_EQ(backlog.size(), 0U);
}

TEST(WebPushBacklog, ALineIsReadyOnceUntilItsFirstIsFinished) {
  Backlog backlog;
  backlog.add(target("a"), job(1), {});
  backlog.add(target("a"), job(2), {});
  backlog.add(target("b"), job(2), {});
  ASSERT_EQ(backlog.ready(), 2U);
  EXPECT_EQ(backlog.take_ready(), "a");
  EXPECT_EQ(backlog.take_ready(), "b");
  EXPECT_EQ(backlog.ready(), 0U);
  backlog.add(target("a"), job(3), {});
  EXPECT_EQ(backlog.ready(), 0U);
  backlog.finish_first("a");
  EXPECT_EQ(backlog.take_ready(), "a");
  EXPECT_EQ(backlog.find("a")->jobs.front().message, core::MessageId{2});
}

TEST(WebPushBacklog, WhatIsDroppedIsNotReady) {
  Backlog backlog;
  backlog.add(target("a"), job(1), {});
  backlog.add(target("b"), job(1), {});
  backlog.drop("a");
  backlog.drop("c");
  ASSERT_EQ(backlog.ready(), 1U);
  EXPECT_EQ(backlog.take_ready(), "b");
  backlog.clear();
  EXPECT_EQ(backlog.size(), 0U);
  EXPECT_EQ(backlog.find("b"), nullptr);
}

}  // namespace
}  // namespace push::webpush
