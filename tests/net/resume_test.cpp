// Streams that are sent what they missed: no gap and nothing twice, whatever arrives when.
#include "net/resume_fixture.hpp"

namespace push::net {
namespace {

TEST_F(ResumeTest, WhatWasMissedComesFirstThenWhatIsNew) {
  for (std::uint64_t id = 1; id <= 3; ++id) publish(id, std::to_string(id));
  const int peer = connect(1);
  EXPECT_EQ(read(peer), "");
  answer();
  EXPECT_EQ(read(peer), "2\n3\n");
  publish(4, "4");
  EXPECT_EQ(read(peer), "4\n");
  EXPECT_TRUE(store.questions.empty());
}

TEST_F(ResumeTest, WhoMissedNothingAsksNobody) {
  publish(1, "1");
  store.warm = true;
  const int peer = connect(1);
  EXPECT_TRUE(store.questions.empty());
  publish(2, "2");
  EXPECT_EQ(read(peer), "2\n");
}

// The page was read before 3 was relayed, which came by before the stream was live.
TEST_F(ResumeTest, AMessageThatPassesDuringAReadIsReadByTheNext) {
  publish(1, "1");
  publish(2, "2");
  const int peer = connect(1);
  const auto question = store.questions.at(0);
  const stream::Page early = store.page(question.after, 1000);
  publish(3, "3");
  EXPECT_EQ(read(peer), "") << "ahead of 2";
  store.questions.clear();
  table->resume(question.connection, early);
  ASSERT_EQ(store.questions.size(), 1U);
  EXPECT_EQ(store.questions[0].after.message, MessageId{2});
  answer();
  EXPECT_EQ(read(peer), "2\n3\n");
  publish(4, "4");
  EXPECT_EQ(read(peer), "4\n");
}

// 2 is on the page, and is fanned out to the user's other connections after the stream has joined.
TEST_F(ResumeTest, WhatIsStillOnItsWayIsNotSentTwice) {
  publish(1, "1");
  const int other = connect(1);
  answer();
  relay(commit(2, "2"));
  const int peer = connect(1);
  answer();
  EXPECT_EQ(read(peer), "2\n");
  relay(commit(3, "3"));
  fan_out();
  EXPECT_EQ(read(peer), "3\n");
  EXPECT_EQ(read(other), "2\n3\n");
}

// 2 is committed and on the page, but its delivery has only begun.
TEST_F(ResumeTest, ADeliveryThatTakesLongerThanTheFilterIsWaitedFor) {
  publish(1, "1");
  const int peer = connect(1);
  const stream::Message late = commit(2, "2");
  answer();
  EXPECT_EQ(read(peer), "2\n");
  pass_seconds(Resume::kSettling + 5);
  relay(late);
  fan_out();
  EXPECT_EQ(read(peer), "");
  pass_seconds(Resume::kSettling + 1);
  EXPECT_EQ(meters.backlogs.value(), 0);
  publish(3, "3");
  EXPECT_EQ(read(peer), "3\n");
}

// 2 is on the page, and has been relayed, but the loop has not looked into its inbox yet.
TEST_F(ResumeTest, WhatIsInTheLoopsInboxIsNotSentTwice) {
  publish(1, "1");
  const int peer = connect(1);
  const stream::Message late = commit(2, "2");
  answer();
  EXPECT_EQ(read(peer), "2\n");
  store.passed_on.advance(late.at());
  pass_seconds(Resume::kSettling - 1);
  fanout->hand_out(late);
  fan_out();
  EXPECT_EQ(read(peer), "");
}

TEST_F(ResumeTest, ACursorThatTheClientKnowsFromElsewhereHoldsForWhatIsOnItsWay) {
  store.warm = true;
  relay(commit(1, "1"));
  const int peer = connect(1);
  fan_out();
  EXPECT_EQ(read(peer), "");
  publish(2, "2");
  EXPECT_EQ(read(peer), "2\n");
}

TEST_F(ResumeTest, APageThatIsNotTheLastIsFollowedByTheNext) {
  for (std::uint64_t id = 1; id <= 10; ++id) publish(id, std::to_string(id));
  const int peer = connect(0);
  for (int i = 0; i < 4; ++i) answer(3);
  EXPECT_EQ(read(peer), "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
  EXPECT_TRUE(store.questions.empty());
}

TEST_F(ResumeTest, ABusyUsersStreamBecomesLiveAfterSomePages) {
  std::string expected;
  std::uint64_t id = 0;
  const auto next = [&] {
    ++id;
    expected += std::to_string(id) + "\n";
    publish(id, std::to_string(id));
  };
  next();
  const int peer = connect(0);
  for (unsigned round = 0; round < Resume::kRounds + 2; ++round) {
    const auto question = store.questions.at(0);
    const stream::Page page = store.page(question.after, 1000);
    next();  // during every read
    store.questions.clear();
    table->resume(question.connection, page);
    if (store.questions.empty()) break;
  }
  EXPECT_TRUE(store.questions.empty());
  EXPECT_EQ(read(peer), expected);
}

TEST_F(ResumeTest, AReaderThatStopsHoldsNoPageAndIsSentTheRestLater) {
  std::string expected;
  for (std::uint64_t id = 1; id <= 300; ++id) {
    const std::string text = std::to_string(id) + std::string(1000, 'x');
    expected += text + "\n";
    publish(id, text);
  }
  const int peer = connect(0, 8192);
  answer();
  EXPECT_EQ(meters.backlogs.value(), 1);
  EXPECT_TRUE(store.questions.empty()) << "the next page is read when the socket takes more";
  publish(301, "301");
  expected += "301\n";
  EXPECT_EQ(read_everything(peer), expected);
  publish(302, "302");
  EXPECT_EQ(read(peer), "302\n");
  EXPECT_EQ(closed(CloseReason::slow_consumer), 0U);
}

TEST_F(ResumeTest, AReaderThatTakesNothingIsClosed) {
  for (std::uint64_t id = 1; id <= 300; ++id) publish(id, std::string(1000, 'x'));
  connect(0, 8192);
  answer();
  pass_seconds(Resume::kPatience);
  EXPECT_EQ(closed(CloseReason::slow_consumer), 0U);
  pass_seconds(2);
  EXPECT_EQ(closed(CloseReason::slow_consumer), 1U);
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ResumeTest, ItsMemoryIsGivenBackWhenNothingIsOnItsWay) {
  publish(1, "1");
  connect(0);
  answer();
  EXPECT_EQ(meters.backlogs.value(), 1);
  pass_seconds(Resume::kSettling + 1);
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ResumeTest, AFailedReadEndsTheStream) {
  publish(1, "1");
  const int peer = connect(0);
  const auto question = store.questions.at(0);
  table->resume(question.connection, core::failure(core::ErrorCode::unavailable, "disk"));
  char byte = 0;
  EXPECT_EQ(::recv(peer, &byte, 1, MSG_DONTWAIT), 0);
  EXPECT_EQ(closed(CloseReason::resume_failed), 1U);
}

TEST_F(ResumeTest, APollIsAnsweredWithWhatItMissedAndEnds) {
  publish(1, "{\"id\":1}");
  publish(2, "{\"id\":2}");
  publish(3, "{\"id\":3}");
  const int peer = poll(1, 30);
  EXPECT_EQ(read(peer), "");
  answer();
  const std::string got = read(peer);
  EXPECT_TRUE(got.starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")) << got;
  EXPECT_NE(got.find("\r\nX-Own: yes\r\n"), std::string::npos) << got;
  EXPECT_NE(got.find("\r\nConnection: close\r\n"), std::string::npos) << got;
  EXPECT_EQ(body_of(got), "{\"messages\":[{\"id\":2},{\"id\":3}],\"cursor\":3,\"complete\":true}\n");
  EXPECT_TRUE(ended(peer));
  EXPECT_EQ(closed(CloseReason::answered), 1U);
  EXPECT_EQ(meters.backlogs.value(), 0);
}

TEST_F(ResumeTest, APollThatMissedNothingWaitsForTheNextMessage) {
  publish(1, "{\"id\":1}");
  store.warm = true;
  relay(commit(2, "{\"id\":2}"));
  const int known = poll(2, 30), waiting = poll(1, 30);
  answer();
  fan_out();
  EXPECT_EQ(body_of(read(waiting)), "{\"messages\":[{\"id\":2}],\"cursor\":2,\"complete\":true}\n");
  EXPECT_EQ(read(known), "") << "it has it already";
  pass_seconds(Resume::kSettling + 1);
  publish(3, "{\"id\":3}");
  EXPECT_EQ(body_of(read(known)), "{\"messages\":[{\"id\":3}],\"cursor\":3,\"complete\":true}\n");
}

TEST_F(ResumeTest, APollWithoutAMessageEndsEmpty) {
  store.warm = true;
  const int peer = poll(0, 3);
  pass_seconds(2);
  EXPECT_EQ(read(peer), "");
  pass_seconds(2);
  EXPECT_TRUE(read(peer).starts_with("HTTP/1.1 204 No Content\r\n"));
  EXPECT_TRUE(ended(peer));
  const int other = poll(0, 300);
  table->close_all(CloseReason::shutdown);
  EXPECT_TRUE(read(other).starts_with("HTTP/1.1 204 No Content\r\n")) << "it comes back at once";
}

TEST_F(ResumeTest, APollsAnswerThatIsNotTakenIsHeldForAWhile) {
  publish(1, "\"" + std::string(200'000, 'x') + "\"");
  const int peer = poll(0, 30, 8192), dead = poll(0, 30, 8192);
  answer();
  std::string got;
  for (std::string part = read(peer); !part.empty(); part = read(peer)) {
    got += part;
    while (table->process()) {
    }
  }
  EXPECT_EQ(body_of(got).size(), 200'002U + 43U);
  EXPECT_TRUE(ended(peer));
  pass_seconds(Resume::kPatience + 2);
  EXPECT_EQ(closed(CloseReason::slow_consumer), 1U) << dead;
  EXPECT_EQ(table->size(), 0U);
}

TEST_F(ResumeTest, APageForAStreamThatHasEndedIsDropped) {
  publish(1, "1");
  connect(0);
  const auto first = store.questions.at(0);
  table->disconnect({kAlice, std::nullopt});
  const int peer = connect(0);  // in the same slot
  table->resume(first.connection, store.page(first.after, 1000));
  EXPECT_EQ(read(peer), "");
}

}  // namespace
}  // namespace push::net
