// What every store does with idempotency keys.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "store/contract.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::Each;
using ::testing::SizeIs;

class IdempotencyContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    app = application(alice, "A1");
    other = application(alice, "A2");
  }

  std::size_t messages() {
    const auto all = listed(alice, {});
    EXPECT_TRUE(all);
    return all ? all->size() : 0;
  }
  // "id", "id again" of a replay, or the error's text.
  std::string outcome(NewMessage message) {
    const auto stored = append(std::move(message));
    if (!stored) return stored.error().text;
    return std::to_string(core::value(stored->id)) + (stored->replayed ? " again" : "");
  }

  core::UserId alice{};
  core::ApplicationId app{};
  core::ApplicationId other{};
};

TEST_P(IdempotencyContract, TheSameKeyAnswersTheFirstMessageAndStoresNothing) {
  NewMessage message = keyed(app, 7, "m");
  message.extras = R"({"a":1})";
  const auto first = append(message);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->replayed);
  message.date += std::chrono::seconds(5);
  message.title = "the application's new name";  // a default that has changed since
  message.priority = 9;
  const auto second = append(message);
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->application, app);
  EXPECT_EQ(second->message, "m");
  EXPECT_EQ(second->title, "title");
  EXPECT_EQ(second->priority, 0);
  EXPECT_EQ(second->extras, message.extras);
  EXPECT_EQ(second->date, first->date);
  EXPECT_EQ(messages(), 1U);
}

TEST_P(IdempotencyContract, OtherContentUnderAKnownKeyIsRefused) {
  EXPECT_EQ(outcome(keyed(app, 7, "m", 1)), "1");
  const auto refused = append(keyed(app, 7, "another", 2));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::mismatch);
  EXPECT_EQ(refused.error().text, "this Idempotency-Key was used for another message, id 1");
  EXPECT_EQ(outcome(keyed(app, 7, "m", 1)), "1 again");
  EXPECT_EQ(messages(), 1U);
}

TEST_P(IdempotencyContract, TheKeyOfAnotherApplicationIsAnotherKey) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  EXPECT_EQ(outcome(keyed(other, 7, "m")), "2");
  EXPECT_EQ(outcome(keyed(other, 7, "m")), "2 again");
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1 again");
}

TEST_P(IdempotencyContract, AfterTenMinutesAKeyIsNew) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  ahead = std::chrono::minutes(10) - std::chrono::seconds(5);
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1 again");
  ahead = std::chrono::minutes(10);
  const std::string second = outcome(keyed(app, 7, "another", 2));
  EXPECT_THAT(second, ::testing::AllOf(::testing::Ne("1"), ::testing::Not(::testing::HasSubstr(" "))));
  EXPECT_EQ(outcome(keyed(app, 7, "another", 2)), second + " again") << "its own ten minutes have begun";
}

TEST_P(IdempotencyContract, ForgettingLeavesTheKeysWhoseTimeIsNotOver) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  ahead = std::chrono::minutes(6);
  EXPECT_EQ(outcome(keyed(app, 8, "m")), "2");
  ahead = std::chrono::minutes(12);
  store->forget_old_keys();
  EXPECT_EQ(outcome(keyed(app, 8, "m")), "2 again");
  EXPECT_THAT(outcome(keyed(app, 7, "m")), ::testing::Not(::testing::HasSubstr(" ")));
}

TEST_P(IdempotencyContract, ADeletedMessageIsNotStoredAgain) {
  NewMessage message = keyed(app, 7, "m");
  message.extras = R"({"a":1})";
  const auto first = append(message);
  ASSERT_TRUE(first);
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, first->id));
  message.date += std::chrono::seconds(5);
  const auto second = append(message);
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_TRUE(second->replayed);
  EXPECT_EQ(second->id, first->id);
  EXPECT_EQ(second->message, "m");
  EXPECT_EQ(second->title, "title");
  EXPECT_EQ(second->extras, message.extras);
  EXPECT_EQ(second->date, first->date);
  EXPECT_EQ(messages(), 0U);
}

TEST_P(IdempotencyContract, WhatWasRefusedLeavesNoKey) {
  const core::ApplicationId next{core::value(other) + 1};
  EXPECT_EQ(outcome(keyed(next, 7, "m")), "application does not exist");
  ASSERT_EQ(application(alice, "A3"), next);
  EXPECT_EQ(outcome(keyed(next, 7, "m", 2)), "1");
}

// The first is not committed yet when the others come.
TEST_P(IdempotencyContract, OfManyAtOnceOneIsStoredAndTheOthersAnswerIt) {
  constexpr int kSenders = 100;
  std::vector<StoredMessage> answered;
  for (int i = 0; i < kSenders; ++i) {
    ASSERT_TRUE(store->append(keyed(app, 7, "m"), [&](core::Result<StoredMessage> stored) {
      ASSERT_TRUE(stored) << stored.error().text;
      answered.push_back(*std::move(stored));
    }));
  }
  store->drain();
  ASSERT_THAT(answered, SizeIs(kSenders));
  EXPECT_FALSE(answered.front().replayed);
  answered.erase(answered.begin());
  EXPECT_THAT(answered, Each(::testing::Field(&StoredMessage::replayed, true)));
  EXPECT_THAT(answered, Each(::testing::Field(&StoredMessage::id, core::MessageId{1})));
  EXPECT_EQ(messages(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Every, IdempotencyContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
