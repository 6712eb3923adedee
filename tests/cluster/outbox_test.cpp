#include "cluster/outbox.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "cluster/samples.hpp"

namespace push::cluster {
namespace {

using Pushed = Outbox::Pushed;

std::string all(const Outbox::Load& load) {
  std::string out;
  for (const Batch& batch : load.batches) out += test::outline(batch) + "; ";
  return out;
}

TEST(ClusterOutbox, IsShutUntilItIsOpened) {
  metrics::Gauge waiting;
  Outbox outbox(1000, waiting);
  EXPECT_EQ(outbox.push(test::batch(0, 1, {{1, "a"}})), Pushed::refused);
  EXPECT_EQ(outbox.push_log(), Pushed::refused);
  EXPECT_EQ(outbox.push(Pulse()), Pushed::refused);
  outbox.open();
  EXPECT_EQ(outbox.push(test::batch(0, 1, {{1, "a"}})), Pushed::queued);
  EXPECT_EQ(all(outbox.shut()), "0-1: 1; ");
  EXPECT_EQ(outbox.push_log(), Pushed::refused);
  EXPECT_EQ(waiting.value(), 0);
}

TEST(ClusterOutbox, KeepsTheOrderAndJoinsHintsAndPulses) {
  metrics::Gauge waiting;
  Outbox outbox(10000, waiting);
  outbox.open();
  outbox.push(test::batch(0, 1, {{1, "a"}}));
  outbox.push_log();
  outbox.push_log();
  outbox.push(Pulse{"", core::MessageId{1}, true});
  outbox.push(Pulse{"", core::MessageId{2}, true});
  outbox.push(test::batch(1, 3, {{2, "b"}, {3, "c"}}));
  const std::stop_source never;
  const Outbox::Load load = outbox.take(never.get_token());
  EXPECT_EQ(all(load), "0-1: 1; 1-3: 2 3; ");
  EXPECT_TRUE(load.log);
  ASSERT_TRUE(load.pulse);
  EXPECT_EQ(load.pulse->applied, core::MessageId{2});
  outbox.wake();
  const Outbox::Load nothing = outbox.take(never.get_token());
  EXPECT_TRUE(nothing.batches.empty() && !nothing.log && !nothing.pulse);
}

// Receivers read from the store what such a batch only names.
TEST(ClusterOutbox, WhenItIsFullMessagesAreLeftToTheStoreAndTheChainHolds) {
  metrics::Gauge waiting;
  Outbox outbox(1000, waiting);
  outbox.open();
  EXPECT_EQ(outbox.push(test::batch(0, 1, {{1, std::string(5000, 'x')}})), Pushed::queued);  // one always fits
  EXPECT_EQ(outbox.push(test::batch(1, 2, {{2, "b"}})), Pushed::stripped);
  EXPECT_GT(waiting.value(), 0);
  EXPECT_LT(waiting.value(), 1000);
  EXPECT_EQ(outbox.push(test::batch(2, 3, {{3, "c"}})), Pushed::queued);
  EXPECT_EQ(outbox.push(test::batch(3, 4, {{4, std::string(900, 'x')}})), Pushed::stripped);
  EXPECT_EQ(all(outbox.shut()), "0-2 bare; 2-4 bare; ");
}

TEST(ClusterOutbox, AStopEndsTheWait) {
  metrics::Gauge waiting;
  Outbox outbox(1000, waiting);
  std::stop_source stop;
  std::thread taker([&] { outbox.take(stop.get_token()); });
  stop.request_stop();
  taker.join();
}

}  // namespace
}  // namespace push::cluster
