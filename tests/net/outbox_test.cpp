#include "net/outbox.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace push::net {
namespace {

// A message whose NDJSON form is `text` and a newline.
stream::Message line(std::string_view text) {
  return {core::MessageId{1}, core::ApplicationId{1}, core::UserId{1}, text};
}

struct OutboxTest : testing::Test {
  BufferPool buffers{16};
  Outbox::Limits limits{3, 1000, config::Overflow::close, &buffers};
  Outbox outbox{stream::Encoding::ndjson};

  // Everything that the outbox would send, `step` bytes at a time.
  std::string drain(std::size_t step) {
    std::string out;
    for (std::string_view front = outbox.front(limits); !front.empty(); front = outbox.front(limits)) {
      const std::string_view part = front.substr(0, step);
      out += part;
      outbox.sent(part.size());
    }
    return out;
  }
};

TEST_F(OutboxTest, GivesBackWhatWasPushedInOrder) {
  outbox.push(line("first"), 2, limits);
  outbox.push(line("a frame longer than the buffer"), 0, limits);
  outbox.push(line("third"), 0, limits);
  EXPECT_EQ(outbox.frames(), 3U);
  EXPECT_EQ(drain(7), "rst\na frame longer than the buffer\nthird\n");
  EXPECT_TRUE(outbox.empty());
  EXPECT_EQ(outbox.bytes(), 0U);
}

TEST_F(OutboxTest, SmallFramesAreGatheredIntoOneWrite) {
  outbox.push(line("aa"), 0, limits);
  outbox.push(line("bb"), 0, limits);
  EXPECT_EQ(outbox.front(limits), "aa\nbb\n");
}

TEST_F(OutboxTest, OverflowCloseRefusesTheFrameBeyondTheLimit) {
  for (int i = 0; i < 3; ++i) EXPECT_EQ(outbox.push(line("x"), 0, limits), Outbox::Pushed::queued);
  EXPECT_EQ(outbox.push(line("x"), 0, limits), Outbox::Pushed::overflow);
  EXPECT_EQ(outbox.frames(), 3U);
}

TEST_F(OutboxTest, OverflowCountsBytesToo) {
  EXPECT_EQ(outbox.push(line(std::string(5000, 'x')), 0, limits), Outbox::Pushed::queued)
      << "one message must always fit";
  EXPECT_EQ(outbox.push(line("y"), 0, limits), Outbox::Pushed::overflow);
}

TEST_F(OutboxTest, DropOldestKeepsTheFrameThatHasBegun) {
  limits.overflow = config::Overflow::drop_oldest;
  outbox.push(line("begun-and-longer-than-16"), 6, limits);
  outbox.push(line("two"), 0, limits);
  outbox.push(line("three"), 0, limits);
  EXPECT_EQ(outbox.push(line("four"), 0, limits), Outbox::Pushed::dropped_oldest);
  EXPECT_EQ(drain(100), "and-longer-than-16\nthree\nfour\n");
}

TEST_F(OutboxTest, ControlFramesGoBetweenFramesNeverInside) {
  outbox.push(line("a frame longer than the buffer"), 3, limits);
  EXPECT_FALSE(outbox.push_control("ping", limits)) << "the frame is partly sent";
  drain(1000);
  EXPECT_TRUE(outbox.push_control("ping", limits));
  outbox.push(line("next"), 0, limits);
  EXPECT_EQ(drain(3), "pingnext\n");
}

TEST_F(OutboxTest, ControlFramesBeyondTheBufferAreDropped) {
  EXPECT_TRUE(outbox.push_control("0123456789", limits));
  EXPECT_FALSE(outbox.push_control("0123456789", limits));
  EXPECT_EQ(drain(100), "0123456789");
}

TEST_F(OutboxTest, RandomPushesAndPartialSendsKeepEveryByteInOrder) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  limits.frames = 100;
  limits.bytes = 100000;
  std::string expected;
  std::string sent;
  for (int i = 0; i < 20000; ++i) {
    if (random() % 2 == 0 && outbox.frames() < limits.frames) {
      const std::string frame(random() % 40 + 1, static_cast<char>('a' + random() % 26));
      ASSERT_EQ(outbox.push(line(frame), 0, limits), Outbox::Pushed::queued);
      expected += frame + "\n";
    } else if (const std::string_view front = outbox.front(limits); !front.empty()) {
      const std::size_t part = random() % front.size() + 1;
      sent += front.substr(0, part);
      outbox.sent(part);
    }
    ASSERT_EQ(outbox.bytes(), expected.size() - sent.size());
  }
  sent += drain(9);
  EXPECT_EQ(sent, expected);
}

TEST_F(OutboxTest, EachTransportGetsItsOwnFrames) {
  BufferPool large(256);
  limits.buffers = &large;
  for (const auto& [encoding, frame] :
       {std::pair(stream::Encoding::websocket, "\x81\x03{}\n"), std::pair(stream::Encoding::sse, "id: 1\ndata: {}\n\n"),
        std::pair(stream::Encoding::ndjson, "{}\n")}) {
    Outbox box(encoding);
    box.push(line("{}"), 0, limits);
    EXPECT_EQ(box.bytes(), std::string_view(frame).size());
    EXPECT_EQ(box.front(limits), frame);
  }
}

}  // namespace
}  // namespace push::net
