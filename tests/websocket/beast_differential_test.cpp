// Boost.Beast's client and our codec on the two ends of an in-memory stream. Everything runs in one thread: the bytes
// written by one end stay in memory until the test passes them on.
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/_experimental/test/stream.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "push/websocket/frame.hpp"
#include "push/websocket/handshake.hpp"

namespace push::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;

class Random {
 public:
  Random() {
    const char* given = std::getenv("PUSH_TEST_SEED");
    const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::stoul(given)) : std::random_device()();
    std::cout << "PUSH_TEST_SEED=" << seed << '\n';
    engine_.seed(seed);
  }
  std::size_t up_to(std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most)(engine_); }
  bool one_in(std::size_t n) { return up_to(n - 1) == 0; }
  // Mostly small, often near a boundary of the length field.
  std::size_t size() {
    constexpr std::size_t kBoundaries[] = {0, 1, 7, 8, 9, 125, 126, 127, 65535, 65536, 65537};
    if (one_in(4)) return kBoundaries[up_to(std::size(kBoundaries) - 1)];
    return up_to(one_in(10) ? 100000 : 600);
  }
  std::string bytes(std::size_t size) {
    std::string out(size, '\0');
    for (char& c : out) c = static_cast<char>(engine_() & 0xFF);
    return out;
  }
  std::string text(std::size_t size) {
    constexpr std::string_view kPieces[] = {"a", "Z", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x94"};
    std::string out;
    while (out.size() < size) {
      const std::string_view piece = kPieces[up_to(std::size(kPieces) - 1)];
      out += out.size() + piece.size() <= size ? piece : kPieces[0];
    }
    return out;
  }

 private:
  std::mt19937 engine_;
};

struct Event {
  Opcode opcode;
  std::string payload;
  bool operator==(const Event&) const = default;
};
void PrintTo(const Event& event, std::ostream* out) {
  *out << static_cast<unsigned>(event.opcode) << " with " << event.payload.size() << " bytes";
}

// Parses a client's bytes with our codec, however they are split; joins continuations to their message.
class Receiver {
 public:
  void feed(std::string_view bytes) {
    buffer_ += bytes;
    for (;;) {
      const Parsed parsed = parse_client_frame(buffer_.data(), buffer_.size(), 1 << 20);
      if (parsed.status == ParseStatus::incomplete) return;
      ASSERT_EQ(parsed.status, ParseStatus::complete);
      ASSERT_EQ(state_.accept(parsed.frame, 1 << 20), ParseStatus::complete);
      take(parsed.frame);
      buffer_.erase(0, parsed.consumed);
    }
  }
  std::vector<Event> events;
  std::size_t frames = 0;

 private:
  void take(const ClientFrame& frame) {
    ++frames;
    if (frame.opcode >= Opcode::close) {
      events.push_back({frame.opcode, std::string(frame.view())});
      return;
    }
    if (frame.opcode != Opcode::continuation) message_ = {frame.opcode, {}};
    message_.payload += frame.view();
    if (frame.final) events.push_back(std::exchange(message_, {}));
  }
  std::string buffer_;
  MessageState state_;
  Event message_{};
};

class BeastDifferential : public ::testing::Test {
 protected:
  using Client = beast::websocket::stream<beast::test::stream>;

  void SetUp() override {
    client_.next_layer().connect(server_);
    bool done = false;
    client_.async_handshake("push.example:8080", "/stream?token=C", [&](error_code error) {
      EXPECT_FALSE(error) << error.message();
      done = true;
    });
    run();
    beast::http::request_parser<beast::http::empty_body> parser;
    error_code error;
    const std::string request = sent_by_client();
    parser.put(asio::buffer(request), error);
    ASSERT_FALSE(error) << error.message();
    const auto& head = parser.get();
    const Handshake handshake{head.method_string(), head["Connection"], head["Upgrade"], head["Sec-WebSocket-Version"],
                              head["Sec-WebSocket-Key"]};
    ASSERT_EQ(check_upgrade(handshake), std::nullopt);
    ASSERT_EQ(check_key(handshake), std::nullopt);
    send_to_client(switching_protocols(handshake.key));
    ASSERT_TRUE(done);
    ASSERT_TRUE(client_.is_open());
  }

  void run() {
    io_.restart();
    io_.poll();
  }
  std::string sent_by_client() {
    std::string out(server_.str());
    server_.clear();
    return out;
  }
  void send_to_client(std::string_view bytes) {
    asio::write(server_, asio::buffer(bytes));
    run();
  }
  std::string random_payload(Opcode opcode, std::size_t size) {
    return opcode == Opcode::text ? random_.text(size) : random_.bytes(size);
  }

  Event client_sends_control() {
    const Event event{random_.one_in(2) ? Opcode::ping : Opcode::pong, random_.bytes(random_.up_to(125))};
    const beast::websocket::ping_data payload(event.payload.data(), event.payload.size());
    if (event.opcode == Opcode::ping) {
      client_.ping(payload);
    } else {
      client_.pong(payload);
    }
    return event;
  }
  std::size_t client_sends_fragmented(const Event& message, std::vector<Event>& expected) {
    client_.binary(message.opcode == Opcode::binary);
    std::size_t frames = 0;
    std::size_t at = 0;
    for (bool final = false; !final; ++frames) {
      const std::size_t size =
          random_.one_in(2) ? message.payload.size() - at : random_.up_to(message.payload.size() - at);
      final = at + size == message.payload.size() && !random_.one_in(8);  // sometimes an empty fragment ends it
      client_.write_some(final, asio::buffer(message.payload.data() + at, size));
      at += size;
      if (!final && random_.one_in(3)) {
        expected.push_back(client_sends_control());
        ++frames;
      }
    }
    expected.push_back(message);
    return frames;
  }

  Random random_;
  asio::io_context io_;
  Client client_{io_};
  beast::test::stream server_{io_};
};

TEST_F(BeastDifferential, OurParserReadsWhatTheClientSends) {
  Receiver receiver;
  std::vector<Event> expected;
  std::size_t frames = 0;
  client_.auto_fragment(false);
  for (int round = 0; round < 1500; ++round) {
    const Opcode opcode = random_.one_in(2) ? Opcode::text : Opcode::binary;
    frames += client_sends_fragmented({opcode, random_payload(opcode, random_.size())}, expected);
    std::string bytes = sent_by_client();
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, 1 + random_.up_to(random_.one_in(2) ? 20 : rest.size()));
      ASSERT_NO_FATAL_FAILURE(receiver.feed(part));
      rest.remove_prefix(part.size());
    }
    ASSERT_EQ(receiver.events, expected) << "round " << round;
    receiver.events.clear();
    expected.clear();
  }
  EXPECT_EQ(receiver.frames, frames);
}

TEST_F(BeastDifferential, TheClientReadsOurFramesAndAnswersOurPings) {
  std::vector<Event> seen;
  client_.control_callback([&](beast::websocket::frame_type type, beast::string_view payload) {
    seen.push_back({type == beast::websocket::frame_type::ping ? Opcode::ping : Opcode::pong, std::string(payload)});
  });
  Receiver receiver;
  for (int round = 0; round < 1500; ++round) {
    const Opcode opcode = random_.one_in(2) ? Opcode::text : Opcode::binary;
    const Event message{opcode, random_payload(opcode, random_.size())};
    std::vector<Event> expected;
    std::string bytes;
    if (random_.one_in(2)) {
      expected.push_back({random_.one_in(2) ? Opcode::ping : Opcode::pong, random_.bytes(random_.up_to(125))});
      bytes += control_frame(expected[0].opcode, expected[0].payload).view();
    }
    bytes += std::string(server_header(opcode, message.payload.size()).view()) + message.payload;

    beast::flat_buffer buffer;
    bool done = false;
    client_.async_read(buffer, [&](error_code error, std::size_t) {
      EXPECT_FALSE(error) << error.message();
      done = true;
    });
    const std::size_t split = random_.up_to(bytes.size());
    send_to_client(std::string_view(bytes).substr(0, split));
    send_to_client(std::string_view(bytes).substr(split));
    ASSERT_TRUE(done) << "round " << round << ", " << message.payload.size() << " bytes";
    ASSERT_EQ(client_.got_text(), opcode == Opcode::text);
    ASSERT_EQ(beast::buffers_to_string(buffer.data()), message.payload);
    ASSERT_EQ(seen, expected);
    seen.clear();

    ASSERT_NO_FATAL_FAILURE(receiver.feed(sent_by_client()));
    const bool pinged = !expected.empty() && expected[0].opcode == Opcode::ping;
    const std::vector<Event> answers =
        pinged ? std::vector<Event>{{Opcode::pong, expected[0].payload}} : std::vector<Event>{};
    ASSERT_EQ(receiver.events, answers);
    receiver.events.clear();
  }
}

TEST_F(BeastDifferential, OurCloseIsUnderstoodAndEchoed) {
  beast::flat_buffer buffer;
  error_code result;
  client_.async_read(buffer, [&](error_code error, std::size_t) { result = error; });
  send_to_client(close_frame(CloseCode::too_big).view());
  Receiver receiver;
  ASSERT_NO_FATAL_FAILURE(receiver.feed(sent_by_client()));
  ASSERT_EQ(receiver.events.size(), 1U);
  EXPECT_EQ(receiver.events[0].opcode, Opcode::close);
  EXPECT_EQ(judge_close(receiver.events[0].payload), CloseCode::too_big);
  server_.close();
  run();
  EXPECT_EQ(result, beast::websocket::error::closed);
  EXPECT_EQ(client_.reason().code, beast::websocket::close_code::too_big);
}

TEST_F(BeastDifferential, TheClientsCloseIsJudgedAndOurAnswerEndsIt) {
  bool done = false;
  client_.async_close({beast::websocket::close_code::going_away, "gr\xC3\xBC\xC3\x9F"}, [&](error_code error) {
    EXPECT_FALSE(error) << error.message();
    done = true;
  });
  run();
  Receiver receiver;
  ASSERT_NO_FATAL_FAILURE(receiver.feed(sent_by_client()));
  ASSERT_EQ(receiver.events.size(), 1U);
  const CloseCode code = judge_close(receiver.events[0].payload);
  EXPECT_EQ(code, static_cast<CloseCode>(1001));
  send_to_client(close_frame(code).view());
  server_.close();
  run();
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace push::websocket
