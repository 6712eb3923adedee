// One session on an in-memory wire; the upgrade is in http_session_stream_test.cpp.
#include "net/http_session.hpp"

#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

TEST_F(HttpSessionTest, AnswersOneRequestAfterAnother) {
  for (int i = 0; i < 3; ++i) {
    pipe.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody");
    EXPECT_EQ(received(), ok("POST /a body"));
    EXPECT_FALSE(pipe.closed);
  }
  EXPECT_EQ(meters.requests.value(), 3U);
  EXPECT_EQ(peers, std::vector<std::string>(3, "192.0.2.1"));
}

TEST_F(HttpSessionTest, PipelinedRequestsAreAnsweredInOrder) {
  pipe.send(get("/one") + get("/later") + get("/three") + get("/later") +
            "POST /five HTTP/1.1\r\nHost: x\r\nContent-Len");
  EXPECT_EQ(received(), ok("GET /one "));
  ASSERT_EQ(replies.size(), 1U) << "the next one must wait for the answer";
  answer_later("second");
  EXPECT_EQ(received(), ok("second") + ok("GET /three "));
  answer_later("fourth");
  EXPECT_EQ(received(), ok("fourth"));
  pipe.send("gth: 2\r\n\r\nhi");
  EXPECT_EQ(received(), ok("POST /five hi"));
}

TEST_F(HttpSessionTest, ARequestIsReadWhenItIsItsTurn) {
  its_turn = false;
  pipe.send(get("/a"));
  EXPECT_EQ(pipe.input, get("/a"));
  held()->on_turn();
  EXPECT_EQ(received(), ok("GET /a "));

  pipe.send("GET /part");
  held()->on_turn();
  pipe.send("s HTTP/1.1\r\nHost: x\r\n\r\n");  // it has had its turn
  EXPECT_EQ(received(), ok("GET /parts "));
}

TEST_F(HttpSessionTest, WhoWaitsForItsTurnIsNotIdle) {
  its_turn = false;
  for (int round = 0; round < 2; ++round) {  // as a new connection, and between two requests
    pipe.send(get("/a"));
    tick(limits.headertimeoutseconds + limits.idletimeoutseconds + 1);
    EXPECT_FALSE(pipe.closed);
    EXPECT_EQ(held()->idle_since(), std::nullopt);
    held()->on_turn();
    EXPECT_EQ(received(), ok("GET /a "));
    EXPECT_NE(held()->idle_since(), std::nullopt);
  }
}

TEST_F(HttpSessionTest, ItStandsInThePeersLineThenInThatOfWhoSentTheLastRequest) {
  pipe.send(get("/later"));
  Response response = text("yours");
  response.line = core::Line{5};
  std::exchange(replies, {}).at(0).send(std::move(response));
  pipe.send(get("/unknown"));
  pipe.send(get("/unknown"));
  EXPECT_EQ(lines,
            (std::vector<core::Line>{core::line_of(core::Address::parse("192.0.2.1")), core::Line{5}, core::Line{5}}));
}

TEST_F(HttpSessionTest, AHeaderMayBeSplitAtEveryByte) {
  const std::string request =
      "POST /split HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(100, 'x') + "\r\nContent-Length: 4\r\n\r\nbody";
  for (std::size_t at = 1; at < request.size(); ++at) {
    pipe.send(request.substr(0, at));
    EXPECT_EQ(received(), "") << at;
    pipe.send(request.substr(at));
    EXPECT_EQ(received(), ok("POST /split body")) << at;
  }
  for (const char byte : request) pipe.send({&byte, 1});
  EXPECT_EQ(received(), ok("POST /split body"));
}

TEST_F(HttpSessionTest, ChunksMayBeSplitAtEveryByte) {
  const std::string request =
      "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n";
  for (std::size_t at = 1; at < request.size(); ++at) {
    pipe.send(request.substr(0, at));
    pipe.send(request.substr(at));
    EXPECT_EQ(received(), ok("POST /c abcdefg")) << at;
  }
}

TEST_F(HttpSessionTest, LargeBodiesAreReadInLargePieces) {
  const std::string body(1 << 20, 'x');
  pipe.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body +
            get("/next"));
  EXPECT_EQ(received(), ok("POST /large " + body) + ok("GET /next "));
  EXPECT_EQ(pipe.largest_read, SessionContext::kReadBuffer);
}

TEST_F(HttpSessionTest, ExpectContinueIsAnsweredBeforeTheBody) {
  pipe.send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(received(), "HTTP/1.1 100 Continue\r\n\r\n");
  pipe.send("hi");
  EXPECT_EQ(received(), ok("POST /e hi"));
  pipe.send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(received(), ok("POST /e hi")) << "the body has already arrived";
}

// A pipelining client that has not read the previous answers yet.
TEST_F(HttpSessionTest, ContinueWaitsForRoom) {
  const std::string told = "HTTP/1.1 100 Continue\r\n\r\n";
  for (const std::size_t room : {std::size_t{0}, std::size_t{10}}) {
    pipe.room = room;
    pipe.send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(received(), told.substr(0, room));
    pipe.take(1000);
    EXPECT_EQ(received(), told.substr(room));
    pipe.send("hi");
    EXPECT_EQ(received(), ok("POST /e hi"));

    pipe.room = room;
    pipe.send("POST /e HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    pipe.send("hi" + get("/next"));
    pipe.take(1000);
    EXPECT_EQ(received(), told + ok("POST /e hi") + ok("GET /next ")) << "what has begun is finished";
  }
}

TEST_F(HttpSessionTest, HeadHasTheLengthAndNoBody) {
  pipe.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(received(), head_of("200 OK", 8));
  pipe.room = 10;
  pipe.send("HEAD /h HTTP/1.1\r\nHost: x\r\n\r\n");
  pipe.take(1000);
  EXPECT_EQ(received(), head_of("200 OK", 8));
  EXPECT_FALSE(pipe.closed);
}

// ---- refusals

TEST_F(HttpSessionTest, APeerThatIsRefusedMaySendOn) {
  pipe.send("nonsense\r\n\r\n");
  EXPECT_TRUE(received().starts_with("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_TRUE(pipe.shut);
  pipe.send(std::string(100'000, 'x'));
  EXPECT_EQ(pipe.input, "") << "a reset would overtake the answer";
  EXPECT_FALSE(pipe.closed);
  pipe.end();
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(meters.requests.value(), 0U);
  EXPECT_EQ(meters.rejected.value(), 1U);
}

TEST_F(HttpSessionTest, AHeaderOverTheLimitIsRefused) {
  limits.headerlimit = 1024;
  pipe.send("GET / HTTP/1.1\r\nX: " + std::string(2000, 'x'));
  EXPECT_EQ(received(), refusal("431 Request Header Fields Too Large",
                                "request header is larger than 1024 bytes (server.http.headerlimit)"));
}

TEST_F(HttpSessionTest, BytesThatAreNoRequestAreRefused) {
  pipe.send(get("/a") + "nonsense\r\n\r\n");
  const std::string got = received();
  EXPECT_TRUE(got.starts_with(ok("GET /a ") + "HTTP/1.1 400 Bad Request\r\n")) << got;
  EXPECT_NE(got.find("\r\n\r\nmalformed HTTP request: "), std::string::npos) << got;
}

TEST_F(HttpSessionTest, TheHandlerLearnsWhoWasRefused) {
  const auto rejects = [this](const std::string& bytes, unsigned seconds = 0) {
    rejected.clear();
    held()->abort();
    pipe = Pipe();
    begin(this);
    pipe.send(bytes);
    tick(seconds);
    return rejected;
  };
  using All = std::vector<std::string>;
  EXPECT_EQ(rejects("nonsense\r\n\r\n"), All{"192.0.2.1 "});
  EXPECT_EQ(rejects("GET /half HTTP/1.1\r\n", limits.headertimeoutseconds), All{"192.0.2.1 "});
  EXPECT_EQ(rejects("GET /a HTTP/1.1\r\n\r\n"), All{"192.0.2.1 /a"}) << "no Host";
  EXPECT_EQ(rejects(post("/a", body_limit + 1)), All{"192.0.2.1 /a"});
  EXPECT_EQ(rejects(post("/a", "Transfer-Encoding: chunked") + "x"), All{"192.0.2.1 /a"});
  EXPECT_EQ(rejects(post("/a", 1), limits.bodytimeoutseconds), All{"192.0.2.1 /a"});
}

TEST_F(HttpSessionTest, ARefusedPeerThatStaysIsClosed) {
  pipe.send("nonsense\r\n\r\n");
  tick(9);
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(meters.timeouts.value(), 0U);
}

// ---- the request budget

TEST_F(HttpSessionTest, SmallRequestsAreFreeOfCharge) {
  RequestCharge others(budget, kOthers);
  ASSERT_TRUE(others.grow_to(kBudget / 2));
  pipe.send("POST /later HTTP/1.1\r\nHost: x\r\nContent-Length: 1500\r\n\r\n" + std::string(1500, 'x'));
  EXPECT_EQ(budget.used(), kBudget / 2);
}

TEST_F(HttpSessionTest, AnUnfinishedHeaderIsCharged) {
  limits.headerlimit = 64 * 1024;
  pipe.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x'));
  EXPECT_GE(strangers.used(), 20'000U);
  EXPECT_EQ(budget.used(), 0U);
  pipe.send("\r\n\r\n");
  EXPECT_EQ(received(), ok("GET / "));
}

TEST_F(HttpSessionTest, HeadersOfOneAddressLeaveRoomForThoseOfOthers) {
  limits.headerlimit = 64 * 1024;
  RequestCharge others(strangers, core::line_of(core::Address::parse("192.0.2.1")));
  ASSERT_TRUE(others.grow_to(kBudget / 8));
  {
    RequestCharge another(strangers, core::line_of(core::Address::parse("192.0.2.2")));
    EXPECT_TRUE(another.grow_to(20'000));
  }
  pipe.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x'));
  EXPECT_TRUE(received().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(strangers.used(), kBudget / 8);
}

// ---- time

TEST_F(HttpSessionTest, APeerThatNeverSaysAWordIsClosedWithoutAnAnswer) {
  tick(limits.headertimeoutseconds - 1);
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(received(), "");
  EXPECT_EQ(meters.timeouts.value(), 0U);
}

TEST_F(HttpSessionTest, AHeaderThatTakesTooLongIsA408) {
  pipe.send("GET / HTTP/1.1\r\n");
  tick(limits.headertimeoutseconds - 1);
  EXPECT_EQ(received(), "");
  pipe.send("X: ");  // a trickle does not extend the deadline
  tick(1);
  EXPECT_EQ(received(), refusal("408 Request Timeout", "request timed out"));
  EXPECT_EQ(meters.timeouts.value(), 1U);
  pipe.send("late");
  EXPECT_EQ(pipe.input, "");
  EXPECT_EQ(received(), "");
}

TEST_F(HttpSessionTest, ABodyThatStandsStillIsA408) {
  pipe.send(post("/", 10) + "half");
  tick(limits.bodytimeoutseconds - 1);
  EXPECT_EQ(received(), "");
  tick(1);
  EXPECT_EQ(received(), refusal("408 Request Timeout", "request timed out"));
  EXPECT_EQ(meters.timeouts.value(), 1U);
}

TEST_F(HttpSessionTest, ABodyMayTakeAsLongAsItLikesAtTheMinimumRate) {
  pipe.send(post("/", 1000 * limits.minimumrate));
  for (int i = 0; i < 999; ++i) {
    pipe.send(std::string(limits.minimumrate, 'x'));
    tick(1);
    ASSERT_EQ(received(), "") << i;
  }
  pipe.send(std::string(limits.minimumrate, 'x'));
  EXPECT_TRUE(received().starts_with("HTTP/1.1 200 OK"));
}

TEST_F(HttpSessionTest, ABodyBelowTheMinimumRateIsA408) {
  pipe.send(post("/", 1 << 20));
  for (unsigned i = 0; i < 2 * limits.bodytimeoutseconds - 1; ++i) {
    pipe.send(std::string(limits.minimumrate / 2, 'x'));
    EXPECT_EQ(received(), "") << i;
    tick(1);
  }
  tick(1);
  EXPECT_EQ(received(), refusal("408 Request Timeout", "request timed out"));
}

TEST_F(HttpSessionTest, AnIdleSessionIsClosedWithoutAnAnswer) {
  pipe.send(get("/a"));
  received();
  tick(limits.idletimeoutseconds - 1);
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(received(), "");
  EXPECT_EQ(meters.timeouts.value(), 1U);
}

TEST_F(HttpSessionTest, ANextRequestHasTheHeaderTimeAgain) {
  pipe.send(get("/a"));
  received();
  tick(limits.idletimeoutseconds - 1);
  pipe.send("GET /b");
  tick(limits.headertimeoutseconds - 1);
  EXPECT_EQ(received(), "");
  tick(1);
  EXPECT_EQ(received(), refusal("408 Request Timeout", "request timed out"));
}

TEST_F(HttpSessionTest, AHandlerMayTakeItsTime) {
  pipe.send(get("/later"));
  tick(100'000);
  answer_later("at last");
  EXPECT_EQ(received(), ok("at last"));
}

TEST_F(HttpSessionTest, ASlowReaderHasTimeAtTheMinimumRate) {
  limits.minimumrate = 10;
  pipe.room = 100;
  pipe.send(post("/large", 1000) + std::string(1000, 'x'));
  pipe.unacknowledged = 100;
  tick(limits.bodytimeoutseconds - 1);
  pipe.unacknowledged = 0;  // the peer has acknowledged what was sent at once
  for (int i = 0; i < 9; ++i) {
    tick(9);
    EXPECT_FALSE(pipe.closed) << i;
    pipe.take(100);
  }
  pipe.take(10'000);
  EXPECT_EQ(received(), ok("POST /large " + std::string(1000, 'x')));
  EXPECT_FALSE(pipe.closed);
}

TEST_F(HttpSessionTest, AReaderBelowTheMinimumRateIsClosed) {
  limits.minimumrate = 10;
  pipe.room = 100;
  pipe.send(post("/large", 10'000) + std::string(10'000, 'x'));
  for (unsigned i = 0; i < 2 * limits.bodytimeoutseconds - 5; ++i) {
    pipe.take(5);
    tick(1);
  }
  EXPECT_FALSE(pipe.closed);
  for (int i = 0; i < 10 && !pipe.closed; ++i) {
    pipe.take(5);
    tick(1);
  }
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionTest, AReaderThatTakesNothingIsClosed) {
  pipe.room = 100;
  pipe.send("POST /large HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  pipe.unacknowledged = 100;
  tick(limits.bodytimeoutseconds - 1);
  pipe.take(100);  // in the kernel, not yet at the peer
  pipe.unacknowledged = 200;
  EXPECT_FALSE(pipe.closed);
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(meters.timeouts.value(), 1U);
}

TEST_F(HttpSessionTest, SmallRequestsAreReadOncePerTurn) {
  std::string many;
  for (int i = 0; i < 200; ++i) many += get("/a");
  pipe.reader.swap(pipe.writer);  // nobody wakes it: what is taken is taken in one turn
  pipe.send(many);
  pipe.reader.swap(pipe.writer);
  std::exchange(pipe.reader, nullptr)->on_ready(Wire::Direction::read);
  EXPECT_EQ(pipe.input.size(), many.size() - 2048);
}

TEST_F(HttpSessionTest, ASecondAnswerIsDropped) {
  pipe.send(get("/a"));
  received();
  held()->answer(text("again"));
  EXPECT_EQ(received(), "");
}

TEST_F(HttpSessionTest, AnUnansweredRequestIsAnEmpty500) {
  pipe.send(get("/later"));
  replies.clear();
  EXPECT_EQ(received(),
            "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n");
}

// ---- encrypted wires

TEST_F(HttpSessionTest, AReadThatWantsToWriteIsRepeatedOnceItCan) {
  pipe.reads_want_write = true;
  pipe.send(get("/a"));
  EXPECT_EQ(received(), "");
  ASSERT_NE(pipe.writer, nullptr);
  pipe.reads_want_write = false;
  pipe.take(0);
  EXPECT_EQ(received(), ok("GET /a "));
}

}  // namespace
}  // namespace push::net
