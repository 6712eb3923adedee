// A NATS server that lets a node in, but not on the subjects of the bus.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <sstream>
#include <string>
#include <vector>

#include "cluster/nats_fixture.hpp"

namespace push::cluster {
namespace {

using test::BusNode;
using test::NatsServer;
using test::numbered;
using testing::HasSubstr;

// As in docs/configuration.md.
std::string permitted(const std::string& publish, const std::string& subscribe) {
  return "authorization {\n  users: [\n    {\n      user: push, password: secret\n      permissions: {\n"
         "        publish: {allow: [\"" +
         publish + "\"]}\n        subscribe: {allow: [\"" + subscribe + "\"]}\n      }\n    }\n  ]\n}\n";
}

std::string url_of(const NatsServer& server) {
  return "nats://push:secret@" + server.place();
}

const std::string kAll = "push.test.*";
const std::string kOther = "other.*";

class NatsRefusal : public testing::Test {
 protected:
  NatsRefusal() { testing::internal::CaptureStdout(); }
  ~NatsRefusal() override {
    if (capturing_) testing::internal::GetCapturedStdout();
  }
  // The lines of the log with this text.
  std::vector<std::string> lines(const std::string& text) {
    capturing_ = false;
    spdlog::default_logger()->flush();
    std::istringstream log(testing::internal::GetCapturedStdout());
    std::vector<std::string> found;
    for (std::string line; std::getline(log, line);) {
      if (line.find(text) != std::string::npos) found.push_back(line);
    }
    return found;
  }

  // One warning, however often it is refused.
  void stays_down(const BusNode& node, const std::string& links) {
    EXPECT_TRUE(support::eventually([&] { return node.metric("push_cluster_reconnects_total") >= 2; }));
    EXPECT_EQ(node.listener.links(), links);
    EXPECT_FALSE(node.bus->is_up());
    EXPECT_EQ(node.metric("push_cluster_up"), 0);
  }
  void warned_once(const std::string& words) {
    const auto warnings = lines("refused");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], HasSubstr(words));
  }

 private:
  bool capturing_ = true;
};

TEST_F(NatsRefusal, WithThePermissionsOfTheManualNothingIsRefused) {
  const NatsServer server(permitted(kAll, kAll));
  BusNode a(url_of(server), "node-a");
  BusNode b(url_of(server), "node-b");
  a.joined();
  b.joined();
  a.bus->announce(numbered(1));
  a.bus->announce_log();
  a.bus->announce(Pulse{"node-a", core::MessageId{1}, true});
  EXPECT_TRUE(b.listener.wait_batches(1) && b.listener.wait_hints(1) && b.listener.wait_pulses(1));
  EXPECT_EQ(a.listener.links(), "u");
  EXPECT_EQ(b.listener.links(), "u");
  EXPECT_THAT(lines("refused"), testing::IsEmpty());
}

TEST_F(NatsRefusal, WithoutItsSubscriptionItIsDownUntilItIsPermitted) {
  NatsServer server(permitted(kAll, kOther));
  BusNode a(url_of(server), "node-a");
  a.start();
  stays_down(a, "d");
  server.configure(permitted(kAll, kAll));
  server.signal(SIGHUP);
  EXPECT_TRUE(a.listener.wait_links("du"));
  BusNode b(url_of(server), "node-b");
  b.joined();
  b.bus->announce(numbered(1));
  EXPECT_TRUE(a.listener.wait_batches(1));
  warned_once("Permissions Violation for Subscription to \"push.test.*\"");
}

TEST_F(NatsRefusal, IfItMayNotPublishEverythingItIsDownUntilItMay) {
  NatsServer server(permitted("push.test.l\", \"push.test.p", kAll));
  BusNode a(url_of(server), "node-a");
  a.start();
  stays_down(a, "d");
  server.configure(permitted(kAll, kAll));
  server.signal(SIGHUP);
  EXPECT_TRUE(a.listener.wait_links("du"));
  warned_once("Permissions Violation for Publish to \"push.test.b\"");
}

TEST_F(NatsRefusal, WhenAPermissionIsTakenAwayItIsDown) {
  NatsServer server(permitted(kAll, kAll));
  BusNode a(url_of(server), "node-a");
  a.joined();
  server.configure(permitted(kOther, kAll));
  server.signal(SIGHUP);
  // Noticed with the next announcement; a node has a pulse each second.
  ASSERT_TRUE(support::eventually([&] {
    a.bus->announce(Pulse{"", core::MessageId{1}, true});
    return a.listener.links() == "ud";
  }));
  stays_down(a, "ud");
  warned_once("Permissions Violation for Publish");
}

}  // namespace
}  // namespace push::cluster
