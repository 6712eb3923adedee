// The table's report of who still holds a stream.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <vector>

#include "net/connection_table.hpp"
#include "net/no_replays.hpp"

namespace push::net {
namespace {

using core::ClientId;
using core::UserId;

class OpenClients : public testing::Test {
 protected:
  ~OpenClients() override {
    for (const int peer : peers_) ::close(peer);
  }

  void report_every(unsigned seconds) {
    table_.report_to(
        [this](const std::vector<ClientId>& clients) {
          EXPECT_FALSE(clients.empty());
          largest_ = std::max(largest_, clients.size());
          for (const ClientId client : clients) ++seen_[core::value(client)];
        },
        seconds);
  }
  void connect(std::uint64_t client) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peers_.push_back(ends[1]);
    ASSERT_TRUE(table_.adopt(ends[0], {.user = UserId{1}, .client = ClientId{client}, .greeting = "101"}));
  }
  void pass_seconds(unsigned seconds) {
    for (unsigned i = 0; i < seconds * 10; ++i) table_.sweep(10);
  }

  metrics::Registry registry_;
  StreamMeters meters_{registry_};
  hub::Hub hub_{16};
  Roster roster_{hub_, 0};
  NoReplays replays_;
  ConnectionTable table_{roster_, config::Stream(), meters_, protocols(), replays_};
  std::map<std::uint64_t, int> seen_;
  std::size_t largest_ = 0;
  std::vector<int> peers_;
};

TEST_F(OpenClients, EachIsReportedOnceInEveryPeriod) {
  report_every(7);
  for (std::uint64_t client = 1; client <= 50; ++client) connect(client);
  for (int period = 1; period <= 3; ++period) {
    pass_seconds(7);
    ASSERT_EQ(seen_.size(), 50U);
    for (const auto& [client, times] : seen_) EXPECT_EQ(times, period) << client;
  }
}

TEST_F(OpenClients, ThePeriodsSecondsShareTheWork) {
  report_every(10);
  for (std::uint64_t client = 1; client <= 50; ++client) connect(client);
  for (std::size_t second = 1; second <= 10; ++second) {
    pass_seconds(1);
    EXPECT_EQ(seen_.size(), 5 * second);
  }
}

TEST_F(OpenClients, NobodyIsLeftOutWhileTheTableGrows) {
  report_every(2);
  std::uint64_t client = 0;
  for (int tick = 0; tick < 20; ++tick) {
    const std::uint64_t before = client;
    while (client < before + 5) connect(++client);
    table_.sweep(10);
  }
  pass_seconds(2);
  EXPECT_EQ(seen_.size(), client);
}

TEST_F(OpenClients, BasicSessionsAndThoseWhoLeftAreNot) {
  report_every(1);
  connect(0);
  connect(1);
  connect(2);
  table_.disconnect({UserId{1}, ClientId{2}});
  pass_seconds(1);
  EXPECT_EQ(seen_, (std::map<std::uint64_t, int>{{1, 1}}));
}

TEST_F(OpenClients, AreFoundByTheirKey) {
  for (const std::uint64_t client : {1, 2, 3}) connect(client);
  table_.disconnect({UserId{1}, ClientId{2}});
  EXPECT_TRUE(table_.holds(UserId{1}, ClientId{1}));
  EXPECT_TRUE(table_.holds(UserId{1}, ClientId{3}));
  EXPECT_FALSE(table_.holds(UserId{1}, ClientId{2})) << "it is closed";
  EXPECT_FALSE(table_.holds(UserId{2}, ClientId{1})) << "another user";
}

TEST_F(OpenClients, AReportHasABound) {
  report_every(1);
  const std::size_t many = ConnectionTable::kReport + 10;
  for (std::uint64_t client = 1; client <= many; ++client) connect(client);
  table_.sweep(1);
  EXPECT_EQ(seen_.size(), many);
  EXPECT_EQ(largest_, ConnectionTable::kReport);
}

}  // namespace
}  // namespace push::net
