// A7: WebSocket scenarios, with a ping period of 2 seconds, so a deadline of 17.
#include <gtest/gtest.h>

#include <future>

#include "conformance/play.hpp"
#include "support/gotify.hpp"

namespace push::conformance {
namespace {

using support::Answer;
using support::StreamClient;
using support::StreamEvent;
using Kind = StreamEvent::Kind;

Stage& stage(Mode mode) {
  return stage_for("Stream", Plan{mode, 40, 0, false},
                   {{"GOTIFY_SERVER_STREAM_PINGPERIODSECONDS", "2"},
                    {"GOTIFY_SERVER_CORS_ALLOWORIGINS", R"(https://(cors|both)\.example)"},
                    {"GOTIFY_SERVER_STREAM_ALLOWEDORIGINS", R"(^(stream|both)\.example$)"}});
}

// What a client that never answers received.
struct Silent {
  int pings = 0;
  StreamEvent last;
};

Silent stay_silent(StreamClient stream) {
  Silent silent;
  for (silent.last = stream.next(); silent.last.kind == Kind::ping; silent.last = stream.next()) ++silent.pings;
  return silent;
}

class Stream : public testing::TestWithParam<Mode> {
 protected:
  // The silent clients wait while the other scenarios run.
  static void SetUpTestSuite() {
    for (const Mode mode : {Mode::v2, Mode::v3}) {
      const std::string token = stage(mode).fresh().at("C");
      silent_[mode] = std::async(std::launch::async, [address = stage(mode).server().address(), token] {
        return stay_silent(StreamClient::open(address, {support::key_header(token)}));
      });
    }
  }
  static void TearDownTestSuite() { silent_.clear(); }

  StreamClient stream() const { return stage(GetParam()).server().stream(headers_for("C", values_)); }
  support::HttpClient http(const char* as) const { return stage(GetParam()).server().http(headers_for(as, values_)); }

  // The next event that is not a ping; pings are answered, up to a limit.
  static StreamEvent next(StreamClient& stream) {
    constexpr int kPings = 6;
    StreamEvent event = stream.next();
    for (int i = 0; event.kind == Kind::ping && i < kPings; ++i, event = stream.next()) stream.pong(event);
    return event;
  }

  Answer upgrade(const Lines& more) const {
    Lines headers = headers_for("C", values_);
    headers.insert(headers.end(), more.begin(), more.end());
    support::HttpClient client = stage(GetParam()).server().http();
    client.write(support::upgrade_request("/stream", headers) + "\r\n");
    return client.read();
  }

  void expect_delivery(StreamClient& listener) const {
    support::HttpClient poster = http("A");
    const std::string message = support::post_message(poster, "still there?");
    const StreamEvent event = next(listener);
    EXPECT_EQ(event.kind, Kind::message);
    EXPECT_EQ(event.payload, message + "\n");
  }

  static inline std::map<Mode, std::future<Silent>> silent_;
  const Values values_ = stage(GetParam()).fresh();
};

std::string name(const testing::TestParamInfo<Mode>& info) {
  return name_of(info.param);
}
INSTANTIATE_TEST_SUITE_P(, Stream, testing::Values(Mode::v2, Mode::v3), name);

TEST_P(Stream, A7_1_OneTextFrameAMessage) {
  StreamClient listener = stream();
  support::HttpClient poster = http("A");
  const std::string message = support::post_message(poster, "<a href=\"x\">&</a>");
  EXPECT_NE(message.find(R"("message":"\u003ca href=\"x\"\u003e\u0026\u003c/a\u003e")"), std::string::npos) << message;
  const StreamEvent event = next(listener);
  EXPECT_EQ(event.kind, Kind::message);
  EXPECT_EQ(event.payload, message + "\n");
}

TEST_P(Stream, A7_2_EmptyPingsPeriodically) {
  StreamClient listener = stream();
  for (int i = 0; i < 2; ++i) {
    const StreamEvent event = listener.next();
    EXPECT_EQ(event.kind, Kind::ping);
    EXPECT_EQ(event.payload, "");
    listener.pong(event);
  }
}

TEST_P(Stream, A7_3_64BytesAreIgnored) {
  StreamClient listener = stream();
  listener.send(support::client_frame(support::Opcode::text, std::string(64, 'x')));
  expect_delivery(listener);
}

TEST_P(Stream, A7_4_65BytesClose1009) {
  StreamClient listener = stream();
  listener.send(support::client_frame(support::Opcode::text, std::string(65, 'x')));
  const StreamEvent close = next(listener);
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1009);
  EXPECT_EQ(listener.next().kind, Kind::end);
}

TEST_P(Stream, A7_5_ADeletedClientIsCutOffWithoutACloseFrame) {
  StreamClient listener = stream();
  support::HttpClient owner = http("B");
  ASSERT_EQ(owner.request("DELETE", "/client/" + values_.at("client")).status, 200);
  EXPECT_EQ(next(listener).kind, Kind::end);
}

TEST_P(Stream, A7_6_ACloseIsEchoed) {
  StreamClient listener = stream();
  listener.send(support::client_close(1000));
  const StreamEvent close = next(listener);
  EXPECT_EQ(close.kind, Kind::close);
  EXPECT_EQ(close.code, 1000);
  EXPECT_EQ(listener.next().kind, Kind::end);
}

TEST_P(Stream, A7_7_APingIsAnswered) {
  StreamClient listener = stream();
  listener.send(support::client_frame(support::Opcode::ping, "abc"));
  const StreamEvent pong = next(listener);
  EXPECT_EQ(pong.kind, Kind::pong);
  EXPECT_EQ(pong.payload, "abc");
}

TEST_P(Stream, A7_9_NoOriginIsWelcome) {
  EXPECT_EQ(upgrade({}).status, 101);
}
TEST_P(Stream, A7_10_TheSameHostIsWelcome) {
  EXPECT_EQ(upgrade({"Origin: http://localhost"}).status, 101);
}
TEST_P(Stream, A7_11_TheSameHostIsWelcomeWithHttps) {
  EXPECT_EQ(upgrade({"Origin: https://localhost"}).status, 101);
}
TEST_P(Stream, A7_12_AForeignOriginIsRefused) {
  const Answer answer = upgrade({"Origin: https://evil.example"});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.body, "");
}
// Ours differs on purpose: Gotify wants both permissions, which nobody expects from the key's name.
TEST_P(Stream, A7_13_TheStreamsPermissionAloneIsEnough) {
  EXPECT_EQ(upgrade({"Origin: https://stream.example"}).status, 101);
}
TEST_P(Stream, A7_14_TheApisPermissionAloneIsNotEnough) {
  const Answer answer = upgrade({"Origin: https://cors.example"});
  EXPECT_EQ(answer.status, 403);
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.header("Access-Control-Allow-Origin"), "https://cors.example");
  EXPECT_TRUE(matches(answer.body, "Forbidden\n" + *fail(403, "websocket: <any>").body, values_, GetParam()))
      << answer.body;
}
TEST_P(Stream, A7_15_BothPermissionsAreEnough) {
  EXPECT_EQ(upgrade({"Origin: https://both.example"}).status, 101);
}

TEST_P(Stream, A7_16_APlainGetIsNoHandshake) {
  const Answer answer = http("C").get("/stream");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("Content-Type"), "text/plain; charset=utf-8");
  EXPECT_EQ(answer.body, "Bad Request\n" + *fail(400,
                                                 "websocket: the client is not using the websocket protocol: 'upgrade' "
                                                 "token not found in 'Connection' header")
                                                .body);
}

// The last one, because it began first and takes 17 seconds.
TEST_P(Stream, A7_8_WithoutAPongEightPingsAndTheEnd) {
  const Silent silent = silent_.at(GetParam()).get();
  EXPECT_EQ(silent.pings, 8);
  EXPECT_EQ(silent.last.kind, Kind::end);
}

}  // namespace
}  // namespace push::conformance
