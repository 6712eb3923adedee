// The bus on a real NATS server, while all is well.
#include "cluster/nats_bus.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <thread>

#include "cluster/nats_fixture.hpp"

namespace push::cluster {
namespace {

using test::BusNode;
using test::NatsServer;
using test::numbered;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(NatsBus, TwoNodesHearEachOtherAndNotThemselves) {
  const NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  EXPECT_TRUE(a.bus->is_up());
  // Each has sent a pulse to each subject; a was there to hear that of b.
  ASSERT_TRUE(a.listener.wait_pulses(3));
  const long published = a.metric("push_cluster_published_total");
  const long bytes = a.metric("push_cluster_published_bytes_total");
  const Batch batch = test::batch(4, 7, {{5, "{\"id\":5}"}, {6, "{\"id\":6}"}});
  a.bus->announce(batch);
  a.bus->announce_log();
  a.bus->announce(Pulse{"", core::MessageId{7}, true});
  ASSERT_TRUE(b.listener.wait_batches(1) && b.listener.wait_hints(1) && b.listener.wait_pulses(1));
  EXPECT_EQ(test::shown(b.listener.batches().front()), test::shown(batch));
  EXPECT_EQ(b.listener.pulses().front().node, "node-a");
  b.bus->announce(numbered(8));
  // Came after its own, if they come at all.
  ASSERT_TRUE(a.listener.wait_batches(1));
  EXPECT_THAT(a.listener.outlines(), ElementsAre("7-8: 8"));
  EXPECT_EQ(a.listener.hints(), 0);
  EXPECT_EQ(a.metric("push_cluster_received_total"), 3 + 1);
  // Counted once it is sent.
  EXPECT_TRUE(support::eventually([&] { return a.metric("push_cluster_published_total") == published + 3; }));
  EXPECT_EQ(b.metric("push_cluster_received_total"), 3);
  EXPECT_EQ(a.metric("push_cluster_published_bytes_total") - bytes, b.metric("push_cluster_received_bytes_total"));
  EXPECT_EQ(a.metric("push_cluster_up"), 1);
}

TEST(NatsBus, ThousandsOfBatchesComeInOrder) {
  constexpr std::uint64_t kBatches = 10'000;
  const NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  const long published = a.metric("push_cluster_published_total");
  for (std::uint64_t id = 1; id <= kBatches; ++id) a.bus->announce(numbered(id));
  ASSERT_TRUE(b.listener.wait_batches(kBatches));
  std::uint64_t id = 0;
  for (const Batch& batch : b.listener.batches()) EXPECT_EQ(test::outline(batch), test::outline(numbered(++id)));
  EXPECT_TRUE(support::eventually(
      [&] { return a.metric("push_cluster_published_total") == published + static_cast<long>(kBatches); }));
}

TEST(NatsBus, AnotherClustersAnnouncementsAreDroppedAndCounted) {
  const NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode foreign(server.url(), "node-a", "cluster-2");
  BusNode b(server.url(), "node-b");
  a.joined();
  foreign.joined();
  b.joined();
  foreign.bus->announce(numbered(1));
  ASSERT_TRUE(
      support::eventually([&] { return b.metric("push_cluster_dropped_total{reason=\"foreign_cluster\"}") == 1; }));
  a.bus->announce(numbered(2));
  ASSERT_TRUE(b.listener.wait_batches(1));
  EXPECT_THAT(b.listener.outlines(), ElementsAre("1-2: 2"));
}

TEST(NatsBus, WhatCannotBeReadIsDroppedAndCounted) {
  const NatsServer server;
  BusNode b(server.url(), "node-b");
  b.joined();
  config::Nats settings;
  settings.url = server.url();
  metrics::Gauge waiting;
  Outbox outbox(1000, waiting);
  metrics::Counter counter;
  NatsLink link(outbox, counter, counter);
  const auto options = nats_options(settings, "stranger");
  const auto stranger = NatsConnection::connect(**options, "push.test", link).value();
  std::string newer = Codec("cluster-1", "node-a").encode(LogHint());
  newer[0] = 9;
  for (const std::string& payload : {newer, std::string(), std::string("nonsense"), std::string("\1\3abc")}) {
    EXPECT_EQ(stranger->send('b', payload), NatsConnection::Sent::sent);
  }
  // "nonsense" begins with another version, too.
  EXPECT_TRUE(support::eventually([&] {
    return b.metric("push_cluster_dropped_total{reason=\"unknown_version\"}") == 2 &&
           b.metric("push_cluster_dropped_total{reason=\"malformed\"}") == 1 &&
           b.metric("push_cluster_dropped_total{reason=\"foreign_cluster\"}") == 1;
  }));
  EXPECT_EQ(b.metric("push_cluster_received_total"), 0);
}

TEST(NatsBus, AMessageThatIsTooLargeForTheServerIsABareBatch) {
  const NatsServer server("max_payload: 4096");
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  a.joined();
  b.joined();
  a.bus->announce(test::batch(0, 3, {{1, "a"}, {2, std::string(5000, 'x')}, {3, "c"}}));
  ASSERT_TRUE(b.listener.wait_batches(3));
  EXPECT_THAT(b.listener.outlines(), ElementsAre("0-1: 1", "1-2 bare", "2-3: 3"));
  EXPECT_EQ(a.listener.links(), "u");
}

// Its own threads wait, the announcing node does not; what does not fit is counted, and a look into the store is asked
// for.
TEST(NatsBus, ASlowListenerLosesAnnouncementsAndIsToldToLook) {
  const NatsServer server;
  BusNode a(server.url(), "node-a");
  BusNode b(server.url(), "node-b");
  std::mutex mutex;
  std::unique_lock held(mutex);
  b.listener.on_each = [&mutex] { const std::lock_guard lock(mutex); };
  a.joined();
  b.joined();
  const std::string large(500'000, 'x');
  std::uint64_t id = 0;
  ASSERT_TRUE(support::eventually([&] {
    a.bus->announce(numbered(++id, large));
    return b.metric("push_cluster_slow_consumer_total") > 0;
  }));
  ASSERT_TRUE(b.listener.wait_links("uu"));
  held.unlock();
  const auto count = b.listener.batches().size();
  a.bus->announce(numbered(++id));
  ASSERT_TRUE(b.listener.wait_batches(count + 1));
  std::uint64_t newest = 0;
  for (const Batch& batch : b.listener.batches()) {
    EXPECT_GT(core::value(batch.last), newest);
    newest = core::value(batch.last);
  }
}

TEST(NatsBus, CredentialsAreNeededAndUsed) {
  const NatsServer server("authorization {user: push, password: \"hunter3\"}");
  BusNode stranger(server.url(), "node-s");
  stranger.start();
  ASSERT_TRUE(stranger.listener.wait_links("d"));
  EXPECT_FALSE(stranger.bus->is_up());
  const std::string url = "nats://push:hunter3@" + server.place();
  BusNode a(url, "node-a");
  BusNode b(url, "node-b");
  a.joined();
  b.joined();
  a.bus->announce(numbered(1));
  EXPECT_TRUE(b.listener.wait_batches(1));
  EXPECT_EQ(stranger.listener.links(), "d");
}

TEST(NatsBus, AFileThatIsNotThereIsNamed) {
  test::FakeFeed feed("node-a");
  metrics::Registry metrics;
  config::Cluster settings;
  settings.bus = config::BusKind::nats;
  settings.nats.credentials = "/nowhere/push.creds";
  auto bus = open(settings, feed, metrics);
  ASSERT_FALSE(bus);
  EXPECT_EQ(bus.error().code, core::ErrorCode::invalid);
  EXPECT_EQ(bus.error().text, "cluster.nats.credentials: /nowhere/push.creds: No such file or directory");
  settings.nats.credentials.clear();
  const support::TemporaryDirectory folder;
  settings.nats.ca = folder.file("ca.pem");
  EXPECT_EQ(open(settings, feed, metrics).error().text,
            "cluster.nats.ca: " + settings.nats.ca + ": No such file or directory");
  std::ofstream(settings.nats.ca) << "nonsense";
  EXPECT_THAT(open(settings, feed, metrics).error().text, HasSubstr("cluster.nats.ca: " + settings.nats.ca + ": "));
  settings.nats.ca.clear();
  for (const std::string& other : {folder.path(), std::string("/dev/null")}) {
    settings.nats.credentials = other;
    const auto opened = open(settings, feed, metrics);
    ASSERT_FALSE(opened) << other;
    EXPECT_EQ(opened.error().code, core::ErrorCode::invalid);
    EXPECT_EQ(opened.error().text, "cluster.nats.credentials: " + other + ": not a regular file");
  }
}

TEST(NatsBus, PlacesShowNoPassword) {
  EXPECT_EQ(places_of("nats://a:1"), "a:1");
  EXPECT_EQ(places_of("nats://u:p@a:1,tls://token@[::1]:2,nats://b"), "a:1,[::1]:2,b");
}

}  // namespace
}  // namespace push::cluster
