#include "net/wire.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

namespace push::net {
namespace {

using Outcome = Wire::Outcome;

struct WireTest : testing::Test {
  struct Counter final : Wire::Waiter {
    void on_ready(Wire::Direction direction) override { ++(direction == Wire::Direction::read ? reads : writes); }
    int reads = 0;
    int writes = 0;
  };

  boost::asio::io_context context;
  std::array<int, 2> ends{};
  std::unique_ptr<Wire> wire;
  std::shared_ptr<Counter> waiter = std::make_shared<Counter>();
  std::array<char, 100> room{};

  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    wire = PlainWire::open(context, core::Descriptor(ends[0]));
    ASSERT_NE(wire, nullptr);
  }
  void TearDown() override { ::close(ends[1]); }

  int peer() const { return ends[1]; }
  std::string at_peer() {
    std::string got(100, '\0');
    const ssize_t size = ::recv(peer(), got.data(), got.size(), 0);
    return size < 0 ? "nothing" : got.substr(0, static_cast<std::size_t>(size));
  }
  Outcome read() { return wire->read_some(room).outcome; }
};

TEST_F(WireTest, ReadsWhatIsThere) {
  EXPECT_EQ(read(), Outcome::wants_read);
  ASSERT_EQ(::send(peer(), "hello", 5, 0), 5);
  const Wire::Result got = wire->read_some(room);
  EXPECT_EQ(got.outcome, Outcome::done);
  EXPECT_EQ(std::string_view(room.data(), got.bytes), "hello");
  ::shutdown(peer(), SHUT_WR);
  EXPECT_EQ(read(), Outcome::end);
}

TEST_F(WireTest, SeesThatThePeerHasLeftBehindUnreadBytes) {
  EXPECT_FALSE(wire->peer_has_left());
  ASSERT_EQ(::send(peer(), "hello", 5, 0), 5);
  EXPECT_FALSE(wire->peer_has_left());
  ::shutdown(peer(), SHUT_WR);
  EXPECT_TRUE(wire->peer_has_left());
}

TEST_F(WireTest, WritesBothPartsInOneCall) {
  EXPECT_EQ(wire->write_some("head", "body").bytes, 8U);
  EXPECT_EQ(at_peer(), "headbody");
  EXPECT_EQ(wire->write_some("", "body").bytes, 4U);
  EXPECT_EQ(wire->write_some("head", "").bytes, 4U);
  EXPECT_EQ(at_peer(), "bodyhead");
}

TEST_F(WireTest, AFullSocketWantsToWriteAndCountsWhatThePeerHasNot) {
  const std::string block(10'000, 'x');
  Wire::Result sent{Outcome::done};
  for (int i = 0; i < 1000 && sent.outcome == Outcome::done; ++i) sent = wire->write_some(block, block);
  EXPECT_EQ(sent.outcome, Outcome::wants_write);
  EXPECT_EQ(sent.bytes, 0U);
  EXPECT_GT(wire->unacknowledged().value(), 0U);
  wire->wait(Wire::Direction::write, waiter);
  context.poll();
  EXPECT_EQ(waiter->writes, 0);
  while (at_peer() != "nothing") {
  }
  EXPECT_EQ(wire->unacknowledged(), 0U);
  context.restart();
  context.poll();
  EXPECT_EQ(waiter->writes, 1);
}

TEST_F(WireTest, APeerThatIsGoneIsAnErrorAndNoSignal) {
  ::shutdown(peer(), SHUT_RDWR);
  EXPECT_EQ(wire->write_some("x", "").outcome, Outcome::error);
}

TEST_F(WireTest, AWaitIsForOneTime) {
  wire->wait(Wire::Direction::read, waiter);
  context.poll();
  EXPECT_EQ(waiter->reads, 0);
  ASSERT_EQ(::send(peer(), "a", 1, 0), 1);
  context.poll();
  EXPECT_EQ(waiter->reads, 1);
  ASSERT_EQ(::send(peer(), "b", 1, 0), 1);
  context.restart();
  context.poll();
  EXPECT_EQ(waiter->reads, 1);
  wire->wait(Wire::Direction::read, waiter);  // data that arrived before the wait counts
  context.restart();
  context.poll();
  EXPECT_EQ(waiter->reads, 2);
}

TEST_F(WireTest, CloseEndsAWaitAndTheConnection) {
  wire->wait(Wire::Direction::read, waiter);
  wire->close();
  context.poll();
  EXPECT_EQ(waiter->reads, 1);
  EXPECT_EQ(at_peer(), "");
  EXPECT_EQ(waiter.use_count(), 1);
}

TEST_F(WireTest, AfterShutdownThePeerReadsTheEndAndReadingGoesOn) {
  wire->shutdown();
  EXPECT_EQ(at_peer(), "");
  ASSERT_EQ(::send(peer(), "a", 1, 0), 1);
  EXPECT_EQ(read(), Outcome::done);
}

TEST_F(WireTest, AReleasedDescriptorStaysOpen) {
  wire->wait(Wire::Direction::read, waiter);
  ASSERT_EQ(::send(peer(), "a", 1, 0), 1);
  context.poll();
  const int descriptor = wire->release();
  EXPECT_EQ(descriptor, ends[0]);
  wire.reset();
  EXPECT_EQ(::send(descriptor, "still", 5, MSG_NOSIGNAL), 5);
  EXPECT_EQ(at_peer(), "still");
  ::close(descriptor);
}

}  // namespace
}  // namespace push::net
