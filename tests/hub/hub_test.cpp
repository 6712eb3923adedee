#include "push/hub/hub.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace push::hub {
namespace {

using core::UserId;

TEST(Hub, KnowsExactlyTheLoopsThatHoldAUser) {
  Hub hub(256);
  hub.join(UserId{7}, 0);
  hub.join(UserId{7}, 63);
  hub.join(UserId{8}, 1);
  EXPECT_EQ(hub.loops_of(UserId{7}), (LoopSet{1} << 63) | 1U);
  EXPECT_EQ(hub.loops_of(UserId{8}), LoopSet{2});
}

TEST(Hub, AnOfflineUserIsOnNoLoop) {
  Hub hub(256);
  EXPECT_EQ(hub.loops_of(UserId{7}), 0U);
  hub.join(UserId{7}, 3);
  hub.leave(UserId{7}, 3);
  EXPECT_EQ(hub.loops_of(UserId{7}), 0U);
  EXPECT_EQ(hub.online_users(), 0U);
}

TEST(Hub, LeavingOneLoopKeepsTheOthers) {
  Hub hub(1);
  hub.join(UserId{7}, 0);
  hub.join(UserId{7}, 1);
  hub.leave(UserId{7}, 0);
  hub.leave(UserId{7}, 0);  // leaving twice has no further effect
  EXPECT_EQ(hub.loops_of(UserId{7}), LoopSet{2});
}

TEST(Hub, EachShardNamesItsUsers) {
  Hub hub(4);
  std::vector<UserId> all;
  for (std::size_t shard = 0; shard < hub.shards(); ++shard) EXPECT_TRUE(hub.online_in(shard).empty());
  for (std::uint64_t id = 1; id <= 100; ++id) hub.join(UserId{id}, static_cast<LoopIndex>(id % 3));
  hub.leave(UserId{50}, 50 % 3);
  for (std::size_t shard = 0; shard < hub.shards(); ++shard) {
    for (const UserId user : hub.online_in(shard)) {
      EXPECT_EQ(hub.shard_of(user), shard);
      all.push_back(user);
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(all.size(), 99U);
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  EXPECT_FALSE(std::binary_search(all.begin(), all.end(), UserId{50}));
}

TEST(Hub, KeyTextHoldsNoToken) {
  EXPECT_EQ(text({UserId{42}, core::ClientId{7}}), "42:C7");
}

TEST(Hub, ASelectionIsOneClientOrTheBasicSessionsOrEverything) {
  EXPECT_TRUE((Selection{UserId{42}, core::ClientId{7}}.has(core::ClientId{7})));
  EXPECT_FALSE((Selection{UserId{42}, core::ClientId{7}}.has(core::ClientId{})));
  EXPECT_TRUE((Selection{UserId{42}, core::ClientId{}}.has(core::ClientId{})));
  EXPECT_FALSE((Selection{UserId{42}, core::ClientId{}}.has(core::ClientId{7})));
  EXPECT_TRUE((Selection{UserId{42}, std::nullopt}.has(core::ClientId{7})));
}

TEST(Hub, DenseIdsSpreadEvenlyOverTheShards) {
  const Hub hub(256);
  std::vector<unsigned> counts(256);
  for (std::uint64_t id = 1; id <= 256 * 100; ++id) ++counts[hub.shard_of(UserId{id})];
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  EXPECT_GT(*least, 50U);
  EXPECT_LT(*most, 160U);
}

TEST(Hub, ManyThreadsJoinAskAndLeave) {
  Hub hub(256);
  std::vector<std::thread> threads;
  for (LoopIndex loop = 0; loop < 4; ++loop) {
    threads.emplace_back([&hub, loop] {
      for (std::uint64_t id = 1; id <= 2000; ++id) {
        hub.join(UserId{id}, loop);
        // Whatever the other threads do, this loop's own bit is set.
        ASSERT_NE(hub.loops_of(UserId{id}) & (LoopSet{1} << loop), 0U);
        if (id % 2 == 0) hub.leave(UserId{id}, loop);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(hub.online_users(), 1000U);
}

}  // namespace
}  // namespace push::hub
