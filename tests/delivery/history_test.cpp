#include "push/delivery/history.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "support/memory_store.hpp"

namespace push::delivery {
namespace {

using core::MessageId;
using core::UserId;

struct HistoryTest : testing::Test {
  test::MemoryStore store;
  UserId user = store.add_user(1, "u", "", false).id;
  core::ApplicationId application = store.add_application(1, 1, "Atoken", "app").id;
  metrics::Registry registry;
  core::WorkerPool workers{1, 10};
  History history{store, workers, registry, 3, {}};

  // Stored, but not on its way yet.
  MessageId store_message(const std::string& text) {
    MessageId id{};
    EXPECT_TRUE(store.append({application, text, "", 0, "", core::wall_now(), user},
                             [&id](core::Result<model::Message> stored) { id = stored->id; }));
    history.note_stored(user, id);
    return id;
  }
  stream::Page page(MessageId after) {
    std::promise<stream::Page> answer;
    history.read(user, after, [&answer](core::Result<stream::Page> page) { answer.set_value(*std::move(page)); });
    return answer.get_future().get();
  }
  std::string standing(MessageId seen) {
    const auto known = history.recall_standing(user, seen);
    const auto found = known ? core::Result<History::Standing>(*known) : history.find_standing(user, seen);
    return std::string(known ? "known " : "") + std::to_string(core::value(found->head)) +
           (found->complete ? " complete" : "");
  }
};

TEST_F(HistoryTest, WhatIsCommittedIsOnThePageEvenIfItsDeliveryHasOnlyBegun) {
  const MessageId first = store_message("1");
  history.note_relayed(first);
  const MessageId second = store_message("2");
  EXPECT_EQ(history.relayed(), first);
  const stream::Page read = page(first);
  ASSERT_EQ(read.messages.size(), 1U);
  EXPECT_EQ(read.messages[0].id(), second);
  EXPECT_EQ(read.upto, second);
  EXPECT_TRUE(read.last);
}

TEST_F(HistoryTest, APageReachesToTheNewestMessageOfAllUsers) {
  const MessageId own = store_message("1");
  history.note_stored(UserId{2}, MessageId{50});
  EXPECT_EQ(page(own).upto, MessageId{50}) << "what is not on it is deleted, or somebody else's";
}

TEST_F(HistoryTest, ALargePageIsNotTheLast) {
  for (int i = 0; i < 3; ++i) store_message(std::string(200'000, 'x'));
  const stream::Page first = page({});
  EXPECT_EQ(first.messages.size(), 2U);
  EXPECT_FALSE(first.last);
  EXPECT_EQ(first.upto, first.messages.back().id());
  const stream::Page second = page(first.upto);
  EXPECT_EQ(second.messages.size(), 1U);
  EXPECT_TRUE(second.last);
}

TEST_F(HistoryTest, TheHeadIsLearntOnceAndRisesWithWhatIsStored) {
  EXPECT_FALSE(history.is_current(user, {})) << "not known yet";
  const MessageId first = store_message("1");
  EXPECT_EQ(standing(first), "1 complete");
  EXPECT_EQ(standing(first), "known 1 complete");
  EXPECT_TRUE(history.is_current(user, first));
  const MessageId second = store_message("2");
  EXPECT_FALSE(history.is_current(user, first));
  EXPECT_TRUE(history.is_current(user, second));
  EXPECT_EQ(standing(second), "known 2 complete");
}

TEST_F(HistoryTest, WhoMissedMoreThanTheLimitOrComesFromTheFutureIsIncomplete) {
  for (int i = 0; i < 5; ++i) store_message("m");
  EXPECT_EQ(standing(MessageId{2}), "5 complete");
  EXPECT_EQ(standing(MessageId{1}), "5");
  EXPECT_EQ(standing(MessageId{6}), "5");
}

TEST_F(HistoryTest, WhoHasWhatIsStoredButNotNotedYetIsComplete) {
  const MessageId first = store_message("1");
  store_message("2");
  history.note_stored(user, first);
  EXPECT_EQ(standing(MessageId{2}), "2 complete") << "it came on a page";
  EXPECT_EQ(standing(MessageId{3}), "2");
}

TEST_F(HistoryTest, StreamsThatAskForTheSamePageShareOneReadAndLaterOnesDoNot) {
  store_message("1");
  std::promise<void> go;
  core::WorkerPool::Job block([&go] { go.get_future().wait(); });
  ASSERT_TRUE(workers.submit(block, core::Line{}, core::WorkerPool::Queue::replays));
  std::vector<std::size_t> sizes;
  std::promise<void> done;
  for (int i = 0; i < 3; ++i) {
    history.read(user, {}, [&](core::Result<stream::Page> page) {
      sizes.push_back(page->messages.size());
      if (sizes.size() == 3) done.set_value();
    });
  }
  go.set_value();
  done.get_future().wait();
  EXPECT_EQ(sizes, std::vector<std::size_t>(3, 1));
  EXPECT_EQ(registry.counter("push_stream_pages_total", "").value(), 1U);
  page({});
  EXPECT_EQ(registry.counter("push_stream_pages_total", "").value(), 2U);
}

TEST_F(HistoryTest, APageThatCannotBeReadIsAnError) {
  store.broken = true;
  std::promise<bool> failed;
  history.read(user, {}, [&failed](core::Result<stream::Page> page) { failed.set_value(!page); });
  EXPECT_TRUE(failed.get_future().get());
}

}  // namespace
}  // namespace push::delivery
