// Who gets how much of the writer while more is queued than one transaction holds.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "store/writer_fixture.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;

class WriterTurnsTest : public WriterTest {
 protected:
  // The transactions after the first one, each as its inserts and operations.
  std::vector<std::string> transactions() {
    release_and_drain();
    std::vector<std::string> all;
    for (const std::string& event : backend.events) {
      if (event == "begin") all.emplace_back();
      if (event.starts_with("insert") || event.starts_with("op"))
        all.back() += (all.back().empty() ? "" : ", ") + event;
    }
    all.erase(all.begin());
    return all;
  }
  void post_for(core::UserId user, const std::string& name) {
    ASSERT_TRUE(writer->change(
        user,
        [this, name](Transaction&) -> core::Result<void> {
          backend.events.push_back("op " + name);
          return {};
        },
        [](const core::Result<void>&) {}));
  }
};

TEST_F(WriterTurnsTest, AFloodLeavesTheOthersTheirTurn) {
  start_held(with(&Writer::Limits::batch, 3));
  for (int i = 1; i <= 9; ++i) ASSERT_TRUE(append("flood" + std::to_string(i), 1));
  for (int i = 1; i <= 2; ++i) ASSERT_TRUE(append("quiet" + std::to_string(i), 2));
  ASSERT_TRUE(append("other", 3));
  EXPECT_THAT(transactions(), ElementsAre("insert flood1 flood2 flood3", "insert flood4 quiet1 other",
                                          "insert flood5 quiet2 flood6", "insert flood7 flood8 flood9"));
}

TEST_F(WriterTurnsTest, UsersTakeTurnsTooAndKeepTheirOrder) {
  start_held(with(&Writer::Limits::batch, 2));
  for (const char* name : {"a1", "a2", "a3", "a4"}) post_for(core::UserId{1}, name);
  post_for(core::UserId{2}, "b1");
  ASSERT_TRUE(append("message", 1));
  EXPECT_THAT(transactions(), ElementsAre("op a1, op a2", "op a3, op b1", "insert message, op a4"));
}

TEST_F(WriterTurnsTest, WithoutALineEverybodySharesOneTransaction) {
  start_held();
  for (int i = 1; i <= 3; ++i) ASSERT_TRUE(append("flood" + std::to_string(i), 1));
  ASSERT_TRUE(append("quiet", 2));
  EXPECT_THAT(transactions(), ElementsAre("insert flood1 flood2 flood3 quiet"));
}

TEST_F(WriterTurnsTest, ALongTextEndsATransactionOfThoseInLine) {
  start_held(with(&Writer::Limits::batch_bytes, 10));
  for (const char* text : {"0123456789", "abcdefghij", "x", "y"}) ASSERT_TRUE(append(text, 1));
  EXPECT_THAT(transactions(), ElementsAre("insert 0123456789", "insert abcdefghij", "insert x y"));
}

TEST_F(WriterTurnsTest, AFloodIsRefusedWhileThereIsRoomForTheOthers) {
  Writer::Limits limits = with(&Writer::Limits::batch, 1);
  limits.queue = 91;  // one fills the next transaction, 80 stand in line, 10 are left
  start_held(limits);
  for (int i = 0; i < 81; ++i) ASSERT_TRUE(append("flood", 1)) << i;
  const auto refused = append("flood", 1);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::unavailable);
  EXPECT_EQ(refused.error().text, "too many changes of this application or user are waiting (80)");
  for (std::uint64_t other = 2; other <= 11; ++other) EXPECT_TRUE(append("quiet", other)) << other;
  EXPECT_EQ(append("one more", 12).error().text, "the write queue is full (91 changes waiting)");
  EXPECT_EQ(metrics.counter("push_store_over_share_total", "").value(), 1U);
  EXPECT_EQ(metrics.counter("push_store_refused_total", "").value(), 1U);
  EXPECT_EQ(metrics.gauge("push_store_queue_length", "").value(), 91);
  EXPECT_EQ(transactions().size(), 91U);
  EXPECT_EQ(metrics.gauge("push_store_queue_length", "").value(), 0);
}

TEST_F(WriterTurnsTest, AFloodOfBytesIsRefusedWhileThereIsRoomForTheOthers) {
  Writer::Limits limits = with(&Writer::Limits::batch, 1);
  limits.queue_bytes = 1000;
  start_held(limits);
  const std::string text(90, 'x');
  int taken = 0;
  while (append(text, 1)) ++taken;
  EXPECT_EQ(taken, 10) << "one of 90 in the next transaction and nine in line: more than eight times what is left";
  EXPECT_TRUE(append("small", 2));
  release_and_drain();
}

}  // namespace
}  // namespace push::store
