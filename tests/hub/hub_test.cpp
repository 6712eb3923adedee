#include "push/hub/hub.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace push::hub {
namespace {

using core::ClientId;
using core::UserId;

struct Recorder final : Courier {
  struct Delivery {
    LoopSet loops;
    UserId user;
    std::string frame;
  };
  std::vector<Delivery> delivered;
  std::vector<std::pair<LoopSet, Key>> disconnected;

  void deliver(LoopSet loops, UserId user, const core::Bytes& frame) override {
    delivered.push_back({loops, user, std::string(frame.view())});
  }
  std::size_t backlog() const override { return 0; }
  void disconnect(LoopSet loops, Key key) override { disconnected.emplace_back(loops, key); }
};

TEST(Hub, PublishReachesExactlyTheLoopsThatHoldTheUser) {
  Hub hub(256);
  Recorder courier;
  hub.join(UserId{7}, 0);
  hub.join(UserId{7}, 63);
  hub.join(UserId{8}, 1);
  hub.publish(UserId{7}, core::Bytes::copy("hello"), courier);
  ASSERT_EQ(courier.delivered.size(), 1U);
  EXPECT_EQ(courier.delivered[0].loops, (LoopSet{1} << 63) | 1U);
  EXPECT_EQ(courier.delivered[0].user, UserId{7});
  EXPECT_EQ(courier.delivered[0].frame, "hello");
}

TEST(Hub, AnOfflineUserCostsNoDelivery) {
  Hub hub(256);
  Recorder courier;
  hub.publish(UserId{7}, core::Bytes::copy("hello"), courier);
  hub.join(UserId{7}, 3);
  hub.leave(UserId{7}, 3);
  hub.publish(UserId{7}, core::Bytes::copy("hello"), courier);
  EXPECT_TRUE(courier.delivered.empty());
  EXPECT_EQ(hub.online_users(), 0U);
}

TEST(Hub, LeavingOneLoopKeepsTheOthers) {
  Hub hub(1);
  Recorder courier;
  hub.join(UserId{7}, 0);
  hub.join(UserId{7}, 1);
  hub.leave(UserId{7}, 0);
  hub.leave(UserId{7}, 0);  // twice is once
  hub.publish(UserId{7}, core::Bytes::copy("x"), courier);
  ASSERT_EQ(courier.delivered.size(), 1U);
  EXPECT_EQ(courier.delivered[0].loops, LoopSet{2});
}

TEST(Hub, DisconnectCarriesTheWholeKey) {
  Hub hub(16);
  Recorder courier;
  hub.join(UserId{7}, 5);
  hub.disconnect({UserId{7}, ClientId{9}}, courier);
  ASSERT_EQ(courier.disconnected.size(), 1U);
  EXPECT_EQ(courier.disconnected[0].first, LoopSet{1} << 5);
  EXPECT_EQ(courier.disconnected[0].second.client, ClientId{9});
}

TEST(Hub, KeyTextHoldsNoToken) {
  EXPECT_EQ(text({UserId{42}, ClientId{7}}), "42:C7");
}

TEST(Hub, DenseIdsSpreadEvenlyOverTheShards) {
  const Hub hub(256);
  std::vector<unsigned> counts(256);
  for (std::uint64_t id = 1; id <= 256 * 100; ++id) ++counts[hub.shard_of(UserId{id})];
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  EXPECT_GT(*least, 50U);
  EXPECT_LT(*most, 160U);
}

TEST(Hub, ManyThreadsJoinPublishAndLeave) {
  Hub hub(256);
  std::vector<std::thread> threads;
  for (LoopIndex loop = 0; loop < 4; ++loop) {
    threads.emplace_back([&hub, loop] {
      Recorder courier;
      for (std::uint64_t id = 1; id <= 2000; ++id) {
        hub.join(UserId{id}, loop);
        hub.publish(UserId{id}, core::Bytes::copy("x"), courier);
        if (id % 2 == 0) hub.leave(UserId{id}, loop);
      }
      // Whatever the others do, this loop's own bit was set at each of its publishes.
      EXPECT_EQ(courier.delivered.size(), 2000U);
      for (const auto& delivery : courier.delivered) EXPECT_NE(delivery.loops & (LoopSet{1} << loop), 0U);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(hub.online_users(), 1000U);
}

}  // namespace
}  // namespace push::hub
