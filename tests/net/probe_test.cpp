// The ping behind a message, and the pong that says that the message has arrived.
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
using stream::Encoding;
using stream::Transport;

const UserId kUser{1};
const std::string kPing = "\x89\x06test 1";

stream::Message message(std::string_view text) {
  return {core::MessageId{1}, core::ApplicationId{1}, kUser, text};
}

class ProbeTest : public testing::Test {
 protected:
  ProbeTest() {
    table_.pongs_to([this](UserId user, ClientId client, std::string_view payload) {
      heard_ += std::to_string(core::value(user)) + ":" + std::to_string(core::value(client)) + " ";
      heard_ += std::string(payload) + "\n";
    });
  }
  ~ProbeTest() override {
    for (const int peer : peers_) ::close(peer);
  }

  int connect(Transport transport, bool events = false, int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    EXPECT_TRUE(
        table_.adopt(ends[0], {.transport = transport, .user = kUser, .client = ClientId{7}, .events = events}));
    peers_.push_back(ends[1]);
    return ends[1];
  }
  static std::string read(int peer) {
    std::string out(1 << 20, '\0');
    const ssize_t got = ::recv(peer, out.data(), out.size(), MSG_DONTWAIT);
    out.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return out;
  }
  // A client's pong, masked with zeros.
  void pong(int peer, std::string_view payload) {
    std::string frame = "\x8A";
    frame += static_cast<char>(0x80 | payload.size());
    frame.append(4, '\0').append(payload);
    EXPECT_EQ(::send(peer, frame.data(), frame.size(), MSG_NOSIGNAL), static_cast<ssize_t>(frame.size()));
  }
  void process() {
    while (table_.process()) {
    }
  }
  void publish(std::string_view text) {
    EXPECT_TRUE(fanout_.hand_out(message(text)));
    EXPECT_TRUE(fanout_.hand_out(stream::Message::probe(kUser, "test 1")));
    while (fanout_.fan_out()) {
    }
  }

  metrics::Registry registry_;
  StreamMeters meters_{registry_};
  hub::Hub hub_{16};
  Roster roster_{hub_, 0};
  config::Stream settings_;
  NoReplays replays_;
  ConnectionTable table_{roster_, settings_, meters_, protocols(), replays_};
  Fanout fanout_{roster_, table_, meters_};
  std::vector<int> peers_;
  std::string heard_;
};

TEST_F(ProbeTest, IsAPingBehindItsMessageForWebSocketsOnly) {
  const int socket = connect(Transport::websocket);
  const int typed = connect(Transport::websocket, true);
  const int lines = connect(Transport::ndjson);
  const int events = connect(Transport::sse);
  read(events);  // its greeting
  publish("{}");
  EXPECT_EQ(read(socket), std::string(message("{}").encoded(Encoding::websocket)) + kPing);
  EXPECT_EQ(read(typed), std::string(message("{}").encoded(Encoding::typed_websocket)) + kPing);
  EXPECT_EQ(read(lines), "{}\n");
  EXPECT_EQ(read(events), message("{}").encoded(Encoding::sse));
  EXPECT_EQ(registry_.find_histogram("push_stream_delivery_seconds")->count(), 1U) << "both in one bundle";
  EXPECT_EQ(registry_.values("push_streams")[0], (std::pair<std::string, std::int64_t>("transport=\"websocket\"", 2)));
}

TEST_F(ProbeTest, IsAnsweredByAPongThatSaysTheSame) {
  const int socket = connect(Transport::websocket);
  pong(socket, "");
  process();
  EXPECT_EQ(heard_, "") << "the answer to an ordinary ping";
  pong(socket, "test 1");
  pong(socket, "");
  process();
  EXPECT_EQ(heard_, "1:7 test 1\n");
  EXPECT_EQ(meters_.backlogs.value(), 0) << "nothing is kept of a pong";
}

TEST_F(ProbeTest, WaitsBehindAMessageThatWasNotTaken) {
  const int slow = connect(Transport::websocket, false, 4096);
  const std::string large(200'000, 'x');
  publish(large);
  std::string got;
  for (std::string part = read(slow); !part.empty(); part = read(slow)) {
    got += part;
    process();
  }
  EXPECT_EQ(got, std::string(message(large).encoded(Encoding::websocket)) + kPing);
}

}  // namespace
}  // namespace push::net
