// The bus while NATS is killed, frozen or not there yet, and while it stops itself.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "cluster/nats_fixture.hpp"
#include "push/core/clock.hpp"

namespace push::cluster {
namespace {

using test::BusNode;
using test::NatsServer;
using test::numbered;

// Announces until the other one hears: the first ones may be lost.
bool traffic_flows(BusNode& from, const BusNode& to, std::uint64_t& id) {
  const std::size_t heard = to.listener.batches().size();
  return support::eventually([&] {
    from.bus->announce(numbered(++id));
    return to.listener.batches().size() > heard;
  });
}

TEST(NatsTrouble, AfterAKillItIsDownThenUpAndTrafficGoesOn) {
  NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  std::uint64_t id = 0;
  std::string links = "u";
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(traffic_flows(a, b, id));
    server.kill();
    links += 'd';
    ASSERT_TRUE(a.listener.wait_links(links) && b.listener.wait_links(links));
    EXPECT_FALSE(a.bus->is_up());
    a.bus->announce(numbered(++id));
    server.start();
    links += 'u';
    ASSERT_TRUE(a.listener.wait_links(links) && b.listener.wait_links(links));
    ASSERT_TRUE(traffic_flows(a, b, id));
  }
  EXPECT_EQ(a.metric("push_cluster_reconnects_total"), 3);
}

TEST(NatsTrouble, WithoutAServerItStartsAtOnceAndIsUpWhenTheServerIs) {
  NatsServer server = NatsServer::stopped();
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.start();
  b.start();
  ASSERT_TRUE(a.listener.wait_links("d") && b.listener.wait_links("d"));
  a.bus->announce(numbered(1));
  EXPECT_EQ(a.metric("push_cluster_dropped_total{reason=\"not_connected\"}"), 1);
  server.start();
  ASSERT_TRUE(a.listener.wait_links("du") && b.listener.wait_links("du"));
  std::uint64_t id = 1;
  EXPECT_TRUE(traffic_flows(a, b, id));
}

TEST(NatsTrouble, WithoutAServerItStops) {
  NatsServer server = NatsServer::stopped();
  BusNode a(server.url(), "node-a");
  a.bus->stop();
  a.start();
  ASSERT_TRUE(a.listener.wait_links("d"));
  a.bus->stop();
  a.bus->stop();
  EXPECT_EQ(a.listener.links(), "d");
}

// libnats gives up then; the bus does not.
TEST(NatsTrouble, AServerThatRefusesItForAWhileIsAskedAgain) {
  NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  server.kill();
  server.configure("authorization {token: \"another\"}");
  server.start();
  const auto refusals = [&server] {
    const std::string log = server.log();
    int count = 0;
    for (std::size_t at = log.find("authentication error"); at != std::string::npos; ++count) {
      at = log.find("authentication error", at + 1);
    }
    return count;
  };
  // Each node three times at least, and two are enough for libnats.
  ASSERT_TRUE(support::eventually([&] { return refusals() > 8; })) << server.log();
  server.kill();
  server.configure("");
  server.start();
  ASSERT_TRUE(a.listener.wait_links("udu") && b.listener.wait_links("udu"));
  std::uint64_t id = 0;
  EXPECT_TRUE(traffic_flows(a, b, id));
}

// A server that reads nothing does not stop who announces: what does not fit is counted.
TEST(NatsTrouble, AFrozenServerStopsNobody) {
  NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  server.signal(SIGSTOP);
  const std::string large(500'000, 'x');
  std::uint64_t id = 0;
  auto longest = core::SteadyTime::duration::zero();
  ASSERT_TRUE(support::eventually([&] {
    const auto begun = core::steady_now();
    a.bus->announce(numbered(++id, large));
    longest = std::max(longest, core::steady_now() - begun);
    return !a.bus->is_up();
  }));
  EXPECT_LT(longest, std::chrono::milliseconds(900));  // less than what one write may take
  EXPECT_GT(a.metric("push_cluster_dropped_total{reason=\"buffer_full\"}") +
                a.metric("push_cluster_dropped_total{reason=\"not_connected\"}"),
            0);
  server.signal(SIGCONT);
  ASSERT_TRUE(support::eventually([&] { return a.bus->is_up() && b.bus->is_up(); }));
  EXPECT_TRUE(traffic_flows(a, b, id));
}

// Pings tell, without traffic.
TEST(NatsTrouble, AFrozenServerIsNoticed) {
  NatsServer server;
  BusNode a(server.url(), "node-a");
  a.joined();
  server.signal(SIGSTOP);
  ASSERT_TRUE(a.listener.wait_links("ud"));
  server.signal(SIGCONT);
  ASSERT_TRUE(a.listener.wait_links("udu"));
}

// Most of it still waits when the stop comes.
TEST(NatsTrouble, StopSendsWhatWasAnnounced) {
  constexpr std::uint64_t kRounds = 10;
  constexpr std::uint64_t kBatches = 100;
  const NatsServer server;
  BusNode b(server.url(), "node-b");
  b.joined();
  const std::string json(10'000, 'x');
  std::uint64_t id = 0;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    BusNode a(server.url(), "node-a");
    a.joined();
    for (std::uint64_t i = 0; i < kBatches; ++i) a.bus->announce(numbered(++id, json));
    a.bus->stop();
    ASSERT_EQ(a.metric("push_cluster_published_total"), 3 + static_cast<long>(kBatches));
  }
  ASSERT_TRUE(b.listener.wait_batches(kRounds * kBatches));
  EXPECT_EQ(b.listener.outlines().back(), test::outline(numbered(id)));
}

TEST(NatsTrouble, NothingIsHeardAfterAStopUnderTraffic) {
  const NatsServer server;
  BusNode a(server.url(), "node-a");
  a.joined();
  std::atomic<bool> done{false};
  std::thread traffic([&] {
    for (std::uint64_t id = 1; !done.load(); ++id) {
      a.bus->announce(numbered(id));
      a.bus->announce_log();
      std::this_thread::yield();
    }
  });
  for (int round = 0; round < 20; ++round) {
    auto b = std::make_unique<BusNode>(server.url(), "node-b");
    std::atomic<bool> stopped{false};
    b->listener.on_each = [&stopped] { EXPECT_FALSE(stopped.load()); };
    b->joined();
    EXPECT_TRUE(b->listener.wait_batches(1));
    b->bus->stop();
    stopped.store(true);
    const auto published = [&a] { return a.metric("push_cluster_published_total"); };
    EXPECT_TRUE(support::eventually([&published, before = published()] { return published() > before + 100; }));
    b.reset();
  }
  done.store(true);
  traffic.join();
}

}  // namespace
}  // namespace push::cluster
