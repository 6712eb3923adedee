#include "push/api/delivery_tests.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "push/stream/courier.hpp"
#include "support/memory_store.hpp"

namespace push::api {
namespace {

using core::ClientId;
using core::MessageId;
using core::UserId;
using namespace std::chrono_literals;

struct Notices final : stream::Courier {
  void deliver(hub::LoopSet, const stream::Message& message) override { heard.emplace_back(message.json()); }
  void disconnect(hub::LoopSet, hub::Selection) override {}
  std::size_t backlog() const override { return 0; }
  std::vector<std::string> heard;
};

class DeliveryTestsTest : public testing::Test {
 protected:
  DeliveryTestsTest() { hub.join(user, 0); }

  metrics::Registry metrics;
  test::MemoryStore store;
  hub::Hub hub{1};
  Notices notices;
  core::WorkerPool workers{1, 1};
  delivery::History history{store, workers, metrics, 100};
  delivery::Publisher publisher{store, hub, notices, history, metrics, 64};
  DeliveryTests tests{publisher, metrics};
  const UserId user{1};
  const core::SteadyTime now = core::steady_now();
};

TEST_F(DeliveryTestsTest, EachWebSocketsPongIsAReceipt) {
  const auto payload = tests.begin(user, {{ClientId{7}, 2}, {ClientId{9}, 1}}, now);
  ASSERT_TRUE(payload);
  tests.leaves(user, MessageId{5}, now);
  tests.ponged(user, ClientId{7}, *payload, now + 14'230us);
  tests.ponged(user, ClientId{9}, *payload, now + 2s);
  EXPECT_EQ(notices.heard,
            (std::vector<std::string>{
                R"({"event":"receipt","id":5,"client":7,"via":"websocket","ms":14.2,"state":"delivered"})",
                R"({"event":"receipt","id":5,"client":9,"via":"websocket","ms":2000.0,"state":"delivered"})"}));
  tests.ponged(user, ClientId{7}, *payload, now + 3s);
  EXPECT_EQ(notices.heard.size(), 3U) << "its second stream";
  tests.ponged(user, ClientId{7}, *payload, now + 3s);
  EXPECT_EQ(notices.heard.size(), 3U) << "there is no third";
  EXPECT_EQ(metrics.values("push_delivery_receipts_total")[0].second, 3);
}

TEST_F(DeliveryTestsTest, WhatAnybodySaysIsNoReceipt) {
  const auto payload = tests.begin(user, {{ClientId{7}, 1}}, now);
  ASSERT_TRUE(payload);
  tests.ponged(user, ClientId{7}, *payload, now);  // before its message left
  tests.leaves(user, MessageId{5}, now);
  tests.ponged(user, ClientId{7}, "test 99", now);
  tests.ponged(user, ClientId{8}, *payload, now);
  tests.ponged(UserId{2}, ClientId{7}, *payload, now);
  tests.ponged(user, ClientId{7}, *payload, now + DeliveryTests::kLength);
  EXPECT_TRUE(notices.heard.empty());
  tests.ponged(user, ClientId{7}, *payload, now + DeliveryTests::kLength - 1ms);
  EXPECT_EQ(notices.heard.size(), 1U);
}

TEST_F(DeliveryTestsTest, AUserHasOneAtATime) {
  ASSERT_TRUE(tests.begin(user, {{ClientId{7}, 1}}, now));
  const auto refused = tests.begin(user, {}, now + 2'500ms);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::throttled);
  EXPECT_EQ(refused.error().retry_after, 8s);
  EXPECT_EQ(refused.error().text, "a test still waits for devices: try again in 8 s");
  EXPECT_TRUE(tests.begin(UserId{2}, {}, now));
  tests.abandon(user);
  const auto again = tests.begin(user, {{ClientId{7}, 1}}, now + 3s);
  ASSERT_TRUE(again) << "the first was not stored";
  tests.leaves(user, MessageId{6}, now + 3s);
  EXPECT_FALSE(tests.begin(user, {}, now + 4s));
  tests.ponged(user, ClientId{7}, *again, now + 4s);
  EXPECT_TRUE(tests.begin(user, {}, now + 4s)) << "all have answered";
  tests.leaves(user, MessageId{7}, now + 4s);
  EXPECT_TRUE(tests.begin(user, {{ClientId{7}, 1}}, now + 4s)) << "there was nobody to wait for";
  EXPECT_TRUE(tests.begin(user, {}, now + 4s + DeliveryTests::kLength)) << "its time is over";
}

TEST_F(DeliveryTestsTest, TooManyUsersAreRefusedUntilSomeHaveEnded) {
  for (std::uint64_t i = 0; i < DeliveryTests::kMost; ++i) ASSERT_TRUE(tests.begin(UserId{i + 1}, {}, now));
  const UserId next{DeliveryTests::kMost + 1};
  const auto refused = tests.begin(next, {}, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::unavailable);
  EXPECT_TRUE(tests.begin(next, {}, now + DeliveryTests::kLength));
}

}  // namespace
}  // namespace push::api
