#include "net/connection_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "net/fanout.hpp"
#include "net/no_replays.hpp"

namespace push::net {
namespace {

using core::ClientId;
using core::UserId;

// The other end of one connection.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  Peer(Peer&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  ~Peer() { close(); }

  std::string read() const {
    std::string out(1 << 20, '\0');
    const ssize_t got = ::recv(descriptor_, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  std::string read_all() const {
    std::string out;
    for (std::string part = read(); !part.empty(); part = read()) out += part;
    return out;
  }
  bool ended() const {
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
  void write(std::string_view bytes) const {
    ASSERT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }

 private:
  int descriptor_;
};

stream::Message message(std::uint64_t user, std::string_view text) {
  return {core::MessageId{1}, core::ApplicationId{1}, UserId{user}, text};
}

// The WebSocket frame of a message.
std::string frame_of(std::string_view text) {
  return std::string(message(1, text).encoded(stream::Encoding::websocket));
}

// A client's frame, masked with zeros: the payload stays readable.
std::string client_frame(int first_byte, std::string_view payload) {
  std::string out;
  out += static_cast<char>(first_byte);
  out += static_cast<char>(0x80 | payload.size());
  out += std::string(4, '\0');
  out += payload;
  return out;
}

struct ConnectionTableTest : testing::Test {
  metrics::Registry registry;
  StreamMeters meters{registry};
  hub::Hub hub{16};
  Roster roster{hub, 0};
  config::Stream settings;
  NoReplays replays;
  std::unique_ptr<ConnectionTable> table;
  std::unique_ptr<Fanout> fanout;

  void SetUp() override { build(); }
  void build() {
    fanout.reset();
    table = std::make_unique<ConnectionTable>(roster, settings, meters, protocols(), replays);
    fanout = std::make_unique<Fanout>(roster, *table, meters);
  }

  Peer connect(std::uint64_t user, std::uint64_t client = 1, int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    EXPECT_TRUE(table->adopt(ends[0], {.user = UserId{user}, .client = ClientId{client}, .greeting = "101"}));
    Peer peer(ends[1]);
    EXPECT_EQ(peer.read(), "101");
    return peer;
  }
  bool publish(std::uint64_t user, std::string_view text) {
    const bool here = fanout->hand_out(message(user, text));
    while (fanout->fan_out()) {
    }
    return here;
  }
  void process() {
    while (table->process()) {
    }
  }
  void pass_seconds(unsigned seconds) {
    for (unsigned i = 0; i < seconds * 10; ++i) table->sweep(10);
  }
  std::uint64_t closed(CloseReason reason) { return meters.closed[static_cast<std::size_t>(reason)]->value(); }
};

TEST_F(ConnectionTableTest, AFrameReachesEveryConnectionOfItsUserAndNobodyElse) {
  const Peer a = connect(1), b = connect(1, 2), other = connect(2);
  EXPECT_TRUE(publish(1, "hello"));
  EXPECT_EQ(a.read_all(), frame_of("hello"));
  EXPECT_EQ(b.read_all(), frame_of("hello"));
  EXPECT_EQ(other.read_all(), "");
  EXPECT_FALSE(publish(3, "nobody"));
}

TEST_F(ConnectionTableTest, TheHubKnowsTheUserFromTheFirstConnectionToTheLast) {
  Peer a = connect(1), b = connect(1);
  EXPECT_EQ(hub.online_users(), 1U);
  a.close();
  process();
  EXPECT_EQ(hub.online_users(), 1U);
  b.close();
  process();
  EXPECT_EQ(hub.online_users(), 0U);
  EXPECT_EQ(table->size(), 0U);
  EXPECT_EQ(closed(CloseReason::peer_gone), 2U);
}

TEST_F(ConnectionTableTest, FramesOfOneTurnArriveWholeAndInOrder) {
  const Peer a = connect(1);
  std::string expected;
  for (int i = 0; i < 100; ++i) {
    const std::string text = "message" + std::to_string(i);
    fanout->hand_out(message(1, text));
    expected += frame_of(text);
  }
  EXPECT_EQ(fanout->waiting(), 100U);
  while (fanout->fan_out()) {
  }
  EXPECT_EQ(a.read_all(), expected);
  EXPECT_EQ(fanout->waiting(), 0U);
}

TEST_F(ConnectionTableTest, ALongFanOutYieldsToAnotherUser) {
  std::vector<Peer> crowd;
  for (std::size_t i = 0; i < 3 * Fanout::kTurn; ++i) crowd.push_back(connect(1));
  const Peer other = connect(2);
  fanout->hand_out(message(1, "crowd"));
  fanout->hand_out(message(2, "other"));
  EXPECT_TRUE(fanout->fan_out());
  EXPECT_EQ(other.read_all(), frame_of("other")) << "it must not wait for the whole fan-out";
  while (fanout->fan_out()) {
  }
  for (const Peer& peer : crowd) ASSERT_EQ(peer.read_all(), frame_of("crowd"));
}

TEST_F(ConnectionTableTest, ConnectionsThatComeAndGoInsideAFanOutDoNotDisturbIt) {
  for (const std::uint64_t leaving : {0U, 1U}) {  // whichever leaves, the next one in turn is served once
    std::vector<Peer> crowd;
    for (std::size_t i = 0; i < 2 * Fanout::kTurn; ++i) crowd.push_back(connect(1, i));
    fanout->hand_out(message(1, "x"));
    ASSERT_TRUE(fanout->fan_out());
    for (std::uint64_t client = leaving + 2; client < crowd.size(); client += 2) {
      table->disconnect({UserId{1}, ClientId{client}});
    }
    const Peer late = connect(1, 9999);
    while (fanout->fan_out()) {
    }
    for (std::size_t i = 1 - leaving; i < crowd.size(); i += 2) ASSERT_EQ(crowd[i].read_all(), frame_of("x")) << i;
    publish(1, "y");
    EXPECT_EQ(late.read_all(), frame_of("y"));
  }
}

TEST_F(ConnectionTableTest, AUserWhoLeavesDuringItsFanOutCanComeBack) {
  std::vector<Peer> crowd;
  for (std::size_t i = 0; i < 2 * Fanout::kTurn; ++i) crowd.push_back(connect(1));
  fanout->hand_out(message(1, "x"));
  ASSERT_TRUE(fanout->fan_out());
  table->disconnect({UserId{1}, std::nullopt});
  EXPECT_EQ(hub.online_users(), 0U);
  const Peer back = connect(1);
  EXPECT_EQ(hub.online_users(), 1U);
  while (fanout->fan_out()) {
  }
  publish(1, "y");
  EXPECT_EQ(back.read_all(), frame_of("y"));
}

TEST_F(ConnectionTableTest, AFullSocketBorrowsAnOutboxAndGivesItBack) {
  settings.channelbuffersize = 1000;
  settings.channelbufferbytes = 10 << 20;
  build();
  const Peer slow = connect(1, 1, 4096);
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    const std::string text(1000, static_cast<char>('a' + i % 26));
    publish(1, text);
    expected += frame_of(text);
  }
  EXPECT_EQ(meters.backlogs.value(), 1);
  std::string got;
  while (got.size() < expected.size()) {
    const std::string part = slow.read_all();
    got += part;
    process();
    ASSERT_FALSE(part.empty() && slow.ended());
  }
  EXPECT_EQ(got, expected);
  process();
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ConnectionTableTest, ASlowConsumerIsClosedAndCountedAndOthersGetEverything) {
  const Peer slow = connect(1, 1, 4096), healthy = connect(1, 2);
  const std::string text(10000, 'x');
  std::size_t received = 0;
  for (int i = 0; i < 20; ++i) {
    publish(1, text);
    received += healthy.read_all().size();
  }
  EXPECT_EQ(received, 20 * frame_of(text).size());
  EXPECT_EQ(closed(CloseReason::slow_consumer), 1U);
  EXPECT_EQ(table->size(), 1U);
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ConnectionTableTest, DropOldestKeepsTheConnectionAndWholeFrames) {
  settings.overflow = config::Overflow::drop_oldest;
  build();
  const Peer slow = connect(1, 1, 4096);
  for (int i = 0; i < 50; ++i) publish(1, std::string(995, static_cast<char>('A' + i % 26)));
  EXPECT_EQ(closed(CloseReason::slow_consumer), 0U);
  EXPECT_GT(meters.dropped.value(), 0U);
  std::string got;
  for (std::string part = slow.read_all(); !part.empty(); part = slow.read_all()) {
    got += part;
    process();
  }
  ASSERT_EQ(got.size() % 1000, 0U);
  for (std::size_t at = 0; at < got.size(); at += 1000) {
    EXPECT_EQ(got.substr(at, 1000), frame_of(std::string(995, got[at + 4]))) << "frame cut at " << at;
  }
  EXPECT_EQ(got[got.size() - 2], static_cast<char>('A' + 49 % 26)) << "the newest message must arrive";
}

TEST_F(ConnectionTableTest, APingIsAnsweredWithItsPayload) {
  const Peer a = connect(1);
  a.write(client_frame(0x89, "abc"));
  process();
  EXPECT_EQ(a.read_all(),
            "\x8a\x03"
            "abc");
}

TEST_F(ConnectionTableTest, AFrameInPiecesIsPutTogetherAndItsBufferGivenBack) {
  const Peer a = connect(1);
  for (const char byte : client_frame(0x89, "abc")) {
    EXPECT_EQ(a.read_all(), "");
    a.write(std::string_view(&byte, 1));
    process();
  }
  EXPECT_EQ(a.read_all(),
            "\x8a\x03"
            "abc");
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ConnectionTableTest, SixtyFourBytesAreIgnoredAndSixtyFiveAreTooBig) {
  const Peer a = connect(1);
  a.write(client_frame(0x81, std::string(64, 'x')));
  process();
  EXPECT_EQ(a.read_all(), "");
  a.write(client_frame(0x81, std::string(65, 'x')));
  process();
  EXPECT_EQ(a.read_all(), "\x88\x02\x03\xf1");
  EXPECT_TRUE(a.ended());
  EXPECT_EQ(closed(CloseReason::too_big), 1U);
}

TEST_F(ConnectionTableTest, FragmentsThatAddUpOverTheLimitAreTooBig) {
  const Peer a = connect(1);
  a.write(client_frame(0x01, std::string(40, 'x')));
  a.write(client_frame(0x89, "in between"));
  process();
  EXPECT_EQ(a.read_all(), "\x8a\x0ain between");
  a.write(client_frame(0x80, std::string(40, 'x')));
  process();
  EXPECT_EQ(a.read_all(), "\x88\x02\x03\xf1");
}

TEST_F(ConnectionTableTest, AWholeFragmentedMessageGivesItsBufferBack) {
  const Peer a = connect(1);
  a.write(client_frame(0x01, "x"));
  process();
  EXPECT_EQ(meters.backlogs.value(), 1);
  a.write(client_frame(0x80, "y"));
  process();
  EXPECT_EQ(meters.backlogs.value(), 0);
  EXPECT_EQ(table->size(), 1U);
}

TEST_F(ConnectionTableTest, AnUnmaskedFrameIsAProtocolError) {
  const Peer a = connect(1);
  a.write(std::string("\x81\x01x", 3));
  process();
  EXPECT_EQ(a.read_all(), "\x88\x02\x03\xea");
  EXPECT_EQ(closed(CloseReason::protocol_error), 1U);
}

TEST_F(ConnectionTableTest, ACloseIsEchoedAndThePeerHasTimeToEnd) {
  Peer a = connect(1);
  a.write(client_frame(0x88, "\x03\xe8"));
  process();
  EXPECT_EQ(a.read_all(), "\x88\x02\x03\xe8");
  EXPECT_TRUE(a.ended());
  EXPECT_EQ(closed(CloseReason::client_close), 1U);
  EXPECT_EQ(hub.online_users(), 0U);
  EXPECT_EQ(table->size(), 1U) << "it must linger";
  a.close();
  process();
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(ConnectionTableTest, LingeringEndsByItself) {
  const Peer a = connect(1);
  a.write(client_frame(0x88, ""));
  process();
  pass_seconds(ConnectionTable::kLinger + 1);
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(ConnectionTableTest, PingsComeEveryPeriodAndAMissingPongCloses) {
  settings.pingperiodseconds = 2;
  build();
  const Peer a = connect(1), silent = connect(2);
  std::size_t pings = 0;
  for (int second = 0; second < 30; ++second) {
    pass_seconds(1);
    if (a.read_all() == std::string("\x89\0", 2)) {
      ++pings;
      a.write(client_frame(0x8a, ""));
      process();
    }
  }
  EXPECT_GE(pings, 14U);
  EXPECT_LE(pings, 15U);
  EXPECT_EQ(closed(CloseReason::missing_pong), 1U);
  std::string seen = silent.read_all();
  EXPECT_EQ(seen.size() / 2, 8U) << "pings before the deadline of 2 + 15 s";
  EXPECT_TRUE(silent.ended());
}

TEST_F(ConnectionTableTest, OnlyAPongExtendsTheDeadline) {
  settings.pingperiodseconds = 2;
  build();
  const Peer a = connect(1);
  for (int second = 0; second < 20; ++second) {
    pass_seconds(1);
    if (table->size() == 1) {
      a.write(client_frame(0x81, "data"));
      a.write(client_frame(0x89, "ping"));
    }
    process();
  }
  EXPECT_EQ(closed(CloseReason::missing_pong), 1U);
}

TEST_F(ConnectionTableTest, DisconnectTakesOneClientOrTheBasicSessionsOrTheWholeUser) {
  const Peer a = connect(1, 1), b = connect(1, 2), basic = connect(1, 0), other = connect(2, 1);
  table->disconnect({UserId{1}, ClientId{2}});
  EXPECT_TRUE(b.ended() && !a.ended() && !basic.ended());
  EXPECT_EQ(b.read_all(), "") << "no Close frame";
  table->disconnect({UserId{1}, ClientId{}});
  EXPECT_FALSE(a.ended());
  EXPECT_TRUE(basic.ended());
  table->disconnect({UserId{1}, std::nullopt});
  EXPECT_TRUE(a.ended() && !other.ended());
  EXPECT_EQ(closed(CloseReason::revoked), 3U);
}

TEST_F(ConnectionTableTest, AFloodOfPingsFromAPeerThatDoesNotReadStaysBounded) {
  const Peer a = connect(1, 1, 4096);
  for (int i = 0; i < 2000; ++i) {
    a.write(client_frame(0x89, std::string(100, 'p')));
    process();
  }
  EXPECT_EQ(table->size(), 1U);
  EXPECT_LE(meters.backlogs.value(), 1);
}

}  // namespace
}  // namespace push::net
