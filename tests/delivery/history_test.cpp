#include "push/delivery/history.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <vector>

#include "support/memory_store.hpp"

namespace push::delivery {
namespace {

using core::EventId;
using core::MessageId;
using core::UserId;

struct HistoryTest : testing::Test {
  test::MemoryStore store;
  UserId user = store.add_user(1, "u", "", false).id;
  core::ApplicationId application = store.add_application(1, 1, "Atoken", "app").id;
  metrics::Registry registry;
  metrics::Registry other_registry;
  core::WorkerPool workers{1, 10};
  History history{store, workers, registry, 3};

  // Stored, but not on its way yet.
  MessageId store_message(const std::string& text) {
    MessageId id{};
    EXPECT_TRUE(store.append({application, text, "", 0, "", core::wall_now(), user},
                             [&id](core::Result<model::Message> stored) { id = stored->id; }));
    history.note_stored(message(id));
    return id;
  }
  stream::Message message(MessageId id) const { return {id, application, user, "{}"}; }
  stream::Page page(MessageId after) { return page(stream::Cursor{after}); }
  stream::Page page(const stream::Cursor& after) {
    std::promise<stream::Page> answer;
    history.read(user, after, [&answer](core::Result<stream::Page> page) { answer.set_value(*std::move(page)); });
    return answer.get_future().get();
  }
  bool can_read(const stream::Cursor& after) {
    std::promise<bool> answer;
    history.read(user, after, [&answer](core::Result<stream::Page> page) { answer.set_value(page.has_value()); });
    return answer.get_future().get();
  }
  void keep_newest(std::uint64_t count) {
    store.set_retention(user, application, {.days = {}, .count = count},
                        [](core::Result<void> done) { EXPECT_TRUE(done); });
  }
  std::string standing(MessageId seen) { return standing(stream::Cursor{seen}); }
  std::string standing(const stream::Cursor& seen) {
    const auto known = history.recall_standing(user, seen);
    const auto found = known ? core::Result<History::Standing>(*known) : history.find_standing(user, seen);
    return std::string(known ? "known " : "") + std::to_string(core::value(found->head)) +
           (found->complete ? " complete" : "");
  }
};

TEST_F(HistoryTest, WhatIsCommittedIsOnThePageEvenIfItsDeliveryHasOnlyBegun) {
  const MessageId first = store_message("1");
  history.note_relayed(message(first));
  const MessageId second = store_message("2");
  EXPECT_EQ(history.relayed().message, first);
  const stream::Page read = page(first);
  ASSERT_EQ(read.messages.size(), 1U);
  EXPECT_EQ(read.messages[0].id(), second);
  EXPECT_EQ(read.upto, stream::Cursor{second});
  EXPECT_TRUE(read.last);
}

TEST_F(HistoryTest, APageReachesToTheNewestMessageOfAllUsers) {
  const MessageId own = store_message("1");
  history.note_stored({MessageId{50}, {}, UserId{2}, "{}"});
  EXPECT_EQ(page(own).upto.message, MessageId{50}) << "what is not on it is deleted, or somebody else's";
}

TEST_F(HistoryTest, ALargePageIsNotTheLast) {
  for (int i = 0; i < 3; ++i) store_message(std::string(200'000, 'x'));
  const stream::Page first = page(MessageId{});
  EXPECT_EQ(first.messages.size(), 2U);
  EXPECT_FALSE(first.last);
  EXPECT_EQ(first.upto.message, first.messages.back().id());
  const stream::Page second = page(first.upto);
  EXPECT_EQ(second.messages.size(), 1U);
  EXPECT_TRUE(second.last);
}

TEST_F(HistoryTest, TheHeadIsLearntOnceAndRisesWithWhatIsStored) {
  EXPECT_FALSE(history.is_current(user, stream::Cursor{})) << "not known yet";
  const MessageId first = store_message("1");
  EXPECT_EQ(standing(first), "1 complete");
  EXPECT_EQ(standing(first), "known 1 complete");
  EXPECT_TRUE(history.is_current(user, stream::Cursor{first}));
  const MessageId second = store_message("2");
  EXPECT_FALSE(history.is_current(user, stream::Cursor{first}));
  EXPECT_TRUE(history.is_current(user, stream::Cursor{second}));
  EXPECT_EQ(standing(second), "known 2 complete");
  EXPECT_EQ(registry.counter("push_stream_heads_total", "").value(), 1U);
}

// Its commit failed after the write, so nobody was told of it; it turns out to be stored.
TEST_F(HistoryTest, WhatWasStoredWithoutAWordIsFoundByTheNextThatComesBack) {
  const MessageId first = store_message("1");
  EXPECT_EQ(standing(first), "1 complete");
  EXPECT_TRUE(store.append({application, "2", "", 0, "", core::wall_now(), user}, [](const auto&) {}));
  EXPECT_EQ(standing(first), "known 1 complete") << "not known to be there";
  history.forget(user);
  EXPECT_EQ(standing(first), "2 complete");
  EXPECT_EQ(page(first).messages.size(), 1U);
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
  history.note_stored(message(first));
  EXPECT_EQ(standing(MessageId{2}), "2 complete") << "it came on a page";
  EXPECT_EQ(standing(MessageId{3}), "2");
}

// Retention that does not move `complete` loses messages silently.
TEST_F(HistoryTest, WhoMissedWhatRetentionTookIsIncomplete) {
  for (int i = 0; i < 3; ++i) store_message("m");
  EXPECT_EQ(standing(MessageId{1}), "3 complete") << "and the ends are remembered";
  keep_newest(1);
  EXPECT_EQ(standing(MessageId{1}), "3");
  EXPECT_EQ(standing(MessageId{1}), "known 3") << "the database need not be asked twice";
  EXPECT_EQ(standing(MessageId{2}), "3 complete");
  EXPECT_EQ(standing(MessageId{3}), "known 3 complete");
  store_message("m");
  EXPECT_EQ(standing(MessageId{2}), "4") << "it took one more";
  EXPECT_EQ(standing(MessageId{3}), "4 complete");
}

TEST_F(HistoryTest, WhenRetentionTookEverythingTheHeadIsTheLastThatItTook) {
  for (int i = 0; i < 3; ++i) store_message("m");
  store.configured.days = 1;
  store.clock = [] { return core::wall_now() + std::chrono::hours(25); };
  EXPECT_EQ(standing(MessageId{2}), "3") << "nothing is left to tell that something was there";
  EXPECT_EQ(standing(MessageId{3}), "known 3 complete")
      << "a stream that goes on from the head is not incomplete again";
  History restarted{store, workers, other_registry, 3};
  ASSERT_TRUE(restarted.start("now"));
  EXPECT_TRUE(restarted.find_standing(user, stream::Cursor{MessageId{3}})->complete);
  const auto known = restarted.recall_standing(user, stream::Cursor{MessageId{2}});
  ASSERT_TRUE(known) << "both ends are learnt together";
  EXPECT_FALSE(known->complete);
}

TEST_F(HistoryTest, WhatTheUserDeletedIsNotMissed) {
  for (int i = 0; i < 3; ++i) store_message("m");
  store.delete_message(user, MessageId{2}, [](core::Result<void> done) { EXPECT_TRUE(done); });
  EXPECT_EQ(standing(MessageId{1}), "3 complete");
  EXPECT_TRUE(store.delete_messages(user, store::kEveryMessage, [](core::Result<void> done) { EXPECT_TRUE(done); }));
  EXPECT_EQ(standing(MessageId{1}), "3 complete");
  History later{store, workers, other_registry, 3};
  ASSERT_TRUE(later.start("now"));
  EXPECT_TRUE(later.find_standing(user, stream::Cursor{MessageId{1}})->complete);
}

// It was found complete, and retention came before its page.
TEST_F(HistoryTest, APageFromWhichRetentionTookSomethingIsAnError) {
  for (int i = 0; i < 3; ++i) store_message("m");
  EXPECT_EQ(standing(MessageId{1}), "3 complete");
  keep_newest(1);
  EXPECT_FALSE(can_read(stream::Cursor{MessageId{1}}));
  EXPECT_TRUE(can_read(stream::Cursor{MessageId{2}}));
}

TEST_F(HistoryTest, StreamsThatAskForTheSamePageShareOneReadAndLaterOnesDoNot) {
  store_message("1");
  std::promise<void> go;
  core::WorkerPool::Job block([&go] { go.get_future().wait(); });
  ASSERT_TRUE(workers.submit(block, core::Line{}, core::WorkerPool::Queue::replays));
  std::vector<std::size_t> sizes;
  std::promise<void> done;
  for (int i = 0; i < 3; ++i) {
    history.read(user, stream::Cursor{}, [&](core::Result<stream::Page> page) {
      sizes.push_back(page->messages.size());
      if (sizes.size() == 3) done.set_value();
    });
  }
  go.set_value();
  done.get_future().wait();
  EXPECT_EQ(sizes, std::vector<std::size_t>(3, 1));
  EXPECT_EQ(registry.counter("push_stream_pages_total", "").value(), 1U);
  page(MessageId{});
  EXPECT_EQ(registry.counter("push_stream_pages_total", "").value(), 2U);
}

TEST_F(HistoryTest, APageWithEventsHasThemFirstAndReachesToTheNewestOfAllUsers) {
  const MessageId first = store_message("1"), second = store_message("2");
  store.delete_message(user, first, [](const core::Result<void>& done) { EXPECT_TRUE(done); });
  const stream::Page read = page(stream::Cursor{{}, EventId{}});
  ASSERT_EQ(read.messages.size(), 2U);
  EXPECT_EQ(read.messages[0].json(), R"({"event":"delete","event_id":1,"ids":[1]})");
  EXPECT_EQ(read.messages[1].id(), second);
  EXPECT_EQ(read.messages[1].at().event, EventId{1}) << "how far the stream has come with it";
  EXPECT_EQ(read.upto, (stream::Cursor{second, EventId{1}}));
  EXPECT_EQ(page(MessageId{}).messages.size(), 1U) << "for streams without events";
}

TEST_F(HistoryTest, MoreEventsThanFitComeOnAPageOfTheirOwn) {
  const MessageId last = store_message("m");
  for (std::size_t i = 0; i < History::kPageEvents + 1; ++i) {
    store.mark_read(user, {store_message("m")}, [](const core::Result<void>& done) { EXPECT_TRUE(done); });
  }
  const stream::Page read = page(stream::Cursor{last, EventId{}});
  EXPECT_EQ(read.messages.size(), History::kPageEvents);
  EXPECT_EQ(read.upto, (stream::Cursor{last, EventId{History::kPageEvents}}));
  EXPECT_FALSE(read.last);
}

TEST_F(HistoryTest, AnEventOfTheUserEndsWhatTheHeadCouldSay) {
  const MessageId only = store_message("m");
  const stream::Cursor seen{only, EventId{}};
  EXPECT_EQ(standing(seen), "1 complete");
  EXPECT_EQ(standing(seen), "known 1 complete");
  history.note_stored(stream::Message::event({only, EventId{1}}, UserId{2}, "{}"));
  EXPECT_TRUE(history.is_current(user, seen)) << "another user's";
  history.note_stored(stream::Message::event({only, EventId{2}}, user, "{}"));
  EXPECT_FALSE(history.is_current(user, seen));
  EXPECT_TRUE(history.is_current(user, stream::Cursor{only})) << "without events";
}

TEST_F(HistoryTest, ACursorOfEventsThatAreGoneOrToComeIsIncomplete) {
  const MessageId only = store_message("m");
  store.mark_read(user, {only}, [](const core::Result<void>& done) { EXPECT_TRUE(done); });
  ASSERT_TRUE(history.start("now"));
  EXPECT_EQ(history.newest(), (stream::Cursor{only, EventId{1}}));
  EXPECT_EQ(standing(stream::Cursor{only, EventId{0}}), "1 complete");
  EXPECT_EQ(standing(stream::Cursor{only, EventId{1}}), "known 1 complete");
  EXPECT_EQ(standing(stream::Cursor{only, EventId{2}}), "1") << "of another database";
  ASSERT_TRUE(store.delete_old_events(core::wall_now() + std::chrono::days(8)));
  EXPECT_EQ(standing(stream::Cursor{only, EventId{0}}), "1") << "event 1 is gone";
  EXPECT_FALSE(can_read(stream::Cursor{only, EventId{0}}));
  EXPECT_EQ(standing(stream::Cursor{only, EventId{1}}), "known 1 complete");
}

// A client has seen message 3 of a database that was then restored from a copy with only 2.
TEST_F(HistoryTest, WhoCameFurtherThanItsEpochIsOfAnotherDatabase) {
  const std::string first = store.begin_epoch();
  store_message("1");
  store_message("2");
  const std::string second = store.begin_epoch();
  ASSERT_TRUE(history.start(second));
  store_message("3");
  const auto complete = [this](std::uint64_t seen, const std::string& epoch) {
    const stream::Cursor cursor{MessageId{seen}};
    const auto known = history.recall_standing(user, cursor, epoch);
    return known ? known->complete : history.find_standing(user, cursor, epoch)->complete;
  };
  for (int i = 0; i < 2; ++i) {  // read, then remembered
    EXPECT_TRUE(complete(2, first));
    EXPECT_FALSE(complete(3, first));
    EXPECT_TRUE(complete(3, second));
    EXPECT_TRUE(complete(3, "")) << "who does not say cannot be told";
    EXPECT_FALSE(complete(1, "unknown"));
  }
}

TEST_F(HistoryTest, APageThatCannotBeReadIsAnError) {
  store.broken = true;
  EXPECT_FALSE(can_read(stream::Cursor{}));
}

}  // namespace
}  // namespace push::delivery
