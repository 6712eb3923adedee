#include "store/recent_keys.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <string>

namespace push::store {
namespace {

using std::chrono::minutes;

constexpr core::WallTime kStart{std::chrono::hours(500'000)};

class RecentKeysTest : public ::testing::Test {
 protected:
  static IdempotencyKey key(std::uint64_t number, std::uint64_t content = 1) { return {{number, 0}, {content, 0}}; }

  void add(std::uint64_t application, std::uint64_t number, core::WallTime at = kStart) {
    keys.add(core::ApplicationId{application}, key(number), {core::MessageId{++last}, at}, at);
  }
  void store(std::uint64_t application, std::uint64_t number, core::WallTime at = kStart) {
    add(application, number, at);
    keys.commit();
  }
  // The id of its message, 0 = none.
  std::uint64_t find(std::uint64_t application, std::uint64_t number, core::WallTime at = kStart) {
    const auto found = keys.find(core::ApplicationId{application}, key(number), at);
    EXPECT_TRUE(found);
    return found && *found ? core::value((*found)->message) : 0;
  }
  std::uint64_t dropped() { return metrics.counter("push_idempotency_keys_dropped_total", "").value(); }

  metrics::Registry metrics;
  RecentKeys keys{10, metrics};
  std::uint64_t last = 0;
};

TEST_F(RecentKeysTest, ARollbackTakesBackWhatTheTransactionAdded) {
  store(1, 1);
  add(1, 2);
  add(2, 3);
  EXPECT_EQ(find(1, 2), 2U) << "known within the transaction";
  keys.rollback();
  EXPECT_EQ(find(1, 2), 0U);
  EXPECT_EQ(find(2, 3), 0U);
  EXPECT_EQ(find(1, 1), 1U);
  EXPECT_TRUE(keys.forgotten().empty()) << "the transaction has taken their rows back";
  add(1, 2);
  keys.commit();
  keys.rollback();
  EXPECT_EQ(find(1, 2), 4U);
}

TEST_F(RecentKeysTest, AnApplicationHasHalfAndLosesItsOldest) {
  store(2, 100);
  for (std::uint64_t i = 1; i <= 7; ++i) store(1, i);
  EXPECT_EQ(keys.size(), 6U);
  EXPECT_EQ(find(1, 2), 0U);
  EXPECT_EQ(find(1, 3), 4U);
  EXPECT_EQ(find(2, 100), 1U) << "older, but of another";
  EXPECT_EQ(dropped(), 2U);
  EXPECT_EQ(keys.forgotten(), (std::vector{core::MessageId{2}, core::MessageId{3}}));
}

TEST_F(RecentKeysTest, BeyondTheLimitOfAllTheLargestLosesItsOldest) {
  store(9, 100);
  for (std::uint64_t application : {1, 2, 3}) {
    for (std::uint64_t i = 1; i <= 5; ++i) store(application, i);
  }
  EXPECT_EQ(keys.size(), 10U);
  EXPECT_EQ(find(9, 100), 1U) << "the oldest of all, and the only one of its application";
  EXPECT_EQ(find(3, 5), 16U);
  EXPECT_EQ(dropped(), 6U);
}

TEST_F(RecentKeysTest, LimitsCountWhenTheTransactionIsCommitted) {
  for (std::uint64_t i = 1; i <= 20; ++i) add(1, i);
  EXPECT_EQ(find(1, 1), 1U);
  keys.rollback();
  EXPECT_EQ(dropped(), 0U);
  for (std::uint64_t i = 1; i <= 20; ++i) add(1, i);
  keys.commit();
  EXPECT_EQ(keys.size(), 5U);
}

TEST_F(RecentKeysTest, KeysExpireInTheirOrderAndNotTooManyAtOnce) {
  for (std::uint64_t i = 1; i <= 4; ++i) store(i, i, kStart + minutes(i));
  EXPECT_EQ(keys.next_expiry(), kStart + minutes(11));
  EXPECT_EQ(find(2, 2, kStart + minutes(12)), 0U) << "over, though it is still there";
  keys.expire(kStart + minutes(13), 2);
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys.next_expiry(), kStart + minutes(13));
  keys.expire(kStart + minutes(13), 64);
  EXPECT_EQ(keys.size(), 1U);
  keys.expire(kStart + minutes(14), 64);
  EXPECT_EQ(keys.next_expiry(), core::WallTime::max());
  EXPECT_EQ(dropped(), 0U) << "not before their time";
}

TEST_F(RecentKeysTest, AKeyThatIsUsedAgainAfterItsTimeCountsOnce) {
  store(1, 1);
  store(1, 2);
  store(1, 1, kStart + minutes(10));
  EXPECT_EQ(keys.size(), 2U);
  EXPECT_EQ(find(1, 1, kStart + minutes(10)), 3U);
  EXPECT_EQ(keys.forgotten(), std::vector{core::MessageId{1}});
}

TEST_F(RecentKeysTest, AClockThatIsSetBackKeepsTheOrder) {
  store(1, 1, kStart);
  store(1, 2, kStart - minutes(60));
  EXPECT_EQ(find(1, 2, kStart + minutes(9)), 2U);
  keys.expire(kStart + minutes(10), 64);
  EXPECT_EQ(keys.size(), 0U);
}

// Against a list in which everything is looked for from the beginning.
TEST_F(RecentKeysTest, BehavesLikeAPlainList) {
  struct Row {
    std::uint64_t application, number, message;
    core::WallTime at;
  };
  std::deque<Row> model;
  std::size_t committed = 0;
  std::mt19937 random(7);
  core::WallTime now = kStart;
  const auto pick = [&](std::uint64_t most) { return 1 + random() % most; };
  const auto trim = [&] {
    for (;;) {
      std::uint64_t largest = 0;
      long count = 0;
      for (std::uint64_t application = 1; application <= 4; ++application) {
        const long of =
            std::count_if(model.begin(), model.end(), [&](const Row& r) { return r.application == application; });
        if (of >= count) largest = application, count = of;
      }
      if (model.size() <= 10 && count <= 5) return;
      model.erase(std::find_if(model.begin(), model.end(), [&](const Row& r) { return r.application == largest; }));
    }
  };
  for (int step = 0; step < 20'000; ++step) {
    now += std::chrono::seconds(pick(30));
    const std::uint64_t application = pick(4);
    const std::uint64_t number = pick(8);
    const auto row = std::find_if(model.begin(), model.end(),
                                  [&](const Row& r) { return r.application == application && r.number == number; });
    const bool alive = row != model.end() && now - row->at < minutes(10);
    ASSERT_EQ(find(application, number, now), alive ? row->message : 0U) << step;
    if (!alive) {
      if (row != model.end()) {
        if (static_cast<std::size_t>(row - model.begin()) < committed) --committed;
        model.erase(row);
      }
      add(application, number, now);
      model.push_back({application, number, last, now});
    }
    if (pick(3) == 1) {
      keys.commit();
      trim();
      committed = model.size();
    } else if (pick(5) == 1) {
      keys.rollback();
      model.resize(committed);
    }
    if (pick(10) == 1 && committed == model.size()) {
      keys.expire(now, 64);
      std::erase_if(model, [&](const Row& r) { return now - r.at >= minutes(10); });
      committed = model.size();
    }
    ASSERT_EQ(keys.size(), model.size()) << step;
  }
}

}  // namespace
}  // namespace push::store
