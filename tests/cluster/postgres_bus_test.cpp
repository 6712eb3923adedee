#include "cluster/postgres_bus.hpp"

#include <gtest/gtest.h>

#include "cluster/fake_feed.hpp"
#include "cluster/recorder.hpp"
#include "push/cluster/open.hpp"

namespace push::cluster {
namespace {

class PostgresBusTest : public testing::Test {
 protected:
  PostgresBusTest() {
    config::Cluster settings;
    settings.bus = config::BusKind::postgres;
    bus_ = open(settings, feed_, metrics_).value();
  }

  test::FakeFeed feed_{"node-a"};
  metrics::Registry metrics_;
  test::Recorder listener_;
  std::unique_ptr<Bus> bus_;
};

TEST_F(PostgresBusTest, WhatAnotherNodeHasStoredIsABareBatch) {
  bus_->start(listener_);
  ASSERT_NE(feed_.listener, nullptr);
  feed_.listener->on_commit("node-b", core::MessageId{7}, core::MessageId{9});
  feed_.listener->on_commit("node-a", core::MessageId{9}, core::MessageId{10});  // its own
  feed_.listener->on_commit("node-c", core::MessageId{10}, core::MessageId{11});
  EXPECT_EQ(listener_.outlines(), (std::vector<std::string>{"7-9 bare", "10-11 bare"}));
}

TEST_F(PostgresBusTest, HintsAndTheLinkArePassedOn) {
  bus_->start(listener_);
  EXPECT_FALSE(bus_->is_up());
  feed_.listener->on_link(true);
  EXPECT_TRUE(bus_->is_up());
  feed_.listener->on_log();
  feed_.listener->on_link(false);
  EXPECT_FALSE(bus_->is_up());
  EXPECT_EQ(listener_.links(), "ud");
  EXPECT_EQ(listener_.hints(), 1);
  EXPECT_NE(metrics_.text().find("push_cluster_up 0"), std::string::npos);
}

TEST_F(PostgresBusTest, StopEndsTheWakeUpsAndAnnouncingDoesNothing) {
  bus_->start(listener_);
  bus_->announce(test::batch(0, 1, {{1, "a"}}));
  bus_->announce_log();
  bus_->announce(Pulse());
  bus_->stop();
  EXPECT_EQ(feed_.listener, nullptr);
  bus_->stop();
  EXPECT_TRUE(listener_.batches().empty());
}

}  // namespace
}  // namespace push::cluster
