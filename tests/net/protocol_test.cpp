// A table with two kinds of stream: WebSocket, and one that exists only in this test.
#include "net/protocol.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <utility>
#include <vector>

#include "net/fanout.hpp"
#include "net/no_replays.hpp"

namespace push::net {
namespace {

using core::ClientId;
using core::UserId;
using stream::Encoding;
using stream::Transport;

// Messages are events; the peer sends words: "twice" counts, "twice" again ends the stream, anything else is echoed.
class Words final : public Protocol {
 public:
  Encoding encoding() const override { return Encoding::sse; }
  std::string_view content_type() const override { return "text/plain"; }
  std::string_view ping() const override { return ":\n"; }
  std::string_view keepalive() const override { return ":\n"; }
  bool answers_pings() const override { return false; }
  std::optional<Ending> read(Input& input) const override {
    const std::string_view all(input.data, input.size);
    for (std::size_t end = all.find(' '); end != std::string_view::npos; end = all.find(' ', input.consumed)) {
      const std::string_view word = all.substr(input.consumed, end - input.consumed);
      input.consumed = end + 1;
      if (word == "twice" && ++input.memory == 2) return Ending{CloseReason::client_close, 7};
      if (word == "over") input.memory = 0;
      if (word != "twice") input.reply.append(word) += '.';
    }
    return std::nullopt;
  }
  std::string end(const Ending& ending) const override { return "bye " + std::to_string(ending.code); }
};

class ProtocolTest : public testing::Test {
 protected:
  ~ProtocolTest() override {
    for (const int peer : peers_) ::close(peer);
  }

  int connect(Transport transport, int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    EXPECT_TRUE(
        table_.adopt(ends[0], {.transport = transport, .user = UserId{1}, .client = ClientId{1}, .greeting = "hello"}));
    peers_.push_back(ends[1]);
    EXPECT_EQ(read(ends[1]), "hello");
    return ends[1];
  }
  static std::string read(int peer) {
    std::string out(1 << 20, '\0');
    const ssize_t got = ::recv(peer, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  void write(int peer, std::string_view bytes) {
    EXPECT_EQ(::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    while (table_.process()) {
    }
  }
  static stream::Message message(std::uint64_t id, std::string_view json) {
    return {core::MessageId{id}, core::ApplicationId{1}, UserId{1}, json};
  }
  void fan_out() {
    while (fanout_.fan_out()) {
    }
  }
  void pass_seconds(unsigned seconds) {
    for (unsigned i = 0; i < seconds * 10; ++i) table_.sweep(10);
  }

  Words words_;
  metrics::Registry registry_;
  StreamMeters meters_{registry_};
  hub::Hub hub_{16};
  Roster roster_{hub_, 0};
  config::Stream settings_ = [] {
    config::Stream settings;
    settings.channelbuffersize = 100;
    return settings;
  }();
  NoReplays replays_;
  ConnectionTable table_{roster_, settings_, meters_, {protocols()[0], &words_}, replays_};
  Fanout fanout_{roster_, table_, meters_};
  std::vector<int> peers_;
};

TEST_F(ProtocolTest, OnlyWhatWasGivenIsServed) {
  EXPECT_TRUE(table_.serves(Transport::websocket));
  EXPECT_TRUE(table_.serves(Transport::sse));
  EXPECT_FALSE(table_.serves(Transport::ndjson));
  EXPECT_FALSE(table_.serves(Transport::poll));
}

TEST_F(ProtocolTest, EachKindGetsTheSameMessagesInItsOwnEncoding) {
  const int socket = connect(Transport::websocket), events = connect(Transport::sse), more = connect(Transport::sse);
  fanout_.hand_out(message(1, "{}"));
  fan_out();
  EXPECT_EQ(read(socket), "\x81\x03{}\n");
  EXPECT_EQ(read(events), "id: 1\ndata: {}\n\n");
  EXPECT_EQ(read(more), "id: 1\ndata: {}\n\n");
  fanout_.hand_out(message(2, "{}"));
  fanout_.hand_out(message(3, "[]"));
  fan_out();
  EXPECT_EQ(read(socket), "\x81\x03{}\n\x81\x03[]\n");
  EXPECT_EQ(read(events), "id: 2\ndata: {}\n\nid: 3\ndata: []\n\n");
  EXPECT_EQ(read(more), "id: 2\ndata: {}\n\nid: 3\ndata: []\n\n");
}

TEST_F(ProtocolTest, WhatWaitsForASlowOneIsInItsEncodingToo) {
  const int slow = connect(Transport::sse, 4096), healthy = connect(Transport::websocket);
  std::string expected;
  for (std::uint64_t id = 1; id <= 10; ++id) {
    const stream::Message one = message(id, std::string(1000, 'j'));
    fanout_.hand_out(one);
    fan_out();
    EXPECT_EQ(read(healthy), one.encoded(Encoding::websocket));
    expected += one.encoded(Encoding::sse);
  }
  EXPECT_EQ(meters_.backlogs.value(), 1);
  std::string got;
  for (std::string part = read(slow); !part.empty(); part = read(slow)) {
    got += part;
    while (table_.process()) {
    }
  }
  EXPECT_EQ(got, expected);
}

TEST_F(ProtocolTest, APieceIsKeptUntilItIsWhole) {
  const int peer = connect(Transport::sse);
  write(peer, "one tw");
  EXPECT_EQ(read(peer), "one.");
  EXPECT_EQ(meters_.backlogs.value(), 1);
  write(peer, "o ");
  EXPECT_EQ(read(peer), "two.");
  EXPECT_EQ(meters_.backlogs.value(), 0);
}

TEST_F(ProtocolTest, ItsMemoryLastsAndCostsABacklogOnlyWhileThereIsSome) {
  const int peer = connect(Transport::sse);
  write(peer, "twice ");
  EXPECT_EQ(meters_.backlogs.value(), 1);
  write(peer, "over ");
  EXPECT_EQ(read(peer), "over.");
  EXPECT_EQ(meters_.backlogs.value(), 0);
  write(peer, "twice ");
  EXPECT_EQ(table_.size(), 1U);
  write(peer, "sent twice ");
  EXPECT_EQ(read(peer), "sent.bye 7") << "what came before the end must be answered";
  EXPECT_EQ(read(peer), "");
  EXPECT_EQ(meters_.closed[static_cast<std::size_t>(CloseReason::client_close)]->value(), 1U);
  EXPECT_EQ(hub_.online_users(), 0U);
  EXPECT_EQ(table_.size(), 1U) << "it must linger";
  pass_seconds(ConnectionTable::kLinger + 1);
  EXPECT_EQ(table_.size(), 0U);
}

TEST_F(ProtocolTest, ItsPingsAreItsOwnAndNobodyHasToAnswerThem) {
  settings_.pingperiodseconds = 2;
  ConnectionTable table(roster_, settings_, meters_, {protocols()[0], &words_}, replays_);
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  peers_.push_back(ends[1]);
  ASSERT_TRUE(
      table.adopt(ends[0], {.transport = Transport::sse, .user = UserId{1}, .client = ClientId{1}, .greeting = ""}));
  for (int i = 0; i < 1000; ++i) table.sweep(10);
  std::string pings;
  for (int i = 0; i < 49; ++i) pings += ":\n";
  EXPECT_EQ(read(ends[1]), pings);
  EXPECT_EQ(table.size(), 1U);
}

}  // namespace
}  // namespace push::net
