// How a session ends: because the client wants it, because it has left, or because the server stops.
#include <gtest/gtest.h>

#include "net/http_session_fixture.hpp"

namespace push::net {
namespace {

TEST_F(HttpSessionTest, Http10EndsUnlessKeepAliveIsAsked) {
  pipe.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(received(), head_of("200 OK", 7, "Connection: keep-alive\r\n") + "GET /a ");
  EXPECT_FALSE(pipe.closed);
  pipe.send("GET /a HTTP/1.0\r\n\r\n");
  EXPECT_EQ(received(), head_of("200 OK", 7, "Connection: close\r\n") + "GET /a ");
  EXPECT_TRUE(pipe.shut);
}

TEST_F(HttpSessionTest, ConnectionCloseEndsAfterTheAnswer) {
  pipe.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n" + get("/b"));
  EXPECT_EQ(received(), head_of("200 OK", 7, "Connection: close\r\n") + "GET /a ");
  EXPECT_TRUE(pipe.shut);
  EXPECT_FALSE(pipe.closed);
  pipe.send(get("/c"));
  EXPECT_EQ(pipe.input, "") << "unread input would make the kernel throw away what is left of the answer";
  EXPECT_EQ(received(), "");
  pipe.end();
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(session, nullptr);
}

TEST_F(HttpSessionTest, WhoKeepsAConnectionThatHasEndedIsClosed) {
  pipe.send("GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  ASSERT_FALSE(pipe.closed);
  EXPECT_FALSE(held()->idle_since()) << "it may not have read its answer yet";
  const unsigned since = context.seconds;
  tick(9);
  EXPECT_FALSE(pipe.closed);
  EXPECT_EQ(held()->idle_since(), since) << "it gives way when sockets run short";
  tick(1);
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(meters.timeouts.value(), 0U);
}

TEST_F(HttpSessionTest, ARefusedRequestWhoseBodyDoesNotComeGivesWay) {
  pipe.send("POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n");
  EXPECT_NE(received(), "");
  EXPECT_EQ(held()->idle_since(), std::nullopt);
  const unsigned since = context.seconds;
  tick(2);
  EXPECT_EQ(held()->idle_since(), since);
}

TEST_F(HttpSessionTest, AStrangerGivesWayInTheMiddleOfARequestAndAKnownSenderDoesNot) {
  for (const bool known : {false, true}) {
    const std::string target = known ? "/upload" : "/stranger";
    pipe.send("POST " + target + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx");
    EXPECT_EQ(held()->idle_since(), std::nullopt);
    tick(2);
    EXPECT_EQ(held()->idle_since().has_value(), !known) << "a body that is read";
    pipe.send(std::string(99, 'x'));
    received();

    pipe.send(get("/later"));
    tick(2);
    EXPECT_EQ(held()->idle_since(), std::nullopt) << "nobody can hurry us";
    pipe.room = 1;
    Response response = text("a long answer");
    if (known) response.line = core::line_of(core::UserId{7});
    std::exchange(replies, {}).at(0).send(std::move(response));
    EXPECT_EQ(held()->idle_since(), std::nullopt);
    tick(2);
    EXPECT_EQ(held()->idle_since().has_value(), !known) << "an answer that is not taken";
    pipe.take(1000);
    received();
    pipe.room = std::string::npos;
  }
}

TEST_F(HttpSessionTest, APeerThatEndsIsClosed) {
  pipe.send("GET /half");
  pipe.end();
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(received(), "");
  EXPECT_EQ(meters.sessions.value(), 0);
}

TEST_F(HttpSessionTest, DrainEndsAnIdleSessionNow) {
  pipe.send(get("/a"));
  received();
  held()->drain();
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionTest, DrainEndsABusySessionAfterItsAnswer) {
  pipe.send(get("/later") + get("/never"));
  held()->drain();
  EXPECT_FALSE(pipe.closed);
  answer_later("last");
  EXPECT_EQ(received(), head_of("200 OK", 4, "Connection: close\r\n") + "last");
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionTest, DrainLetsAnAnswerGoOut) {
  pipe.room = 10;
  pipe.send(get("/a"));
  held()->drain();
  EXPECT_FALSE(pipe.closed);
  pipe.take(10'000);
  EXPECT_EQ(received(), ok("GET /a "));
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionTest, DrainLetsARequestComeToItsEnd) {
  pipe.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbo");
  held()->drain();
  pipe.send("dy");
  EXPECT_EQ(received(), head_of("200 OK", 12, "Connection: close\r\n") + "POST /a body");
  EXPECT_TRUE(pipe.closed);
}

TEST_F(HttpSessionTest, AnAnswerToASessionThatIsGoneIsDropped) {
  pipe.send(get("/later"));
  held()->abort();
  EXPECT_TRUE(pipe.closed);
  EXPECT_EQ(session, nullptr);
  answer_later("nobody");
  EXPECT_EQ(received(), "");
}

}  // namespace
}  // namespace push::net
