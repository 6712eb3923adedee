// Streams that asked for events: each deletion once, in its place among the messages, and nothing of it for the others.
#include "net/resume_fixture.hpp"

namespace push::net {
namespace {

struct ResumeEventsTest : ResumeTest {
  int connect_typed(std::uint64_t message, std::uint64_t event, stream::Transport transport = stream::Transport::ndjson,
                    int send_buffer = 0) {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (send_buffer > 0) ::setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
    EXPECT_TRUE(table->adopt(ends[0], {.transport = transport,
                                       .user = kAlice,
                                       .client = core::ClientId{1},
                                       .events = true,
                                       .greeting = "",
                                       .since = stream::Cursor{MessageId{message}, EventId{event}}}));
    peers.push_back(ends[1]);
    return ends[1];
  }
  stream::Message log(std::uint64_t id, const std::string& text) {
    store.events[id] = text;
    return stream::Message::event({store.newest().message, EventId{id}}, kAlice, text);
  }
  void happen(std::uint64_t id, const std::string& text) {
    relay(log(id, text));
    fan_out();
  }
  void notify(const std::string& text) {
    fanout->hand_out(stream::Message::notice(kAlice, text));
    fan_out();
  }
  static std::string typed(const std::string& text) { return R"({"event":"message","message":)" + text + "}\n"; }
};

TEST_F(ResumeEventsTest, EventsThatWereMissedComeBeforeTheMessages) {
  publish(1, "1");
  happen(1, "seen");
  publish(2, "2");
  happen(2, "e2");
  const int peer = connect_typed(1, 1), plain = connect(1);
  answer();
  EXPECT_EQ(read(peer), "e2\n" + typed("2"));
  EXPECT_EQ(read(plain), "2\n");
  happen(3, "e3");
  publish(3, "3");
  EXPECT_EQ(read(peer), "e3\n" + typed("3"));
  EXPECT_EQ(read(plain), "3\n");
}

TEST_F(ResumeEventsTest, ServerSentEventsSayHowFarTheyHaveCome) {
  publish(1, "1");
  happen(7, "e7");
  const int peer = connect_typed(0, 6, stream::Transport::sse);
  answer();
  EXPECT_EQ(read(peer), "id: 0-7\ndata: e7\n\nid: 1-7\ndata: {\"event\":\"message\",\"message\":1}\n\n");
  publish(2, "2");
  happen(8, "e8");
  notify("n");
  EXPECT_EQ(read(peer), "id: 2-7\ndata: {\"event\":\"message\",\"message\":2}\n\nid: 2-8\ndata: e8\n\ndata: n\n\n");
}

// Read before event 1 was relayed, which came by before the stream was live.
TEST_F(ResumeEventsTest, AnEventThatPassesDuringAReadIsReadByTheNext) {
  publish(1, "1");
  const int peer = connect_typed(0, 0);
  const auto question = store.questions.at(0);
  const stream::Page early = store.page(question.after, 1000);
  happen(1, "e1");
  store.questions.clear();
  table->resume(question.connection, early);
  ASSERT_EQ(store.questions.size(), 1U);
  EXPECT_EQ(store.questions[0].after, (stream::Cursor{MessageId{1}, EventId{0}}));
  answer();
  EXPECT_EQ(read(peer), typed("1") + "e1\n");
}

// The page has message 2 and event 1, which are fanned out after the stream has joined, in the other order.
TEST_F(ResumeEventsTest, WhatIsStillOnItsWayIsNotSentTwiceWhateverItsOrder) {
  publish(1, "1");
  const int peer = connect_typed(1, 0);
  const auto question = store.questions.at(0);
  relay(log(1, "e1"));
  relay(commit(2, "2"));
  const stream::Page page = store.page(question.after, 1000);
  relay(log(2, "e2"));  // not on the page
  relay(commit(3, "3"));
  store.questions.clear();
  table->resume(question.connection, page);
  fan_out();
  EXPECT_EQ(read(peer), "e1\n" + typed("2") + "e2\n" + typed("3"));
}

TEST_F(ResumeEventsTest, ANoticeWaitsForThePages) {
  publish(1, "1");
  const int peer = connect_typed(0, 0), plain = connect(0);
  notify("n");
  EXPECT_EQ(read(peer), "");
  answer();
  EXPECT_EQ(read(peer), typed("1") + "n\n");
  EXPECT_EQ(read(plain), "1\n");
  notify("m");
  EXPECT_EQ(read(peer), "m\n");
  EXPECT_EQ(read(plain), "");
}

TEST_F(ResumeEventsTest, APageThatIsCutGoesOnWhereItWas) {
  std::string expected;
  for (std::uint64_t id = 1; id <= 200; ++id) {
    const std::string text = "e" + std::to_string(id) + std::string(1000, 'x');
    expected += text + "\n";
    happen(id, text);
  }
  for (std::uint64_t id = 1; id <= 200; ++id) {
    const std::string text = std::to_string(id) + std::string(1000, 'x');
    expected += typed(text);
    publish(id, text);
  }
  const int peer = connect_typed(0, 0, stream::Transport::ndjson, 8192);
  answer();
  EXPECT_EQ(read_everything(peer), expected);
  EXPECT_EQ(meters.backlogs.value(), 1) << "the filter of what is on its way";
}

TEST_F(ResumeEventsTest, AnEventFillsNoQueueOfAStreamWithoutThem) {
  store.warm = true;
  const int plain = connect(0, 8192);
  pass_seconds(Resume::kSettling + 1);
  std::uint64_t id = 0;
  while (meters.backlogs.value() == 0) publish(++id, std::string(1000, 'x'));  // it is behind
  for (std::uint64_t event = 1; event <= 1000; ++event) happen(event, std::string(1000, 'e'));
  EXPECT_EQ(closed(CloseReason::slow_consumer), 0U);
  const std::string got = read_everything(plain);
  EXPECT_EQ(got.size(), id * 1001);
  EXPECT_EQ(got.find('e'), std::string::npos);
}

TEST_F(ResumeEventsTest, EachPingPeriodHasAKeepaliveForTheClientsEyes) {
  store.warm = true;
  const int lines = connect_typed(0, 0), sse = connect_typed(0, 0, stream::Transport::sse);
  const int socket = connect_typed(0, 0, stream::Transport::websocket);
  pass_seconds(settings.pingperiodseconds + 1);
  const std::string text = R"({"event":"keepalive"})";
  EXPECT_EQ(read(lines), text + "\n");
  EXPECT_EQ(read(sse), "data: " + text + "\n\n");
  EXPECT_EQ(read(socket), std::string("\x89\x00\x81\x16", 4) + text + "\n");
}

}  // namespace
}  // namespace push::net
