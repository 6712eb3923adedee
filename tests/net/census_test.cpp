// What one loop tells of who is online, while connections come and go between its slices.
#include "net/census.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <vector>

#include "net/bundle.hpp"
#include "net/no_replays.hpp"

namespace push::net {
namespace {

using core::ClientId;
using core::UserId;

constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

class CensusTest : public testing::Test {
 protected:
  ~CensusTest() override {
    for (const int peer : peers_) ::close(peer);
  }

  void connect(std::uint64_t user, std::uint64_t client, int send_buffer = 0,
               stream::Transport transport = stream::Transport::websocket, bool events = false) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    peers_.push_back(ends[1]);
    ASSERT_TRUE(table_.adopt(ends[0], {.transport = transport,
                                       .user = UserId{user},
                                       .client = ClientId{client},
                                       .events = events,
                                       .greeting = "101"}));
  }
  // The connection that came as the n-th, from 0.
  void disconnect(std::size_t n) {
    ::close(peers_[n]);
    peers_[n] = -1;
    while (table_.process()) {
    }
  }
  static Census::Question about(std::vector<std::uint64_t> users, std::size_t most = kAll) {
    Census::Question question{{}, std::nullopt, most};
    for (const std::uint64_t user : users) question.users.push_back(UserId{user});
    return question;
  }
  // "1:C2=3": the streams of each key.
  static std::string told(const Census::Tallies& tallies) {
    std::string out;
    for (const auto& [key, of] : tallies) {
      out += (out.empty() ? "" : " ") + hub::text(key) + '=' +
             std::to_string(of[static_cast<std::size_t>(stream::Transport::websocket)].streams);
    }
    return out;
  }
  std::string ask(Census::Question question) {
    Census census(roster_, table_, std::move(question));
    while (census.go_on()) {
    }
    return told(census.take());
  }

  metrics::Registry registry_;
  StreamMeters meters_{registry_};
  hub::Hub hub_{16};
  Roster roster_{hub_, 0};
  NoReplays replays_;
  ConnectionTable table_{roster_, config::Stream(), meters_, protocols(), replays_};
  std::vector<int> peers_;
};

TEST_F(CensusTest, CountsTheStreamsOfEachKey) {
  for (const std::uint64_t client : {7, 7, 8, 0}) connect(1, client);
  connect(2, 9);
  connect(3, 10);
  EXPECT_EQ(ask(about({1, 3})), "1:C0=1 1:C7=2 1:C8=1 3:C10=1");
  EXPECT_EQ(ask(about({4})), "");
  disconnect(1);
  EXPECT_EQ(ask(about({1})), "1:C0=1 1:C7=1 1:C8=1");
}

TEST_F(CensusTest, CountsEachTransportByItself) {
  const auto transport_of = [](std::size_t i) { return static_cast<stream::Transport>(i); };
  for (std::size_t i = 0; i < stream::kTransports; ++i) {
    for (std::size_t streams = 0; streams <= i; ++streams) connect(1, 7, 0, transport_of(i), streams == 1);
  }
  Census census(roster_, table_, about({1}));
  ASSERT_FALSE(census.go_on());
  const Census::Tallies tallies = census.take();
  ASSERT_EQ(tallies.size(), 1U);
  for (std::size_t i = 0; i < stream::kTransports; ++i)
    EXPECT_EQ(tallies.begin()->second[i].streams, i + 1) << stream::name(transport_of(i));
}

TEST_F(CensusTest, KeepsTheLowestKeysAboveTheCursor) {
  for (const std::uint64_t client : {5, 3, 4, 3, 2, 5}) connect(1, client);
  connect(2, 1);
  EXPECT_EQ(ask(about({1, 2}, 2)), "1:C2=1 1:C3=2");
  Census::Question question = about({1, 2}, 2);
  question.after = hub::Key{UserId{1}, ClientId{3}};
  EXPECT_EQ(ask(question), "1:C4=1 1:C5=2");
  question.after = hub::Key{UserId{1}, ClientId{5}};
  EXPECT_EQ(ask(question), "2:C1=1");
  question.after = hub::Key{UserId{2}, ClientId{1}};
  EXPECT_EQ(ask(question), "");
}

TEST_F(CensusTest, SaysWhatWaitsInTheOutboxes) {
  connect(1, 7, 1);
  connect(1, 7);
  const stream::Message message(core::MessageId{1}, core::ApplicationId{1}, UserId{1}, std::string(500'000, 'x'));
  std::vector<stream::Message> messages{message};
  Bundle bundle;
  bundle.fill(messages);
  std::uint32_t cursor = roster_.entry(roster_.find(UserId{1})).head;
  table_.transmit(cursor, bundle, 2);
  Census census(roster_, table_, about({1}));
  ASSERT_FALSE(census.go_on());
  const Census::Tallies tallies = census.take();
  ASSERT_EQ(told(tallies), "1:C7=2");
  const Census::Tally& tally = tallies.begin()->second[0];
  EXPECT_GE(tally.frames, 1U);
  EXPECT_GT(tally.bytes, 100'000U);
  EXPECT_LE(tally.bytes, 2 * message.encoded(stream::Encoding::websocket).size());
}

TEST_F(CensusTest, PausesAfterASlice) {
  for (std::size_t i = 0; i < 2 * Census::kSlice; ++i) connect(1, 7);
  Census census(roster_, table_, about({1}));
  EXPECT_TRUE(census.go_on());
  EXPECT_TRUE(census.go_on());
  EXPECT_FALSE(census.go_on());
  EXPECT_EQ(told(census.take()), "1:C7=" + std::to_string(2 * Census::kSlice));
  std::vector<std::uint64_t> nobody(2 * Census::kSlice);
  for (std::size_t i = 0; i < nobody.size(); ++i) nobody[i] = 100 + i;
  Census idle(roster_, table_, about(nobody));
  EXPECT_TRUE(idle.go_on()) << "users who are not here count as well";
}

TEST_F(CensusTest, GoesOnAlthoughConnectionsComeAndGoInBetween) {
  const std::size_t count = Census::kSlice + 100;
  for (std::size_t i = 0; i < count; ++i) connect(1, 7);
  Census census(roster_, table_, about({1, 2}));
  ASSERT_TRUE(census.go_on());  // the list's beginning, and kSlice - 1 streams from the last that came backwards
  const std::size_t next = count - Census::kSlice;
  disconnect(next);       // where the walk stands
  disconnect(next - 1);   // and where it would stand then
  disconnect(count - 1);  // counted already
  connect(2, 8);          // takes their slots
  connect(2, 8);
  connect(2, 8);
  connect(1, 9);  // comes too late to be met
  while (census.go_on()) {
  }
  EXPECT_EQ(told(census.take()), "1:C7=" + std::to_string(count - 2) + " 2:C8=3");
}

TEST_F(CensusTest, EndsWithAUserWhoIsGone) {
  for (std::size_t i = 0; i < Census::kSlice + 1; ++i) connect(1, 7);
  Census census(roster_, table_, about({1}));
  ASSERT_TRUE(census.go_on());
  table_.disconnect({UserId{1}, std::nullopt});
  connect(1, 8);
  EXPECT_FALSE(census.go_on());
  EXPECT_EQ(told(census.take()), "1:C7=" + std::to_string(Census::kSlice - 1));
}

}  // namespace
}  // namespace push::net
