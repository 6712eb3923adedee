// The log, a database that is away or older than it was, and how a node tells the others.
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "delivery/follower_fixture.hpp"

namespace push::delivery {
namespace {

using std::chrono::milliseconds;
using FollowerTroubleTest = FollowerTest;

// ---- the log

TEST_F(FollowerTroubleTest, AnEventFollowsTheMessagesThatWereThereBefore) {
  auto& here = begin();
  database.commit({kAnn});  // lost
  database.write(deletion(kAnn));
  here.bus.listener->on_log();
  EXPECT_TRUE(here.gets({"1", "e1@1"}));
  arrive({kAnn});
  EXPECT_EQ(here.streams.given().back().at(), (stream::Cursor{MessageId{2}, EventId{1}}));
  EXPECT_EQ(here.history.relayed(), (stream::Cursor{MessageId{2}, EventId{1}}));
}

// Bob's message is known to be there, but its content has not been read.
TEST_F(FollowerTroubleTest, TheCursorOfAnEventDoesNotReachAMessageThatHasNotPassed) {
  auto& here = begin();
  arrive({kAnn});
  database.write(deletion(kAnn));
  database.commit({kBob});
  here.feed.during_read = [&, read = 0]() mutable {
    if (++read == 1) here.online(kBob);
    if (read == 2) database.messages_down = true;
  };
  here.bus.listener->on_batch({MessageId{1}, MessageId{2}, {}, true});
  ASSERT_TRUE(eventually([&] { return here.history.newest().message == MessageId{2} && database.messages_down; }));
  here.bus.listener->on_log();
  EXPECT_TRUE(here.gets({"1", "e1@1"}));
  database.messages_down = false;
  EXPECT_TRUE(here.gets({"1", "e1@1", "2"}));
}

TEST_F(FollowerTroubleTest, OwnEntriesComeBackFromTheLogAndWakeTheOthers) {
  auto& here = begin();
  bool announced = false;
  here.bus.on_announce_log = [&] { announced = true; };
  model::Event event = deletion(kAnn);
  here.publisher.on_event(event);
  EXPECT_EQ(here.streams.names(), Names{}) << "not by the store";
  database.write(event);
  here.publisher.on_log();
  EXPECT_TRUE(here.gets({"e1@0"}));
  EXPECT_TRUE(announced);
}

TEST_F(FollowerTroubleTest, ChangesOfAccountsDoNotWaitForMessages) {
  auto& here = begin();
  database.commit({kAnn});
  database.messages_down = true;
  database.write(deletion(kAnn));
  database.write(model::AccountChange{model::AccountChange::Kind::client_gone, kAnn, core::ClientId{1}, {}});
  here.bus.listener->on_log();
  EXPECT_TRUE(eventually([&] { return here.accounts.changes == 1; }));
  database.write(model::AccountChange{model::AccountChange::Kind::user_gone, kBob, {}, {}});
  here.bus.listener->on_log();
  EXPECT_TRUE(eventually([&] { return here.accounts.changes == 2; })) << "while an event waits";
  EXPECT_EQ(here.streams.names(), Names{});
  database.messages_down = false;
  EXPECT_TRUE(here.gets({"1", "e1@1"}));
  EXPECT_EQ(here.accounts.changes, 2) << "each once";
}

TEST_F(FollowerTroubleTest, ASweepLooksIntoTheLog) {
  Follower::Limits limits = kStill;
  limits.sweep = milliseconds(10);
  begin(limits);
  database.write(deletion(kAnn));
  database.write(deletion(kBob));
  EXPECT_TRUE(node->gets({"e1@0"}));
  EXPECT_TRUE(eventually([this] { return node->history.relayed().event == EventId{2}; }));
}

// ---- the database is away, or older than it was

TEST_F(FollowerTroubleTest, ADatabaseThatGoesBackBeginsAnEpochAndEndsTheStreams) {
  auto& here = begin();
  EXPECT_EQ(here.history.epoch(), "epoch 1");
  for (int i = 0; i < 5; ++i) arrive({kAnn});
  database.go_back(2, 0);
  here.bus.listener->on_link(true);
  ASSERT_TRUE(eventually([&] { return here.streams.closed() == std::vector<std::uint64_t>{1}; }));
  EXPECT_EQ(here.history.epoch(), "epoch 2");
  EXPECT_EQ(here.history.restarts(), 2U) << "with the start";
  EXPECT_EQ(here.history.newest().message, MessageId{2});
  EXPECT_EQ(here.accounts.gaps, 1);
  EXPECT_EQ(here.counted("push_cluster_epochs_total"), 1U);
  arrive({kAnn});
  EXPECT_EQ(here.streams.names(), (Names{"1", "2", "3", "4", "5", "3"}));
}

TEST_F(FollowerTroubleTest, ALogThatGoesBackAloneIsNoticed) {
  auto& here = begin();
  database.write(deletion(kAnn));
  database.write(deletion(kAnn));
  here.bus.listener->on_log();
  ASSERT_TRUE(here.gets({"e1@0", "e2@0"}));
  database.go_back(0, 1);
  here.bus.listener->on_link(true);
  EXPECT_TRUE(eventually([&] { return here.history.epoch() == "epoch 2"; }));
  database.write(deletion(kAnn));
  here.bus.listener->on_log();
  EXPECT_TRUE(here.gets({"e1@0", "e2@0", "e2@0"}));
}

TEST_F(FollowerTroubleTest, ALogWhoseEntriesAreRemovedByAgeHasNotGoneBack) {
  Follower::Limits limits = kStill;
  limits.sweep = milliseconds(5);
  auto& here = begin(limits);
  database.write(deletion(kAnn));
  ASSERT_TRUE(here.gets({"e1@0"}));
  {
    const std::lock_guard lock(database.mutex);
    database.log.clear();
  }
  const int looks = here.feed.reads;
  ASSERT_TRUE(eventually([&] { return here.feed.reads > looks + 2; }));
  EXPECT_EQ(here.history.epoch(), "epoch 1");
  database.write(deletion(kAnn));
  EXPECT_TRUE(here.gets({"e1@0", "e2@0"}));
}

TEST_F(FollowerTroubleTest, WhileAnEpochCannotBeBegunNothingIsHandedOut) {
  auto& here = begin();
  arrive({kAnn});
  arrive({kAnn});
  database.go_back(1, 0);
  database.epochs_down = true;
  const int reads = here.feed.reads;
  here.bus.listener->on_link(true);
  ASSERT_TRUE(eventually([&] { return here.feed.reads > reads + 2; }));
  arrive({kAnn});
  arrive({kAnn});
  EXPECT_EQ(here.streams.names(), (Names{"1", "2"}));
  database.epochs_down = false;
  ASSERT_TRUE(eventually([&] { return here.history.epoch() == "epoch 2"; }));
  EXPECT_EQ(here.streams.names(), (Names{"1", "2"})) << "streams that come back read what came meanwhile";
  arrive({kAnn});
  EXPECT_EQ(here.streams.names(), (Names{"1", "2", "4"}));
}

TEST_F(FollowerTroubleTest, WithoutTheDatabaseWhatTheBusBringsGoesOnAndTheRestFollows) {
  auto& here = begin();
  database.down = true;
  arrive({kAnn});
  EXPECT_EQ(here.streams.names(), Names{"1"});
  database.commit({kAnn});
  here.bus.listener->on_link(true);
  ASSERT_TRUE(eventually([&] { return here.follower->unreachable() > milliseconds{}; }));
  database.down = false;
  EXPECT_TRUE(here.gets({"1", "2"}));
  EXPECT_TRUE(eventually([&] { return here.follower->unreachable() == milliseconds{}; }));
}

TEST_F(FollowerTroubleTest, ANodeAloneWithoutItsDatabaseForgetsWhatItKnowsAndKeepsItsStreams) {
  Follower::Limits limits = kStill;
  limits.isolation = milliseconds(50);
  auto& here = begin(limits);
  database.down = true;
  here.bus.listener->on_pulse({"there", MessageId{}, false});
  here.bus.listener->on_link(true);
  EXPECT_TRUE(eventually([&] { return here.accounts.gaps >= 2; })) << "again and again";
  EXPECT_EQ(here.streams.closed(), std::vector<std::uint64_t>{});
}

TEST_F(FollowerTroubleTest, ANodeThatAloneDoesNotReachTheDatabaseClosesItsStreams) {
  Follower::Limits limits = kStill;
  limits.isolation = milliseconds(50);
  auto& here = begin(limits);
  here.bus.on_announce_pulse = [&](const cluster::Pulse&) {
    here.bus.listener->on_pulse({"there", MessageId{}, true});
  };
  database.down = true;
  here.bus.listener->on_link(true);
  EXPECT_TRUE(eventually([&] { return !here.streams.closed().empty(); }));
  EXPECT_GE(here.accounts.gaps, 1);
}

TEST_F(FollowerTroubleTest, ANodeSaysHowItIs) {
  auto& here = begin();
  std::mutex mutex;
  cluster::Pulse last;
  here.bus.on_announce_pulse = [&](const cluster::Pulse& pulse) {
    const std::lock_guard lock(mutex);
    last = pulse;
  };
  arrive({kAnn});
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return last.node == "here" && last.applied == MessageId{1} && last.reaches_database;
  }));
  here.follower->stop();
}

// Whatever ends it: what the bus brings after that has nobody to go to.
TEST_F(FollowerTroubleTest, TheBusStopsWithIt) {
  auto& here = begin();
  ASSERT_NE(here.bus.listener, nullptr);
  here.follower.reset();
  EXPECT_EQ(here.bus.listener, nullptr);
}

TEST_F(FollowerTroubleTest, DoesNotStartWithoutTheDatabase) {
  database.down = true;
  node.emplace(database, "here", kStill);
  const auto started = node->follower->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, core::ErrorCode::unavailable);
}

}  // namespace
}  // namespace push::delivery
