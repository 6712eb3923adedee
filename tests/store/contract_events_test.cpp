// What every store logs of deletions and reads, and what it notes as read.
#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <vector>

#include "push/model/limits.hpp"
#include "store/contract.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = model::Event::Kind;

constexpr core::EventId kFirst{};

class EventContract : public ContractTest, public EventListener {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    store->set_event_listener(*this);
    alice = user("alice");
    bob = user("bob");
    one = application(alice, "A1");
    two = application(alice, "A2");
    other = application(bob, "B1");
  }
  void TearDown() override { store->drain(); }  // the listener hears nothing more

  void on_event(const model::Event& event) override {
    const std::lock_guard lock(mutex_);
    heard_.push_back(event);
    order_.push_back("event");
  }
  void note(std::string what) {
    const std::lock_guard lock(mutex_);
    order_.push_back(std::move(what));
  }
  std::vector<model::Event> heard() {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  std::vector<std::string> order() {
    const std::lock_guard lock(mutex_);
    return order_;
  }

  EventPage page(core::UserId owner, core::EventId after = kFirst, std::size_t limit = 100) {
    auto read = store->events_after(owner, after, limit);
    EXPECT_TRUE(read) << read.error().text;
    return read ? *std::move(read) : EventPage{};
  }
  // "delete 3,5 ", "delete <7 of 2 ", "read <7 " ...
  std::string log(core::UserId owner, core::EventId after = kFirst) { return text_of(page(owner, after).events); }
  static std::string text_of(const std::vector<model::Event>& events) {
    std::string all;
    for (const model::Event& event : events) {
      all += event.kind == Kind::read ? "read " : "delete ";
      for (const core::MessageId id : event.ids) all += std::to_string(core::value(id)) + " ";
      if (event.ids.empty()) all += "<=" + std::to_string(core::value(event.up_to)) + " ";
      const auto application = core::value(event.application);
      if (application != 0) all += "of " + std::to_string(application) + " ";
    }
    return all;
  }
  core::Result<void> remove(core::UserId owner, core::MessageId id) {
    return test::await(*store, &Store::delete_message, owner, id);
  }
  core::Result<void> read_up_to(core::UserId owner, std::uint64_t id) {
    return test::await(*store, &Store::mark_read_up_to, owner, core::MessageId{id});
  }
  core::Result<void> read(core::UserId owner, std::vector<std::uint64_t> wanted) {
    std::vector<core::MessageId> named;
    for (const auto id : wanted) named.push_back(core::MessageId{id});
    return test::await(*store, &Store::mark_read, owner, std::move(named));
  }
  // "<=7 9 12"
  std::string marks(core::UserId owner) {
    const auto found = store->find_read_marks(owner);
    EXPECT_TRUE(found) << found.error().text;
    if (!found) return "";
    std::string all = "<=" + std::to_string(core::value(found->up_to));
    for (const core::MessageId id : found->ids) all += " " + std::to_string(core::value(id));
    return all;
  }
  // Ids 1, 2, ...: of alice.
  void append_some(std::size_t count) {
    std::promise<void> last;
    for (std::size_t i = 1; i <= count; ++i) {
      const auto done = [&last, i, count](const auto& stored) {
        EXPECT_TRUE(stored);
        if (i == count) last.set_value();
      };
      ASSERT_TRUE(store->append(text(one, "m"), done));
      if (i % 1000 == 0 && i < count) flush();
    }
    last.get_future().wait();
  }
  // Waits for the changes before.
  void flush() { EXPECT_FALSE(remove(bob, core::MessageId{999'999})); }

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId one{};
  core::ApplicationId two{};
  core::ApplicationId other{};

 private:
  std::mutex mutex_;
  std::vector<model::Event> heard_;
  std::vector<std::string> order_;
};

TEST_P(EventContract, ADeletedMessageIsAnEventOfItsUserOnly) {
  append_some(2);
  const auto before = core::wall_now();
  ASSERT_TRUE(remove(alice, core::MessageId{2}));
  EXPECT_FALSE(remove(alice, core::MessageId{2}));
  EXPECT_FALSE(remove(bob, core::MessageId{1}));
  const auto events = page(alice).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].user, alice);
  EXPECT_EQ(events[0].kind, Kind::deleted);
  EXPECT_THAT(events[0].ids, ElementsAre(core::MessageId{2}));
  EXPECT_GE(events[0].time, before);
  EXPECT_LE(events[0].time, core::wall_now());
  EXPECT_EQ(page(alice).newest, events[0].id);
  EXPECT_EQ(page(bob).newest, events[0].id);
  EXPECT_THAT(page(bob).events, IsEmpty());
  EXPECT_EQ(heard(), events);
}

TEST_P(EventContract, APurgeIsOneEventUpToTheNewestMessage) {
  for (const auto app : {one, two, other}) append_id(app, "m");
  ASSERT_TRUE(purge(*store, two));
  ASSERT_TRUE(purge(*store, two));  // nothing is left
  append_id(two, "m");
  ASSERT_TRUE(purge(*store, alice));
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_EQ(log(alice), "delete <=3 of 2 delete <=4 ");
  EXPECT_EQ(log(bob), "");
  EXPECT_EQ(text_of(heard()), log(alice));
}

TEST_P(EventContract, APurgeUpToAnIdSaysSo) {
  for (const auto app : {one, two, other, two}) append_id(app, "m");
  ASSERT_TRUE(purge(*store, two, core::MessageId{3}));
  ASSERT_TRUE(purge(*store, alice, core::MessageId{0}));
  ASSERT_TRUE(purge(*store, alice, core::MessageId{1}));
  ASSERT_TRUE(purge(*store, alice, core::MessageId{99}));
  EXPECT_EQ(log(alice), "delete <=3 of 2 delete <=1 delete <=4 ");
  EXPECT_EQ(text_of(heard()), log(alice));
}

TEST_P(EventContract, ListedMessagesAreOneEventWithTheirIds) {
  append_some(model::kMaxEventIds + 1);
  append_id(other, "m");
  ASSERT_TRUE(read(alice, {2}));
  std::vector<core::MessageId> all;
  for (std::uint64_t id = model::kMaxEventIds; id > 0; --id) all.push_back(core::MessageId{id});
  const auto deleted = test::await(*store, &Store::delete_listed, alice, all);
  ASSERT_TRUE(deleted) << deleted.error().text;
  EXPECT_EQ(*deleted, model::kMaxEventIds);
  ASSERT_TRUE(test::await(*store, &Store::delete_listed, alice, all));  // nothing is left
  ASSERT_TRUE(test::await(*store, &Store::delete_listed, bob, all));
  const auto events = page(alice).events;
  ASSERT_EQ(events.size(), 2U);
  std::sort(all.begin(), all.end());
  EXPECT_EQ(events[1].ids, all);
  EXPECT_EQ(events[1].kind, Kind::deleted);
  EXPECT_EQ(heard(), events);
  EXPECT_EQ(marks(alice), "<=0");
}

TEST_P(EventContract, ALongPurgeIsOneEventToo) {
  append_some(3000);
  ASSERT_TRUE(purge(*store, one));
  EXPECT_EQ(log(alice), "delete <=3000 of 1 ");
  EXPECT_THAT(ids(listed(alice, {})), IsEmpty());
}

TEST_P(EventContract, TheMessagesOfADeletedApplicationAreOneEvent) {
  append_some(2);
  append_id(other, "m");
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, two));  // it has none
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, one));
  EXPECT_FALSE(test::await(*store, &Store::delete_application, alice, other));
  EXPECT_EQ(log(alice), "delete <=2 of 1 ");
  EXPECT_EQ(log(bob), "");
}

TEST_P(EventContract, AnEventIsHeardAfterTheMessagesBeforeItAndBeforeItsOwnAnswer) {
  std::promise<void> last;
  ASSERT_TRUE(store->append(text(one, "m"), [this](const auto& stored) {
    EXPECT_TRUE(stored);
    note("message");
  }));
  store->delete_application(alice, one, [this](const auto& deleted) {
    EXPECT_TRUE(deleted);
    note("answer");
  });
  store->delete_application(alice, two, [&](const auto&) { last.set_value(); });
  last.get_future().wait();
  EXPECT_THAT(order(), ElementsAre("message", "event", "answer"));
  EXPECT_EQ(log(alice), "delete <=1 of 1 ");
}

TEST_P(EventContract, APageBeginsAboveItsCursorAndEndsAtItsLimit) {
  append_some(4);
  const auto others = append_id(other, "m");
  for (const std::uint64_t id : {1, 2}) ASSERT_TRUE(remove(alice, core::MessageId{id}));
  ASSERT_TRUE(remove(bob, others));
  for (const std::uint64_t id : {3, 4}) ASSERT_TRUE(remove(alice, core::MessageId{id}));
  const auto all = page(alice).events;
  ASSERT_EQ(all.size(), 4U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id < b.id; }));
  EXPECT_GT(page(bob).events.at(0).id, all[1].id);
  EXPECT_LT(page(bob).events.at(0).id, all[2].id);
  EXPECT_EQ(text_of(page(alice, all[0].id, 2).events), "delete 2 delete 3 ");
  EXPECT_EQ(log(alice, all[3].id), "");
  EXPECT_EQ(log(alice, core::EventId{~std::uint64_t{0}}), "");
  EXPECT_THAT(page(alice, kFirst, 0).events, IsEmpty());
  EXPECT_EQ(page(alice, kFirst, 0).newest, all[3].id);
}

TEST_P(EventContract, EventsAreKeptForSevenDaysAndTheStoreKnowsExactlyWhatIsGone) {
  append_some(3);
  ASSERT_TRUE(remove(alice, core::MessageId{1}));
  ahead = std::chrono::days(7) - std::chrono::hours(1);
  ASSERT_TRUE(remove(alice, core::MessageId{2}));
  const auto both = page(alice).events;
  ASSERT_EQ(both.size(), 2U);
  const auto now = core::wall_now();
  EXPECT_EQ(*store->delete_old_events(now + std::chrono::days(7) - std::chrono::minutes(1)), 0U);
  EXPECT_EQ(page(alice).complete_from, kFirst);
  EXPECT_EQ(*store->delete_old_events(now + std::chrono::days(7)), 1U);
  EXPECT_EQ(log(alice), "delete 2 ");
  EXPECT_EQ(page(alice).complete_from, both[0].id);
  EXPECT_EQ(*store->delete_old_events(now + std::chrono::days(20)), 1U);
  EXPECT_EQ(*store->delete_old_events(now + std::chrono::days(20)), 0U);
  const auto empty = page(alice);
  EXPECT_THAT(empty.events, IsEmpty());
  EXPECT_EQ(empty.complete_from, both[1].id);
  EXPECT_EQ(empty.newest, both[1].id);
  EXPECT_EQ(page(bob).complete_from, kFirst);  // nothing of bob's has ever been removed
  ASSERT_TRUE(remove(alice, core::MessageId{3}));
  EXPECT_GT(page(alice).events.at(0).id, both[1].id);
}

TEST_P(EventContract, OfEachUserTheNewestEventsAreKept) {
  constexpr std::size_t kMost = model::kMaxEvents;
  append_some(kMost + 2);
  ASSERT_TRUE(read_up_to(bob, 1));
  for (std::uint64_t id = 1; id <= kMost + 2; ++id) {
    store->mark_read_up_to(alice, core::MessageId{id}, [](const auto& marked) { EXPECT_TRUE(marked); });
    if (id % 1000 == 0) flush();
  }
  flush();
  const auto kept = page(alice, kFirst, 2 * kMost);
  ASSERT_EQ(kept.events.size(), kMost);
  EXPECT_EQ(core::value(kept.events.front().up_to), 3U);
  EXPECT_EQ(core::value(kept.complete_from) + 1, core::value(kept.events.front().id));
  EXPECT_EQ(log(bob), "read <=1 ");
}

TEST_P(EventContract, AMarkRisesToTheNewestMessageAtMostAndNeverFalls) {
  append_some(3);
  EXPECT_EQ(marks(alice), "<=0");
  ASSERT_TRUE(read_up_to(alice, 2));
  ASSERT_TRUE(read_up_to(alice, 2));
  ASSERT_TRUE(read_up_to(alice, 1));
  EXPECT_EQ(marks(alice), "<=2");
  ASSERT_TRUE(read_up_to(alice, ~std::uint64_t{0}));
  EXPECT_EQ(marks(alice), "<=3");
  append_id(one, "unread");
  EXPECT_EQ(marks(alice), "<=3");
  EXPECT_EQ(marks(bob), "<=0");
  EXPECT_EQ(log(alice), "read <=2 read <=3 ");
  EXPECT_EQ(text_of(heard()), log(alice));
  test::await(*store, &Store::delete_user, bob);
  EXPECT_FALSE(read_up_to(bob, 3));
}

TEST_P(EventContract, SingleMessagesAreReadOnceAndOnlyByTheirUser) {
  append_some(4);
  const auto others = core::value(append_id(other, "m"));
  ASSERT_TRUE(read(alice, {4, 2, 2, others, 77, ~std::uint64_t{0}}));
  EXPECT_EQ(marks(alice), "<=0 2 4");
  ASSERT_TRUE(read(alice, {2, 4}));
  ASSERT_TRUE(read(alice, {others}));
  ASSERT_TRUE(read(alice, {3, 4}));
  EXPECT_EQ(marks(alice), "<=0 2 3 4");
  EXPECT_EQ(marks(bob), "<=0");
  EXPECT_EQ(log(alice), "read 2 4 read 3 ");
  EXPECT_EQ(log(bob), "");
}

TEST_P(EventContract, AMarkTakesTheIdsBelowIt) {
  append_some(4);
  ASSERT_TRUE(read(alice, {1, 3, 4}));
  ASSERT_TRUE(read_up_to(alice, 3));
  EXPECT_EQ(marks(alice), "<=3 4");
  ASSERT_TRUE(read(alice, {2, 3}));
  EXPECT_EQ(marks(alice), "<=3 4");
  EXPECT_EQ(log(alice), "read 1 3 4 read <=3 ");
}

TEST_P(EventContract, ADeletedMessageIsNotListedAsRead) {
  append_some(3);
  append_id(two, "m");
  append_id(two, "m");
  ASSERT_TRUE(read(alice, {1, 2, 4, 5}));
  ASSERT_TRUE(remove(alice, core::MessageId{1}));
  EXPECT_EQ(marks(alice), "<=0 2 4 5");
  ASSERT_TRUE(purge(*store, two));
  EXPECT_EQ(marks(alice), "<=0 2");
}

TEST_P(EventContract, BeyondTheLimitOfSingleIdsTheOldestBecomesTheMark) {
  constexpr std::size_t kMost = model::kMaxReadIds;
  append_some(kMost + 3);
  for (std::uint64_t from = 2; from <= kMost + 1; from += model::kMaxMarkedIds) {
    std::vector<std::uint64_t> some;
    for (std::uint64_t id = from; id < from + model::kMaxMarkedIds; ++id) some.push_back(id);
    ASSERT_TRUE(read(alice, some));
  }
  const auto before = page(alice).newest;
  EXPECT_EQ(store->find_read_marks(alice)->ids.size(), kMost);
  ASSERT_TRUE(read(alice, {kMost + 2, kMost + 3}));
  const auto found = *store->find_read_marks(alice);
  EXPECT_EQ(core::value(found.up_to), 3U);
  EXPECT_EQ(found.ids.size(), kMost);
  EXPECT_EQ(log(alice, before), "read 10002 10003 read <=3 ");
}

TEST_P(EventContract, ADeletedUserLeavesNoMarks) {
  append_some(2);
  ASSERT_TRUE(read_up_to(alice, 1));
  ASSERT_TRUE(test::await(*store, &Store::delete_user, alice));
  EXPECT_EQ(marks(alice), "<=0");
}

TEST_P(EventContract, AnEpochEndsWhereTheNextBegins) {
  EXPECT_FALSE(*store->find_epoch("unknown"));
  const std::string first = store->begin_epoch();
  const core::MessageId gone = append_id(one, "m");
  ASSERT_TRUE(remove(alice, gone));
  const Extent end{gone, heard().at(0).id};
  const std::string second = store->begin_epoch();
  ASSERT_NE(first, second);
  EXPECT_EQ(*store->find_epoch(first), end) << "deleted, but given";
  append_id(one, "m");
  EXPECT_EQ(*store->find_epoch(first), end);
  ASSERT_TRUE(*store->find_epoch(second));
  EXPECT_GT((*store->find_epoch(second))->message, core::MessageId{1'000'000}) << "it goes on";
}

INSTANTIATE_TEST_SUITE_P(Every, EventContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
