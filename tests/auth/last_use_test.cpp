#include "auth/last_use.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "push/auth/authenticator.hpp"
#include "push/auth/password.hpp"
#include "support/memory_store.hpp"

namespace push::auth {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr core::WallTime kStart{hours(24 * 365 * 50)};
constexpr nanoseconds kPeriod = seconds(300);

Credentials by_token(std::string token) {
  Credentials credentials;
  credentials.token = std::move(token);
  return credentials;
}

// ---- one last use

bool touch(LastUse& last_use, core::WallTime now, bool written = true) {
  return last_use.touch(now, kPeriod, [=](core::WallTime at) {
    EXPECT_EQ(at, now);
    return written;
  });
}

TEST(LastUse, IsWrittenAtOnceAndThenOnceAPeriod) {
  LastUse last_use;
  EXPECT_TRUE(touch(last_use, kStart));
  EXPECT_FALSE(touch(last_use, kStart));
  EXPECT_FALSE(touch(last_use, kStart + kPeriod));
  EXPECT_TRUE(touch(last_use, kStart + kPeriod + nanoseconds(1)));  // older than a period, not exactly as old
  EXPECT_FALSE(touch(last_use, kStart + kPeriod + kPeriod));
  EXPECT_TRUE(touch(last_use, kStart + hours(1)));
}

TEST(LastUse, WhatCouldNotBeWrittenIsTriedByTheNext) {
  LastUse last_use;
  EXPECT_FALSE(touch(last_use, kStart, false));
  EXPECT_FALSE(touch(last_use, kStart + nanoseconds(1), false));
  EXPECT_TRUE(touch(last_use, kStart + nanoseconds(2)));
  EXPECT_FALSE(touch(last_use, kStart + hours(1), false));
  EXPECT_TRUE(touch(last_use, kStart + hours(1)));
  EXPECT_FALSE(touch(last_use, kStart + hours(1)));
}

TEST(LastUse, TakesTheDatabasesWordUnlessItKnowsBetter) {
  LastUse last_use;
  last_use.at_least(kStart);
  EXPECT_FALSE(touch(last_use, kStart + seconds(299)));
  EXPECT_TRUE(touch(last_use, kStart + seconds(301)));
  last_use.at_least(kStart);  // a late answer with an old time
  EXPECT_FALSE(touch(last_use, kStart + seconds(302)));
}

TEST(LastUse, GoesOnWhenTheClockIsSetBack) {
  LastUse last_use;
  EXPECT_TRUE(touch(last_use, kStart));
  EXPECT_FALSE(touch(last_use, kStart - seconds(300)));
  EXPECT_TRUE(touch(last_use, kStart - hours(24 * 365)));
  EXPECT_FALSE(touch(last_use, kStart - hours(24 * 365) + seconds(1)));
}

TEST(LastUse, IsWrittenByOneOfManyThreads) {
  LastUse last_use;
  for (int round = 0; round < 20; ++round) {
    const core::WallTime now = kStart + round * seconds(301);
    std::atomic<int> written = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 50; ++i) {
          last_use.touch(now, kPeriod, [&](core::WallTime) {
            ++written;
            return true;
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(written, 1) << round;
  }
}

TEST(LastUses, AreOnePerIdAndKindWhateverWasForgotten) {
  LastUses uses(100);
  const LastUsePtr client = uses.of(core::ClientId{7}, std::nullopt);
  EXPECT_TRUE(touch(*client, kStart));
  EXPECT_EQ(uses.of(core::ClientId{7}, kStart - hours(1)), client);
  EXPECT_FALSE(touch(*client, kStart + seconds(1)));
  EXPECT_NE(uses.of(core::ApplicationId{7}, std::nullopt), client);
  EXPECT_NE(uses.of(core::ClientId{8}, std::nullopt), client);
  EXPECT_FALSE(touch(*uses.of(core::ApplicationId{8}, kStart), kStart + seconds(1)));
}

TEST(LastUses, AreBounded) {
  LastUses uses(10);
  const LastUsePtr first = uses.of(core::ClientId{1}, std::nullopt);
  for (std::uint64_t id = 2; id < 100; ++id) uses.of(core::ClientId{id}, std::nullopt);
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_NE(uses.of(core::ClientId{1}, std::nullopt), first);
}

// ---- what the authenticator writes

class TouchTest : public testing::Test {
 protected:
  TouchTest() {
    store.add_user(1, "admin", *hash_password("pw", 4), true);
    store.add_application(11, 1, "Aapp", "app");
    store.add_client(21, 1, "Cone");
    store.add_client(22, 1, "Ctwo");
  }

  // Whether this request writes the last use; a worker admits the first one, a loop the later ones.
  bool touches(Authenticator& who, Access access, const Credentials& credentials) {
    auto admitted = who.recall(access, credentials);
    if (!admitted) admitted = who.authenticate(access, credentials);
    EXPECT_TRUE(*admitted);
    return *admitted && (*admitted)->touched;
  }
  bool touches(Access access, const std::string& token) { return touches(authenticator, access, by_token(token)); }

  static Options with_period(unsigned period) {
    Options options;
    options.password_cost = 4;
    options.touch_seconds = period;
    return options;
  }

  test::MemoryStore store;
  metrics::Registry metrics;
  Authenticator authenticator{store, with_period(300), metrics};
};

TEST_F(TouchTest, OnceForEachTokenHoweverOftenItComes) {
  EXPECT_TRUE(touches(Access::client, "Cone"));
  EXPECT_TRUE(touches(Access::post_message, "Aapp"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(touches(Access::client, "Cone"));
    EXPECT_FALSE(touches(Access::post_message, "Cone"));
    EXPECT_FALSE(touches(Access::post_message, "Aapp"));
    if (i % 10 == 0) authenticator.forget();
  }
  EXPECT_TRUE(touches(Access::post_message, "Ctwo"));
  EXPECT_EQ(store.client_touches, 2);
  EXPECT_EQ(store.application_touches, 1);
}

TEST_F(TouchTest, NotWhatTheDatabaseSaysWasUsedJustNow) {
  store.clients[0].last_used = core::wall_now() - seconds(200);
  store.clients[1].last_used = core::wall_now() - seconds(400);
  EXPECT_FALSE(touches(Access::client, "Cone"));
  EXPECT_TRUE(touches(Access::client, "Ctwo"));
  EXPECT_EQ(store.client_touches, 1);
}

TEST_F(TouchTest, FromMemoryAloneWhenThePeriodIsOver) {
  Authenticator eager(store, with_period(0), metrics);
  EXPECT_TRUE(touches(eager, Access::client, by_token("Cone")));
  const int lookups = store.lookups;
  const core::WallTime start = core::wall_now();
  while (core::wall_now() <= start) {
  }
  EXPECT_TRUE(touches(eager, Access::client, by_token("Cone")));
  EXPECT_EQ(store.lookups, lookups);
  EXPECT_EQ(store.client_touches, 2);
}

TEST_F(TouchTest, AgainByTheNextRequestIfTheStoreRefused) {
  store.full = true;
  EXPECT_FALSE(touches(Access::client, "Cone"));
  EXPECT_FALSE(touches(Access::post_message, "Aapp"));
  store.full = false;
  EXPECT_TRUE(touches(Access::client, "Cone"));
  EXPECT_TRUE(touches(Access::post_message, "Aapp"));
  EXPECT_EQ(store.client_touches + store.application_touches, 2);
}

TEST_F(TouchTest, NothingByPasswordNorWhereTheTokenDoesNotCount) {
  const Credentials both{.token = "Cone", .from_cookie = false, .basic = Credentials::Basic{"admin", "pw"}};
  EXPECT_FALSE(touches(authenticator, Access::client, both));
  EXPECT_FALSE(touches(authenticator, Access::optional, {}));
  EXPECT_FALSE(authenticator.authenticate(Access::client, by_token("Aapp")));
  EXPECT_FALSE(authenticator.authenticate(Access::client, by_token("nobody")));
  EXPECT_EQ(store.client_touches + store.application_touches, 0);
}

TEST_F(TouchTest, EvenBySomebodyWhoMayNotDoThis) {
  store.users[0].admin = false;
  const auto refused = authenticator.authenticate(Access::admin, by_token("Cone"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::forbidden);
  EXPECT_EQ(store.client_touches, 1);
}

TEST_F(TouchTest, OnceForManyRecallsAtOnce) {
  store.full = true;
  ASSERT_FALSE(touches(Access::client, "Cone"));  // cached, and due
  store.full = false;
  std::atomic<int> touched = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const auto admitted = authenticator.recall(Access::client, by_token("Cone"));
        if (admitted && *admitted && (*admitted)->touched) ++touched;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(touched, 1);
  EXPECT_EQ(store.client_touches, 1);
}

}  // namespace
}  // namespace push::auth
