// GET /stream to the byte (protocol 3, A7).
#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using Kind = StreamEvent::Kind;

class Stream : public ApiTest {
 protected:
  // The answer to an upgrade request that is refused.
  Answer refused(const std::string& request) {
    HttpClient http = nobody();
    http.write(request + "\r\n");
    return http.read();
  }
  std::string upgrade(const Lines& more = {}) const {
    Lines headers = client_.key();
    headers.insert(headers.end(), more.begin(), more.end());
    return upgrade_request("/stream", headers);
  }
  static std::string without(std::string request, const std::string& name) {
    const auto at = request.find(name + ": ");
    return request.erase(at, request.find("\r\n", at) + 2 - at);
  }
  static void expect_no_handshake(const Answer& answer, int status, const std::string& why) {
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_EQ(answer.header("Sec-Websocket-Version"), "13");
    EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.body, (status == 400 ? "Bad Request\n" : "Forbidden\n") + error_body(status, "websocket: " + why));
  }
  void expect_delivery(StreamClient& stream) {
    HttpClient http = poster();
    const std::string message = post_message(http, "are you there?");
    EXPECT_EQ(stream.next_message(), message + "\n");
  }
};

TEST_F(Stream, AnswersAnUpgradeWithNothingButWhatIsNeeded) {
  HttpClient http = nobody();
  http.write(upgrade({"Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: chat"}) + "\r\n");
  EXPECT_EQ(http.read().head,
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
}

TEST_F(Stream, TakesEveryKindOfCredentials) {
  for (const Lines& headers : {client_.key(), admin().basic(), Lines{"Authorization: Bearer " + client_.token}}) {
    StreamClient stream = server_.stream(headers);
    expect_delivery(stream);
  }
  StreamClient stream = StreamClient::open(server_.address(), {}, {"/stream?token=" + client_.token, 0});
  expect_delivery(stream);
  EXPECT_EQ(refused(upgrade_request("/stream", {})).body, unauthorized_body());
  EXPECT_EQ(refused(upgrade_request("/stream", application_.key())).body, unauthorized_body());
  EXPECT_EQ(refused(upgrade_request("/stream?token=wrong", {})).status, 401);
}

TEST_F(Stream, SendsTheJsonOfTheAnswerAndALineEndHtmlEscaped) {
  StreamClient first = stream();
  StreamClient second = stream();
  HttpClient http = poster();
  const Answer answer =
      http.post("/message", kJson, R"({"message":"<a href=\"x\">&\u2028é😀</a>","extras":{"k":"<&>"}})");
  EXPECT_NE(answer.body.find("\"message\":\"\\u003ca href=\\\"x\\\"\\u003e\\u0026\\u2028é😀\\u003c/a\\u003e\""),
            std::string::npos)
      << answer.body;
  EXPECT_EQ(first.next_message(), answer.body + "\n");
  EXPECT_EQ(second.next_message(), answer.body + "\n");
}

TEST_F(Stream, SendsMessagesOfEverySizeWhole) {
  StreamClient listener = stream();
  HttpClient http = poster();
  for (const unsigned size :
       {1U, 20U, 21U, 22U, 23U, 24U, 25U, 26U, 65400U, 65430U, 65440U, 65450U, 65536U, 1'000'000U, 5'000'000U}) {
    const std::string message = post_message(http, std::string(size, 'm'));
    EXPECT_TRUE(listener.next_message() == message + "\n") << size;
  }
}

TEST_F(Stream, RefusesWhatIsNoHandshakeInGotifysWords) {
  expect_no_handshake(
      refused(without(upgrade(), "Connection")), 400,
      "the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header");
  expect_no_handshake(
      refused(without(upgrade(), "Upgrade")), 400,
      "the client is not using the websocket protocol: 'websocket' token not found in 'Upgrade' header");
  expect_no_handshake(refused(without(upgrade(), "Sec-WebSocket-Version")), 400,
                      "unsupported version: 13 not found in 'Sec-Websocket-Version' header");
  expect_no_handshake(refused(without(upgrade(), "Sec-WebSocket-Key")), 400,
                      "not a websocket handshake: 'Sec-WebSocket-Key' header must be Base64 encoded value of 16-byte "
                      "in length");
  HttpClient http = reader();
  EXPECT_EQ(http.get("/stream").status, 400);
  EXPECT_EQ(http.get("/current/user").status, 200);
  EXPECT_EQ(http.connections(), 1) << "a refused handshake keeps the connection";
}

TEST_F(Stream, RefusesForeignOrigins) {
  HttpClient http = nobody();
  http.write(upgrade({"Origin: https://localhost"}) + "\r\n");
  EXPECT_EQ(http.read().status, 101) << "the scheme does not matter";
  for (const char* origin : {"http://evil.example", "null", "http://localhost:81", "http://localhost.evil.example"}) {
    const Answer answer = refused(upgrade({"Origin: " + std::string(origin)}));
    EXPECT_EQ(answer.status, 403) << origin;
    EXPECT_EQ(answer.body, "") << origin;
  }
}

TEST_F(Stream, AForeignOriginNeedsTheStreamsPermissionOnly) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_STREAM_ALLOWEDORIGINS", "^app\\.friend\\.example$");
  server_.start();
  EXPECT_EQ(refused(upgrade({"Origin: https://app.friend.example"})).status, 101);
  EXPECT_EQ(refused(upgrade({"Origin: https://friend.example"})).body, "");
  EXPECT_EQ(nobody().get("/version", {"Origin: https://app.friend.example"}).status, 403) << "streams only";
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_CORS_ALLOWORIGINS", "https://.*friend\\.example");
  server_.set("GOTIFY_SERVER_STREAM_ALLOWEDORIGINS", "^app\\.friend\\.example$");
  server_.start();
  EXPECT_EQ(refused(upgrade({"Origin: https://app.friend.example"})).status, 101);
  const Answer half = refused(upgrade({"Origin: https://friend.example"}));
  expect_no_handshake(half, 403, "request origin not allowed by Upgrader.CheckOrigin");
  EXPECT_EQ(half.header("Access-Control-Allow-Origin"), "https://friend.example");
  EXPECT_EQ(refused(upgrade({"Origin: https://evil.example"})).body, "");
}

TEST_F(Stream, OriginPatternsMeanWhatTheyMeanInGotify) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_CORS_ALLOWORIGINS", R"((?i)\Ahttps://\p{L}+\Q.friend.example\E\z)");
  server_.set("GOTIFY_SERVER_STREAM_ALLOWEDORIGINS",
              R"((?i)\A\p{L}+\QFRIEND.example\E\z,(?i)\AAPP\Q.friend.example\E\z)");
  server_.start();
  EXPECT_EQ(refused(upgrade({"Origin: https://App.friend.example"})).status, 101);
  expect_no_handshake(refused(upgrade({"Origin: https://web.friend.example"})), 403,
                      "request origin not allowed by Upgrader.CheckOrigin");
  for (const char* origin :
       {"https://app.friendxexample", "https://app1.friend.example", "https://app.friend.example.evil"})
    EXPECT_EQ(refused(upgrade({"Origin: " + std::string(origin)})).body, "") << origin;
}

TEST_F(Stream, IgnoresWhatClientsSendUpTo64Bytes) {
  StreamClient listener = stream();
  listener.send(client_frame(Opcode::text, std::string(64, 'x')) + client_frame(Opcode::binary, "\xff\xfe"));
  expect_delivery(listener);
}

TEST_F(Stream, ClosesWith1009After65Bytes) {
  StreamClient listener = stream();
  listener.send(client_frame(Opcode::text, std::string(65, 'x')));
  const StreamEvent close = listener.next();
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1009);
  EXPECT_EQ(listener.next().kind, Kind::end);
  EXPECT_EQ(server_.metric("push_stream_closed_total{reason=\"too_big\"}"), 1);
}

TEST_F(Stream, ClosesWith1002WhenTheProtocolIsBroken) {
  const std::string unmasked = "\x81\x01x";
  const std::string reserved = "\xc1" + client_frame(Opcode::text, "x").substr(1);
  for (const std::string& frame : {unmasked, reserved}) {
    StreamClient listener = stream();
    listener.send(frame);
    const StreamEvent close = listener.next();
    EXPECT_EQ(close.kind, Kind::close);
    EXPECT_EQ(close.code, 1002);
    EXPECT_EQ(listener.next().kind, Kind::end);
  }
}

TEST_F(Stream, AnswersPingsAndCloses) {
  StreamClient listener = stream();
  listener.send(client_frame(Opcode::ping, "abc"));
  const StreamEvent pong = listener.next();
  EXPECT_EQ(pong.kind, Kind::pong);
  EXPECT_EQ(pong.payload, "abc");
  listener.send(client_close(1000));
  const StreamEvent close = listener.next();
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1000);
  EXPECT_EQ(listener.next().kind, Kind::end);
  EXPECT_EQ(server_.metric("push_stream_connections"), 0);
}

TEST_F(Stream, PingsInThePeriodThatIsConfigured) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_STREAM_PINGPERIODSECONDS", "1");
  server_.start();
  StreamClient listener = stream();
  for (int i = 0; i < 3; ++i) {
    const StreamEvent ping = listener.next();
    EXPECT_EQ(ping.kind, Kind::ping);
    EXPECT_EQ(ping.payload, "");
    listener.pong(ping);
  }
  expect_delivery(listener);
}

TEST_F(Stream, WithoutAPongEndsWithoutACloseFrame) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_STREAM_PINGPERIODSECONDS", "1");
  server_.start();
  StreamClient listener = stream();
  int pings = 0;
  StreamEvent event = listener.next();
  for (; event.kind == Kind::ping && pings < 100; event = listener.next()) ++pings;
  EXPECT_EQ(event.kind, Kind::end);
  EXPECT_GE(pings, 10) << "the deadline is the period and 15 seconds";
  EXPECT_LE(pings, 18);
  EXPECT_EQ(server_.metric("push_stream_closed_total{reason=\"missing_pong\"}"), 1);
}

TEST_F(Stream, AConnectionThatIsGoneIsForgotten) {
  { StreamClient gone = stream(); }
  EXPECT_TRUE(eventually([this] { return server_.metric("push_stream_connections") == 0; }));
  EXPECT_EQ(server_.metric("push_online_users"), 0);
  EXPECT_EQ(server_.metric("push_stream_closed_total{reason=\"peer_gone\"}"), 1);
}

}  // namespace
}  // namespace push::support
