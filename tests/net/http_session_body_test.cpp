// A request is decided from its header: what happens to bodies that are wanted, and to those that are not.
#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

constexpr std::size_t kDiscarded = 256 * 1024;
const std::string kChunked = "Transfer-Encoding: chunked";

struct HttpSessionBodyTest : HttpSessionTest {
  std::string refused(bool closes) {
    const std::string text = "who are you?";
    return head_of("401 Unauthorized", text.size(), closes ? "Connection: close\r\n" : "") + text;
  }
  static std::string too_large(bool closes) {
    const std::string text = "request body is larger than 1000 bytes (the.key)";
    return head_of("413 Request Entity Too Large", text.size(), closes ? "Connection: close\r\n" : "") + text;
  }
};

TEST_F(HttpSessionBodyTest, AnEarlyAnswerComesBeforeTheBody) {
  pipe.send(post("/refused", 10'000));
  EXPECT_EQ(received(), refused(false));
  EXPECT_FALSE(pipe.shut);
  pipe.send(std::string(10'000, 'x') + get("/next"));
  EXPECT_EQ(received(), ok("GET /next "));
}

TEST_F(HttpSessionBodyTest, RefusedBytesAreNeverARequest) {
  const std::string smuggled = get("/smuggled");
  pipe.send(post("/refused", smuggled.size()) + smuggled + get("/next"));
  EXPECT_EQ(received(), refused(false) + ok("GET /next "));
  for (const char byte : post("/refused", smuggled.size()) + smuggled + get("/next")) pipe.send({&byte, 1});
  EXPECT_EQ(received(), refused(false) + ok("GET /next "));
  pipe.send(post("/refused", 2 * kDiscarded) + smuggled);
  EXPECT_EQ(received(), refused(true));
  pipe.send(smuggled);
  EXPECT_EQ(received(), "");
}

TEST_F(HttpSessionBodyTest, ABodyThatIsTooLargeToDiscardEndsTheConnection) {
  pipe.send(post("/refused", kDiscarded + 1));
  EXPECT_EQ(received(), refused(true));
  EXPECT_TRUE(pipe.shut);
  EXPECT_FALSE(pipe.closed) << "the client may send before it reads";
  for (int i = 0; i < 64; ++i) pipe.send(std::string(1 << 20, 'x'));
  EXPECT_FALSE(pipe.closed);
  pipe.send("x");
  EXPECT_TRUE(pipe.closed) << "64 MB";
}

TEST_F(HttpSessionBodyTest, ItIsDiscardedForTenSeconds) {
  pipe.send(post("/refused", kDiscarded + 1));
  tick(9);
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);

  pipe = Pipe();
  begin(this);
  pipe.send(post("/refused", 10));
  tick(9);
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(meters.timeouts.value(), 0U);
}

TEST_F(HttpSessionBodyTest, ChunksAreDiscardedUpToTheSameSize) {
  pipe.send(post("/refused", kChunked));
  EXPECT_EQ(received(), refused(false));
  const std::string chunk = "1000\r\n" + std::string(4096, 'x') + "\r\n";
  for (int i = 0; i < 60; ++i) pipe.send(chunk);
  pipe.send("0\r\n\r\n" + get("/next"));
  EXPECT_EQ(received(), ok("GET /next "));

  pipe.send(post("/refused", kChunked));
  EXPECT_EQ(received(), refused(false));
  for (int i = 0; i < 64; ++i) pipe.send(chunk);
  EXPECT_TRUE(pipe.shut) << "too much";
  EXPECT_EQ(received(), "");
}

TEST_F(HttpSessionBodyTest, BrokenChunksThatAreDiscardedEndTheConnection) {
  pipe.send(post("/refused", kChunked));
  EXPECT_EQ(received(), refused(false));
  pipe.send("nonsense\r\n" + get("/next"));
  EXPECT_TRUE(pipe.shut);
  EXPECT_EQ(received(), "");
}

TEST_F(HttpSessionBodyTest, WhoWaitsToContinueIsRefusedWithoutIt) {
  pipe.send(post("/refused", "Expect: 100-continue\r\nContent-Length: 10"));
  EXPECT_EQ(received(), refused(true)) << "what follows could be the body or the next request";
  EXPECT_TRUE(pipe.shut);
}

TEST_F(HttpSessionBodyTest, ALateDecisionContinuesOnlyThen) {
  pipe.send(post("/undecided", "Expect: 100-continue\r\nContent-Length: 10"));
  pipe.send("01234");
  EXPECT_EQ(received(), "");
  EXPECT_EQ(pipe.input, "01234") << "nothing is read meanwhile";
  ASSERT_EQ(replies.size(), 1U);
  Reply reply = std::move(replies[0]);
  replies.clear();
  std::string body;
  with_body(std::move(requests[0]), std::move(reply), {body_limit, {}}, [&body](const Request& request, Reply again) {
    body = request.body();
    again.send(text("got it"));
  });
  EXPECT_EQ(received(), "HTTP/1.1 100 Continue\r\n\r\n");
  pipe.send("56789" + get("/next"));
  EXPECT_EQ(body, "0123456789");
  EXPECT_EQ(received(), ok("got it") + ok("GET /next "));
}

TEST_F(HttpSessionBodyTest, ALengthOverTheLimitIsRefusedBeforeTheBody) {
  body_limit = 1000;
  pipe.send(post("/a", "Expect: 100-continue\r\nContent-Length: 1001"));
  EXPECT_EQ(received(), too_large(true));
  EXPECT_EQ(meters.rejected.value(), 1U);

  pipe = Pipe();
  begin(this);
  pipe.send(post("/a", 1001) + std::string(1001, 'x') + get("/next"));
  EXPECT_EQ(received(), too_large(false) + ok("GET /next "));
  pipe.send(post("/a", 1000) + std::string(1000, 'x'));
  EXPECT_EQ(received(), ok("POST /a " + std::string(1000, 'x')));
}

TEST_F(HttpSessionBodyTest, ChunksOverTheLimitAreRefused) {
  body_limit = 1000;
  pipe.send(post("/a", kChunked) + "3e8\r\n" + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(received(), "");
  pipe.send("1\r\n");
  EXPECT_EQ(received(), too_large(false)) << "as soon as the chunk is announced";
  pipe.send("x\r\n0\r\n\r\n" + get("/next"));
  EXPECT_EQ(received(), ok("GET /next "));
  pipe.send(post("/a", kChunked) + "fffffffffffffff\r\n");
  EXPECT_EQ(received(), too_large(true));
}

TEST_F(HttpSessionBodyTest, ChunksThatBreakAreA400) {
  pipe.send(post("/a", kChunked) + "3\r\nabc\r\n");
  pipe.send("0\r\nX: y\r\n\r\n" + get("/next"));
  EXPECT_EQ(received(), refusal("400 Bad Request", "malformed HTTP request: trailers are not accepted"));
}

TEST_F(HttpSessionBodyTest, AnAnnouncedBodyThatHasNoRoomIsRefusedAtOnce) {
  RequestCharge others(budget, kOthers);
  ASSERT_TRUE(others.grow_to(kBudget / 2));
  pipe.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(kBudget / 2 + 1) +
            "\r\n\r\n");
  EXPECT_EQ(received(), refusal("503 Service Unavailable", "too many large requests in progress"));
  EXPECT_EQ(meters.no_memory.value(), 1U);
}

TEST_F(HttpSessionBodyTest, ABodyThatGrowsOutOfTheBudgetIsRefused) {
  pipe.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n800000\r\n" +
            std::string(kBudget / 4, 'x'));
  EXPECT_EQ(received(), "");
  EXPECT_GE(budget.used(), kBudget / 4);
  pipe.send(std::string(kBudget / 4, 'x'));
  EXPECT_EQ(received(), refusal("503 Service Unavailable", "too many large requests in progress"));
  EXPECT_EQ(budget.used(), 0U);
}

TEST_F(HttpSessionBodyTest, AHeldRequestIsChargedUntilItIsAnswered) {
  const std::string body(10'000, 'x');
  pipe.send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n" + body);
  EXPECT_GE(budget.used(), body.size());
  requests.clear();
  answer_later("done");
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_EQ(received(), ok("done"));
}

TEST_F(HttpSessionBodyTest, OneSenderHoldsAtMostAsMuchAsIsFreeBesideIt) {
  RequestCharge others(budget, kSender);
  ASSERT_TRUE(others.grow_to(kBudget / 2 - 20'000));
  const std::string body(30'000, 'x');
  pipe.send(post("/a", body.size()) + body);
  EXPECT_TRUE(received().starts_with("HTTP/1.1 503 ")) << "its own share is spent";
  pipe.send(post("/later", 10'000) + body.substr(0, 10'000));
  EXPECT_GT(budget.used(), kBudget / 2 - 20'000) << "so much is left of it";
  requests.clear();
  answer_later("done");
  EXPECT_EQ(received(), ok("done"));
  sender = kOthers;
  pipe.send(post("/a", body.size()) + body);
  EXPECT_TRUE(received().starts_with("HTTP/1.1 200 ")) << "somebody else's is not";
}

TEST_F(HttpSessionBodyTest, StrangersCannotSpendTheBudgetOfOthers) {
  pipe.send(post("/stranger", kBudget / 4) + std::string(kBudget / 16, 'x'));
  EXPECT_EQ(received(), "");
  EXPECT_EQ(budget.used(), 0U);
  EXPECT_GE(strangers.used(), kBudget / 16);
  pipe.send(std::string(kBudget / 8, 'x'));
  EXPECT_TRUE(received().starts_with("HTTP/1.1 503 ")) << "half of what is free is the most that one may hold";
  EXPECT_EQ(strangers.used(), 0U);
}

TEST_F(HttpSessionBodyTest, NothingIsHeldOfABodyThatIsRefused) {
  pipe.room = 10;  // the answer does not go out
  pipe.send(post("/refused", 100'000) + std::string(50'000, 'x'));
  EXPECT_EQ(pipe.input, "") << "a client may send all before it reads";
  EXPECT_EQ(budget.used() + strangers.used(), 0U);
  pipe.send(std::string(50'000, 'x') + get("/next"));
  pipe.take(10'000);
  pipe.deliver();
  EXPECT_EQ(received(), refused(false) + ok("GET /next "));
}

TEST_F(HttpSessionBodyTest, WhoGivesUpAnUnwantedBodySeesTheWholeAnswer) {
  pipe.room = 10;
  pipe.send(post("/refused", 1000) + "some");
  pipe.end();
  EXPECT_FALSE(pipe.closed);
  pipe.take(10'000);
  EXPECT_EQ(received(), refused(false));
  pipe.deliver();
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionBodyTest, DrainEndsAfterTheRestOfABody) {
  pipe.send(post("/refused", 1000));
  EXPECT_EQ(received(), refused(false));
  held()->drain();
  EXPECT_FALSE(pipe.closed);
  pipe.send(std::string(1000, 'x') + get("/next"));
  EXPECT_EQ(received(), "");
  EXPECT_TRUE(pipe.shut);
}

TEST_F(HttpSessionBodyTest, AReadNeverGoesFarBeyondABody) {
  const std::string body(100'000, 'x');
  pipe.reader.swap(pipe.writer);  // collects
  pipe.send(post("/later", body.size()) + body + std::string(60'000, 'x'));
  pipe.reader.swap(pipe.writer);
  pipe.deliver();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_GE(pipe.input.size(), 60'000U - 4096) << "what was read behind the body is not charged";
}

// It may have ended only its own side.
TEST_F(HttpSessionBodyTest, APeerThatEndsDuringItsBodyIsToldAndForgotten) {
  pipe.send(post("/a", 100) + "x");
  pipe.end();
  EXPECT_EQ(received(), refusal("400 Bad Request", "malformed HTTP request: the connection ended within the body"));
  EXPECT_EQ(meters.rejected.value(), 1U);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(session, nullptr);
  EXPECT_EQ(meters.sessions.value(), 0);
}

TEST_F(HttpSessionBodyTest, AHandshakeWithABodyIsRefused) {
  const std::string fields =
      "GET /stream HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
      "Upgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const std::string early = "websocket: client sent data before handshake is complete";
  pipe.send(fields + "Content-Length: 1\r\n\r\nx");
  EXPECT_EQ(received(), head_of("400 Bad Request", early.size(), "Connection: close\r\n") + early);

  pipe = Pipe();
  begin(this);
  pipe.send(fields + "Content-Length: 0\r\n\r\n");
  EXPECT_EQ(opened_streams, 1) << "and its fields may come in several lines";
}

}  // namespace
}  // namespace push::net
