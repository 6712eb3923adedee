// One node that follows what the others commit.
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "delivery/follower_fixture.hpp"

namespace push::delivery {
namespace {

using std::chrono::milliseconds;

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
  here.feed.after_read = [&, again = true]() mutable {
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
  node->bus.listener->on_pulse({"there", MessageId{1}, true});
  EXPECT_TRUE(node->gets({"1"}));
}

TEST_F(FollowerTest, ANodeThatFallsSilentMayHaveCommittedSomething) {
  begin();
  node->bus.listener->on_pulse({"there", MessageId{}, true});
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
