// One node that follows what the others commit.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "delivery/follower_fixture.hpp"

namespace push::delivery {
namespace {

using std::chrono::milliseconds;
using Names = std::vector<std::string>;

const UserId kAnn{1};
const UserId kBob{2};

struct FollowerTest : testing::Test {
  SharedDatabase database;
  std::optional<FollowingNode> node;

  FollowingNode& begin(const Follower::Limits& limits = kStill) {
    node.emplace(database, "here", limits);
    node->start();
    node->online(kAnn);
    return *node;
  }
  // Another node's transaction, announced here.
  void arrive(const std::vector<UserId>& users) { node->bus.listener->on_batch(batch_of(database.commit(users))); }
  model::Event deletion(UserId user) {
    model::Event event;
    event.user = user;
    event.ids = {MessageId{1}};
    return event;
  }
};

TEST_F(FollowerTest, ABatchThatContinuesThePositionIsHandedOutOnTheThreadThatBringsIt) {
  begin();
  arrive({kAnn, kBob, kAnn});
  EXPECT_EQ(node->streams.names(), (Names{"1", "3"}));
  EXPECT_EQ(node->follower->applied(), MessageId{3});
  node->commit({kAnn});
  EXPECT_EQ(node->streams.names(), (Names{"1", "3", "4"}));
  EXPECT_EQ(node->history.relayed().message, MessageId{4});
}

TEST_F(FollowerTest, WhatWasCommittedBeforeItStartedIsNotHandedOut) {
  database.commit({kAnn});
  begin();
  EXPECT_EQ(node->follower->applied(), MessageId{1});
  arrive({kAnn});
  EXPECT_EQ(node->streams.names(), Names{"2"});
}

TEST_F(FollowerTest, OwnCommitsAreAnnouncedAndPassInTurn) {
  auto& here = begin();
  std::vector<MessageId> announced;
  here.bus.on_announce = [&](const cluster::Batch& batch) { announced.push_back(batch.last); };
  auto other = database.commit({kAnn});
  here.commit({kAnn});
  EXPECT_EQ(announced, std::vector{MessageId{2}});
  EXPECT_EQ(here.streams.names(), Names{}) << "message 1 comes first";
  here.bus.listener->on_batch(batch_of(std::move(other)));
  EXPECT_EQ(here.streams.names(), (Names{"1", "2"}));
  EXPECT_EQ(here.counted("push_cluster_batches_held_total"), 1U);
}

TEST_F(FollowerTest, AMissingBatchIsReadFromTheStoreAfterAMoment) {
  Follower::Limits limits = kStill;
  limits.gap = milliseconds(20);
  begin(limits);
  database.commit({kAnn, kBob});  // its announcement is lost
  arrive({kAnn});
  EXPECT_EQ(node->streams.names(), Names{});
  EXPECT_TRUE(node->gets({"1", "3"}));
  EXPECT_TRUE(eventually([this] { return node->counted("push_cluster_gaps_repaired_total") == 1U; }));
}

TEST_F(FollowerTest, ARepeatedBatchIsDropped) {
  begin();
  const auto written = database.commit({kAnn});
  for (int i = 0; i < 3; ++i) node->bus.listener->on_batch(batch_of(written));
  EXPECT_EQ(node->streams.names(), Names{"1"});
  EXPECT_EQ(node->counted("push_cluster_duplicates_total"), 2U);
}

TEST_F(FollowerTest, OfABatchThatOverlapsThePositionTheRestIsHandedOut) {
  begin();
  auto first = database.commit({kAnn, kAnn});
  auto second = database.commit({kAnn});
  node->bus.listener->on_batch(batch_of(first));
  for (cluster::Item& item : second.items) first.items.push_back(std::move(item));
  node->bus.listener->on_batch({MessageId{}, second.commit.last, std::move(first.items), false});
  EXPECT_EQ(node->streams.names(), (Names{"1", "2", "3"}));
}

TEST_F(FollowerTest, ABareBatchIsReadAtOnce) {
  begin();
  database.commit({kAnn, kAnn});
  node->bus.listener->on_batch({MessageId{}, MessageId{2}, {}, true});
  EXPECT_TRUE(node->gets({"1", "2"}));
}

TEST_F(FollowerTest, ABareBatchThatComesWhileTheStoreIsReadIsReadToo) {
  auto& here = begin();
  database.commit({kAnn});
  here.feed.during_read = [&, again = true]() mutable {
    if (!std::exchange(again, false)) return;
    std::thread([&] {
      database.commit({kAnn});
      here.bus.listener->on_batch({MessageId{1}, MessageId{2}, {}, true});
    }).join();
  };
  here.bus.listener->on_batch({MessageId{}, MessageId{1}, {}, true});
  EXPECT_TRUE(here.gets({"1", "2"}));
}

TEST_F(FollowerTest, ACommitThatDoesNotKnowTheOneBeforeIsReadAndAnnouncedWithoutContent) {
  auto& here = begin();
  bool bare = false;
  here.bus.on_announce = [&](const cluster::Batch& batch) { bare = batch.bare; };
  auto written = database.commit({kAnn});
  written.commit.previous.reset();
  here.follower->committed(written.commit, std::move(written.items));
  EXPECT_TRUE(bare);
  EXPECT_TRUE(here.gets({"1"}));
}

TEST_F(FollowerTest, ASweepFindsWhatNoBusHasTold) {
  Follower::Limits limits = kStill;
  limits.sweep = milliseconds(10);
  begin(limits);
  database.commit({kAnn});
  EXPECT_TRUE(node->gets({"1"}));
  EXPECT_TRUE(eventually([this] { return node->counted("push_cluster_sweeps_found_total") == 1U; }));
}

TEST_F(FollowerTest, WithoutABusItLooksMoreOften) {
  auto& here = begin();
  here.bus.up = false;
  here.bus.listener->on_link(false);
  database.commit({kAnn});
  EXPECT_TRUE(here.gets({"1"}));
  database.commit({kAnn});
  EXPECT_TRUE(here.gets({"1", "2"}));
}

TEST_F(FollowerTest, ABusThatIsBackIsNotTrustedForWhatWasBefore) {
  begin();
  database.commit({kAnn});
  node->bus.listener->on_link(true);
  EXPECT_TRUE(node->gets({"1"}));
}

TEST_F(FollowerTest, ANodeThatIsAheadShowsThatSomethingIsMissing) {
  Follower::Limits limits = kStill;
  limits.gap = milliseconds(10);
  begin(limits);
  database.commit({kAnn});
  node->bus.listener->on_pulse({"there", MessageId{1}, true, false});
  EXPECT_TRUE(node->gets({"1"}));
}

TEST_F(FollowerTest, ANodeThatFallsSilentMayHaveCommittedSomething) {
  begin();
  node->bus.listener->on_pulse({"there", MessageId{}, true, false});
  database.commit({kAnn});
  EXPECT_TRUE(node->gets({"1"}));
}

TEST_F(FollowerTest, BatchesBeyondTheLimitAreReadFromTheStore) {
  Follower::Limits limits = kStill;
  limits.held_bytes = 1000;
  begin(limits);
  database.commit({kAnn});
  for (int i = 0; i < 10; ++i) arrive({kAnn});
  EXPECT_TRUE(node->gets({"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}));
  EXPECT_GE(node->counted("push_cluster_batches_forgotten_total"), 1U);
}

TEST_F(FollowerTest, NothingIsLostWhileALoopIsTooFarBehind) {
  Follower::Limits limits = kStill;
  limits.gap = milliseconds(2);
  begin(limits);
  node->streams.behind = 100;
  for (int i = 0; i < 3; ++i) arrive({kAnn});
  EXPECT_EQ(node->streams.names(), Names{});
  node->streams.behind = 0;
  EXPECT_TRUE(node->gets({"1", "2", "3"}));
}

TEST_F(FollowerTest, APositionDoesNotStayBeforeWhatIsDeleted) {
  begin();
  database.commit({kAnn, kAnn});
  database.rows.clear();
  node->bus.listener->on_batch({MessageId{}, MessageId{2}, {}, true});
  ASSERT_TRUE(eventually([this] { return node->follower->applied() == MessageId{2}; }));
  EXPECT_EQ(node->history.relayed().message, MessageId{2}) << "streams that come back wait for it";
  arrive({kAnn});
  EXPECT_EQ(node->streams.names(), Names{"3"});
}

TEST_F(FollowerTest, ManyRowsAreReadInPages) {
  Follower::Limits limits = kStill;
  limits.page = 7;
  begin(limits);
  Names expected;
  for (int i = 1; i <= 100; ++i) expected.push_back(std::to_string(i));
  database.commit(std::vector(100, kAnn));
  node->bus.listener->on_batch({MessageId{}, MessageId{100}, {}, true});
  EXPECT_TRUE(node->gets(expected));
}

// ---- users who are not online here

TEST_F(FollowerTest, MessagesOfUsersWhoAreOfflineAreNotedSoThatTheirStreamsReadThem) {
  begin();
  ASSERT_TRUE(node->history.find_standing(kBob, stream::Cursor{}));
  ASSERT_TRUE(node->history.is_current(kBob, stream::Cursor{}));
  arrive({kBob});
  EXPECT_FALSE(node->history.is_current(kBob, stream::Cursor{})) << "by a bus";
  EXPECT_TRUE(node->history.is_current(kBob, stream::Cursor{MessageId{1}}));
  database.commit({kBob});
  node->bus.listener->on_batch({MessageId{1}, MessageId{2}, {}, true});
  EXPECT_TRUE(eventually([this] { return !node->history.is_current(kBob, stream::Cursor{MessageId{1}}); }))
      << "by a read";
}

// The read was told that only Ann is online, so it brings Bob's messages without their content.
TEST_F(FollowerTest, AUserWhoComesOnlineWhileTheStoreIsReadMissesNothing) {
  auto& here = begin();
  database.commit({kAnn, kBob, kAnn, kBob});
  here.feed.during_read = [&, again = true]() mutable {
    if (std::exchange(again, false)) here.online(kBob);
  };
  here.bus.listener->on_batch({MessageId{}, MessageId{4}, {}, true});
  EXPECT_TRUE(here.gets({"1", "2", "3", "4"}));
  EXPECT_EQ(here.feed.reads, 3) << "at the start, and twice";
}

TEST_F(FollowerTest, AUserWhoComesAndGoesDoesNotHoldTheOthersUp) {
  auto& here = begin();
  database.commit({kBob, kAnn});
  here.feed.during_read = [&, online = false]() mutable {
    online = !online;
    online ? here.hub.join(kBob, 1) : here.hub.leave(kBob, 1);
  };
  here.bus.listener->on_batch({MessageId{}, MessageId{2}, {}, true});
  EXPECT_TRUE(eventually([&] { return here.follower->applied() == MessageId{2}; }));
  EXPECT_EQ(here.streams.names().back(), "2");
}

TEST_F(FollowerTest, IfManyAreOnlineEverythingIsRead) {
  begin();
  for (std::uint64_t user = 1; user <= 1500; ++user) node->online(UserId{user});
  database.commit({kAnn, UserId{1500}});
  node->bus.listener->on_batch({MessageId{}, MessageId{2}, {}, true});
  EXPECT_TRUE(node->gets({"1", "2"}));
}

// ---- the log

TEST_F(FollowerTest, AnEventFollowsTheMessagesThatWereThereBefore) {
  auto& here = begin();
  database.commit({kAnn});  // lost
  database.write(deletion(kAnn));
  here.bus.listener->on_log();
  EXPECT_TRUE(here.gets({"1", "e1@1"}));
  arrive({kAnn});
  EXPECT_EQ(here.streams.given().back().at(), (stream::Cursor{MessageId{2}, EventId{1}}));
  EXPECT_EQ(here.history.relayed(), (stream::Cursor{MessageId{2}, EventId{1}}));
}

TEST_F(FollowerTest, OwnEntriesComeBackFromTheLogAndWakeTheOthers) {
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

TEST_F(FollowerTest, ChangesOfAccountsDoNotWaitForMessages) {
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

TEST_F(FollowerTest, ASweepLooksIntoTheLog) {
  Follower::Limits limits = kStill;
  limits.sweep = milliseconds(10);
  begin(limits);
  database.write(deletion(kAnn));
  database.write(deletion(kBob));
  EXPECT_TRUE(node->gets({"e1@0"}));
  EXPECT_TRUE(eventually([this] { return node->history.relayed().event == EventId{2}; }));
}

// ---- the database is away, or older than it was

TEST_F(FollowerTest, ADatabaseThatGoesBackBeginsAnEpochAndEndsTheStreams) {
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

TEST_F(FollowerTest, ALogThatGoesBackAloneIsNoticed) {
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

TEST_F(FollowerTest, WhileAnEpochCannotBeBegunNothingIsHandedOut) {
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

TEST_F(FollowerTest, WithoutTheDatabaseWhatTheBusBringsGoesOnAndTheRestFollows) {
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

TEST_F(FollowerTest, ANodeAloneWithoutItsDatabaseForgetsWhatItKnowsAndKeepsItsStreams) {
  Follower::Limits limits = kStill;
  limits.isolation = milliseconds(50);
  auto& here = begin(limits);
  database.down = true;
  here.bus.listener->on_pulse({"there", MessageId{}, false, false});
  here.bus.listener->on_link(true);
  EXPECT_TRUE(eventually([&] { return here.accounts.gaps >= 2; })) << "again and again";
  EXPECT_EQ(here.streams.closed(), std::vector<std::uint64_t>{});
}

TEST_F(FollowerTest, ANodeThatAloneDoesNotReachTheDatabaseClosesItsStreams) {
  Follower::Limits limits = kStill;
  limits.isolation = milliseconds(50);
  auto& here = begin(limits);
  here.bus.on_announce_pulse = [&](const cluster::Pulse&) {
    here.bus.listener->on_pulse({"there", MessageId{}, true, false});
  };
  database.down = true;
  here.bus.listener->on_link(true);
  EXPECT_TRUE(eventually([&] { return !here.streams.closed().empty(); }));
  EXPECT_GE(here.accounts.gaps, 1);
}

TEST_F(FollowerTest, ANodeSaysHowItIs) {
  auto& here = begin();
  std::mutex mutex;
  cluster::Pulse last;
  here.bus.on_announce_pulse = [&](const cluster::Pulse& pulse) {
    const std::lock_guard lock(mutex);
    last = pulse;
  };
  arrive({kAnn});
  here.follower->set_draining();
  EXPECT_TRUE(eventually([&] {
    const std::lock_guard lock(mutex);
    return last.node == "here" && last.applied == MessageId{1} && last.reaches_database && last.draining;
  }));
  here.follower->stop();
}

TEST_F(FollowerTest, DoesNotStartWithoutTheDatabase) {
  database.down = true;
  node.emplace(database, "here", kStill);
  const auto started = node->follower->start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, core::ErrorCode::unavailable);
}

// ---- the publisher

TEST_F(FollowerTest, APublishedMessageIsAnsweredAndWaitsForTheEndOfItsTransaction) {
  auto& here = begin();
  const UserId ann = here.store.add_user(1, "u", "", false).id;
  const core::ApplicationId application = here.store.add_application(1, 1, "Atoken", "app").id;
  std::string answered;
  EXPECT_TRUE(
      here.publisher.publish({application, "hello", "title", 3, "", core::wall_now(), ann},
                             [&](const core::Result<Publisher::Stored>& stored) { answered = stored->json.view; }));
  EXPECT_NE(answered, "");
  EXPECT_EQ(here.streams.names(), Names{});
  here.publisher.on_commit({MessageId{}, MessageId{1}});
  ASSERT_EQ(here.streams.names(), Names{"1"});
  EXPECT_EQ(here.streams.given()[0].json(), answered);
}

}  // namespace
}  // namespace push::delivery
