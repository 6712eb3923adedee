// How a session becomes a stream, on an in-memory wire.
#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

struct HttpSessionStreamTest : HttpSessionTest {
  static std::string handshake(const std::string& version = "1.1") {
    return "GET /stream HTTP/" + version +
           "\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }
  static std::string refused(const std::string& status, const std::string& reason, const std::string& fields = {}) {
    return head_of(status, reason.size(), fields) + reason;
  }
};

TEST_F(HttpSessionStreamTest, TheUpgradeHandsTheDescriptorOver) {
  pipe.send(get("/a") + handshake());
  EXPECT_EQ(received(), ok("GET /a ")) << "the greeting must be sent with the stream";
  EXPECT_TRUE(pipe.released);
  EXPECT_FALSE(pipe.closed);
  EXPECT_EQ(pipe.reader, nullptr) << "no wait may remain on a descriptor with a new owner";
  ASSERT_EQ(greetings.size(), 1U);
  EXPECT_EQ(greetings[0],
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
  EXPECT_EQ(opened_streams, 1);
  EXPECT_EQ(session, nullptr);
  EXPECT_EQ(meters.sessions.value(), 0);
}

TEST_F(HttpSessionStreamTest, AStreamThatIsNotAdoptedIsNotOpened) {
  adopts = false;
  pipe.send(handshake());
  EXPECT_TRUE(pipe.released);
  EXPECT_EQ(opened_streams, 0);
}

TEST_F(HttpSessionStreamTest, DataBehindTheHandshakeIsRefused) {
  pipe.send(handshake() + "x");
  EXPECT_EQ(received(), refused("400 Bad Request", "websocket: client sent data before handshake is complete",
                                "Connection: close\r\n"));
  EXPECT_TRUE(pipe.shut);
  EXPECT_FALSE(pipe.released);
}

TEST_F(HttpSessionStreamTest, APlainStreamIsAnAnswerThatGoesOnUntilTheConnectionEnds) {
  transport = stream::Transport::sse;
  pipe.send(get("/stream"));
  EXPECT_TRUE(pipe.released);
  ASSERT_EQ(greetings.size(), 1U);
  const std::string& head = greetings[0];
  EXPECT_TRUE(head.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nDate: ")) << head;
  EXPECT_TRUE(
      head.ends_with("\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n\r\n"
                     "retry: 3000\n\n"))
      << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(opened_streams, 1);
}

TEST_F(HttpSessionStreamTest, APlainStreamFromAForeignOriginIsRefusedAndTheSessionGoesOn) {
  transport = stream::Transport::ndjson;
  origin_allowed = false;
  pipe.send(get("/stream"));
  EXPECT_EQ(received(), refused("403 Forbidden", "websocket: request origin not allowed by Upgrader.CheckOrigin"));
  origin_allowed = true;
  pipe.send(get("/stream"));
  ASSERT_EQ(greetings.size(), 1U);
  EXPECT_NE(greetings[0].find("Content-Type: application/x-ndjson\r\n"), std::string::npos);
}

TEST_F(HttpSessionStreamTest, ABadHandshakeIsRefusedAndTheSessionGoesOn) {
  pipe.send(get("/stream"));
  EXPECT_EQ(received(), refused("400 Bad Request",
                                "websocket: the client is not using the websocket protocol: 'upgrade' token not found "
                                "in 'Connection' header"));
  origin_allowed = false;
  pipe.send(handshake());
  EXPECT_EQ(received(), refused("403 Forbidden", "websocket: request origin not allowed by Upgrader.CheckOrigin"));
  pipe.send(get("/on"));
  EXPECT_EQ(received(), ok("GET /on "));
}

TEST_F(HttpSessionStreamTest, AHandshakeNeedsHttp11) {
  pipe.send(handshake("1.0"));
  EXPECT_EQ(received(), refused("400 Bad Request", "websocket: the client speaks HTTP/1.0, a handshake needs HTTP/1.1",
                                "Connection: close\r\n"));
  EXPECT_TRUE(pipe.shut);
}

TEST_F(HttpSessionStreamTest, ATransportThatIsNotServedIsRefused) {
  served = {};
  pipe.send(handshake());
  EXPECT_EQ(received(), refused("400 Bad Request", "stream: transport not supported"));
  EXPECT_FALSE(pipe.released);
}

TEST_F(HttpSessionStreamTest, AListenerWithoutStreamsHasNone) {
  held()->abort();
  pipe = Pipe();
  begin(nullptr);
  pipe.send(handshake());
  EXPECT_EQ(received(), refusal("503 Service Unavailable", "this listener serves no streams"));
  EXPECT_EQ(rejected, std::vector<std::string>{"192.0.2.1 /stream"});
  EXPECT_TRUE(pipe.shut);
}

TEST_F(HttpSessionStreamTest, NoStreamBeginsDuringShutdown) {
  pipe.send(handshake().substr(0, 20));
  held()->drain();
  pipe.send(handshake().substr(20));
  EXPECT_EQ(received(), refusal("503 Service Unavailable", "this listener serves no streams"));
  EXPECT_EQ(opened_streams, 0);
}

}  // namespace
}  // namespace push::net
