#include "store/writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <utility>

#include "store/writer_fixture.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using core::Result;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(WriterTest, AnswersAfterTheCommitAndNotBefore) {
  start();
  ASSERT_TRUE(append("a"));
  writer->drain();
  EXPECT_THAT(backend.events, ElementsAre("begin", "insert a", "commit", "stored 1 a", "rest"));
}

TEST_F(WriterTest, WhatGathersDuringACommitIsOneTransactionAnsweredInOrder) {
  start_held();
  ASSERT_TRUE(append("a"));
  ASSERT_TRUE(append("b"));
  ASSERT_TRUE(append("c"));
  release_and_drain();
  EXPECT_THAT(backend.events, ElementsAre("begin", "insert first", "commit", "stored 1 first", "rest",  //
                                          "begin", "insert a b c", "commit",                            //
                                          "stored 2 a", "stored 3 b", "stored 4 c", "rest"));
  EXPECT_EQ(metrics.counter("push_store_commits_total", "").value(), 2U);
  EXPECT_EQ(metrics.counter("push_store_changes_total", "").value(), 4U);
  EXPECT_EQ(metrics.histogram("push_store_commit_seconds", "").count(), 2U);
  EXPECT_EQ(metrics.gauge("push_store_queue_length", "").value(), 0);
}

TEST_F(WriterTest, ATransactionHoldsAtMostBatchChanges) {
  start_held(with(&Writer::Limits::batch, 2));
  for (const char* text : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(append(text));
  release_and_drain();
  EXPECT_EQ(std::count(backend.events.begin(), backend.events.end(), "commit"), 4) << "first, ab, cd, e";
  EXPECT_THAT(backend.events, ::testing::Contains("stored 6 e"));
}

TEST_F(WriterTest, ATransactionEndsWhenItsTextsAreLong) {
  start_held(with(&Writer::Limits::batch_bytes, 10));
  ASSERT_TRUE(append("0123456789"));
  ASSERT_TRUE(append("a"));
  release_and_drain();
  EXPECT_EQ(std::count(backend.events.begin(), backend.events.end(), "commit"), 3);
}

TEST_F(WriterTest, AFullQueueRefusesAndNeverAnswers) {
  start_held(with(&Writer::Limits::queue, 2));
  ASSERT_TRUE(append("a"));
  ASSERT_TRUE(append("b"));
  EXPECT_EQ(metrics.gauge("push_store_queue_length", "").value(), 2);
  const auto refused = append("c");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().text, "the write queue is full (2 changes waiting)");
  EXPECT_EQ(metrics.counter("push_store_refused_total", "").value(), 1U);
  release_and_drain();
  EXPECT_THAT(backend.events, ::testing::Contains("stored 3 b"));
  EXPECT_THAT(backend.events, ::testing::Not(::testing::Contains(HasSubstr("c: "))));
  EXPECT_THAT(backend.events, ::testing::Not(::testing::Contains("insert c")));
}

TEST_F(WriterTest, TheQueueIsBoundedInBytesTooButOneLongMessageFits) {
  start_held(with(&Writer::Limits::queue_bytes, 8));
  ASSERT_TRUE(append("longer than eight"));
  EXPECT_FALSE(append("a"));
  release_and_drain();
  EXPECT_THAT(backend.events, ::testing::Contains("stored 2 longer than eight"));
}

TEST_F(WriterTest, AMessageForAMissingApplicationFailsAlone) {
  start_held();
  ASSERT_TRUE(append("a"));
  ASSERT_TRUE(append("gone"));
  ASSERT_TRUE(append("b"));
  release_and_drain();
  EXPECT_THAT(backend.events,
              ElementsAre("begin", "insert first", "commit", "stored 1 first", "rest", "begin", "insert a b", "commit",
                          "stored 2 a", "failed gone: gone", "stored 3 b", "rest"));
}

TEST_F(WriterTest, AFailedCommitFailsTheWholeBatchAndTheNextOneWorks) {
  start_held();
  ASSERT_TRUE(append("a"));
  ASSERT_TRUE(append("gone"));
  backend.fail_commit = true;
  backend.let_go();
  // The first transaction is the one that fails; its answer shows that the failure has been used up.
  writer->drain();
  EXPECT_THAT(backend.events,
              ElementsAre("begin", "insert first", "rollback", "failed first: cannot commit", "rest",  //
                          "begin", "insert a", "commit", "stored 2 a", "failed gone: gone", "rest"));
  EXPECT_EQ(metrics.counter("push_store_failed_commits_total", "").value(), 1U);
}

TEST_F(WriterTest, AFailedBeginFailsTheBatch) {
  start_held();
  backend.fail_begin = true;
  release_and_drain();
  EXPECT_THAT(backend.events, ElementsAre("rollback", "failed first: cannot begin", "rest"));
}

TEST_F(WriterTest, AnInsertThatSpoilsTheTransactionFailsAllOfIt) {
  start_held();
  for (const char* text : {"a", "gone", "spoil", "b"}) ASSERT_TRUE(append(text));
  release_and_drain();
  EXPECT_THAT(backend.events, ElementsAre("begin", "insert first", "commit", "stored 1 first", "rest",  //
                                          "begin", "rollback", "failed a: disk full", "failed gone: disk full",
                                          "failed spoil: disk full", "failed b: disk full", "rest"));
}

TEST_F(WriterTest, AnOperationReturnsItsOutcomeToItsCaller) {
  start();
  EXPECT_TRUE(change([](Transaction&) -> Result<void> { return {}; }));
  const auto refused = change([](Transaction&) -> Result<void> { return core::failure(ErrorCode::invalid, "taken"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().text, "taken");
  backend.fail_commit = true;
  const auto failed = change([](Transaction&) -> Result<void> { return {}; });
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().text, "cannot commit");
}

TEST_F(WriterTest, DrainAnswersWhatWaitsAndRefusesWhatComes) {
  start_held();
  ASSERT_TRUE(append("a"));
  release_and_drain();
  EXPECT_THAT(backend.events, ::testing::Contains("stored 2 a"));
  const auto late = append("late");
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::unavailable);
  const auto changed = change([](Transaction&) -> Result<void> { return {}; });
  ASSERT_FALSE(changed);
  EXPECT_EQ(changed.error().code, ErrorCode::unavailable);
  writer->drain();
}

TEST_F(WriterTest, TwoThreadsMayDrain) {
  start_held();
  std::thread other([this] { writer->drain(); });
  release_and_drain();
  other.join();
  EXPECT_THAT(backend.events, ::testing::Contains("stored 1 first"));
}

TEST_F(WriterTest, ACallbackMayAppend) {
  start();
  std::promise<bool> answered;
  NewMessage outer;
  outer.message = "outer";
  ASSERT_TRUE(writer->append(std::move(outer), [&](const Result<model::Message>&) {
    NewMessage inner;
    inner.message = "inner";
    EXPECT_TRUE(writer->append(std::move(inner), [&](const Result<model::Message>& stored) {
      answered.set_value(static_cast<bool>(stored));
    }));
  }));
  EXPECT_TRUE(answered.get_future().get());
}

TEST_F(WriterTest, TheStoredMessageIsTheOneThatWasSent) {
  start();
  NewMessage message{core::ApplicationId{7}, "text", "title", -3, R"({"a":1})", core::wall_now()};
  const auto date = message.date;
  std::promise<model::Message> answer;
  ASSERT_TRUE(writer->append(std::move(message), [&](Result<model::Message> stored) { answer.set_value(*stored); }));
  const model::Message stored = answer.get_future().get();
  EXPECT_EQ(core::value(stored.id), 1U);
  EXPECT_EQ(core::value(stored.application), 7U);
  EXPECT_EQ(stored.message, "text");
  EXPECT_EQ(stored.title, "title");
  EXPECT_EQ(stored.priority, -3);
  EXPECT_EQ(stored.extras, R"({"a":1})");
  EXPECT_EQ(stored.date, date);
}

TEST_F(WriterTest, APostedOperationRunsInItsTurn) {
  start_held();
  ASSERT_TRUE(writer->post([this](Transaction&) -> Result<void> {
    backend.events.emplace_back("posted");
    return {};
  }));
  ASSERT_TRUE(append("after"));
  release_and_drain();
  EXPECT_THAT(backend.events, ElementsAre("begin", "insert first", "commit", "stored 1 first", "rest", "begin", "run",
                                          "posted", "insert after", "commit", "stored 2 after", "rest"));
}

TEST_F(WriterTest, MessagesBetweenOperationsAreOneInsertEachAndKeepTheirPlaces) {
  start_held();
  for (const char* text : {"a", "gone", "b"}) ASSERT_TRUE(append(text));
  ASSERT_TRUE(writer->post([](Transaction&) -> Result<void> { return {}; }));
  for (const char* text : {"c", "gone"}) ASSERT_TRUE(append(text));
  release_and_drain();
  EXPECT_THAT(backend.events,
              ElementsAre("begin", "insert first", "commit", "stored 1 first", "rest",  //
                          "begin", "insert a b", "run", "insert c", "commit",           //
                          "stored 2 a", "failed gone: gone", "stored 3 b", "stored 4 c", "failed gone: gone", "rest"));
}

TEST_F(WriterTest, AnOperationIsGivenTheTransactionOfTheBackend) {
  start();
  const Transaction* given = nullptr;
  EXPECT_TRUE(change([&](Transaction& transaction) -> Result<void> {
    given = &transaction;
    return {};
  }));
  EXPECT_EQ(given, &backend.transaction);
}

TEST_F(WriterTest, AFailedPostIsCountedAndHurtsNobody) {
  start_held();
  ASSERT_TRUE(
      writer->post([](Transaction&) -> Result<void> { return core::failure(ErrorCode::invalid, "constraint"); }));
  ASSERT_TRUE(append("after"));
  release_and_drain();
  EXPECT_EQ(metrics.counter("push_store_failed_posts_total", "").value(), 1U);
  EXPECT_THAT(backend.events, ::testing::Contains("stored 2 after"));
}

TEST_F(WriterTest, APostInATransactionThatFailsIsCounted) {
  start();
  backend.fail_commit = true;
  ASSERT_TRUE(writer->post([](Transaction&) -> Result<void> { return {}; }));
  writer->drain();
  EXPECT_EQ(metrics.counter("push_store_failed_posts_total", "").value(), 1U);
}

TEST_F(WriterTest, APostIsRefusedByAFullQueueAndAfterTheEnd) {
  start_held(with(&Writer::Limits::queue, 1));
  ASSERT_TRUE(writer->post([](Transaction&) -> Result<void> { return {}; }));
  EXPECT_FALSE(writer->post([](Transaction&) -> Result<void> { return {}; }));
  EXPECT_EQ(metrics.counter("push_store_refused_total", "").value(), 1U);
  release_and_drain();
  EXPECT_FALSE(writer->post([](Transaction&) -> Result<void> { return {}; }));
}

}  // namespace
}  // namespace push::store
