// What several nodes read of each other's transactions, and what each is told of its own.
#include <atomic>
#include <thread>

#include "push/core/await.hpp"
#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace push::store {
namespace {

using model::AccountChange;
using test::Psql;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;
using ChangeKind = AccountChange::Kind;

// What a store tells of its own transactions.
class HeardCommits final : public EventListener {
 public:
  void on_event(const model::Event&) override {}
  void on_commit(const Commit& commit) override {
    const std::lock_guard lock(mutex_);
    commits_.push_back(commit);
  }
  void on_log() override { ++logs_; }
  std::vector<Commit> commits() const {
    const std::lock_guard lock(mutex_);
    return commits_;
  }
  int logs() const { return logs_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Commit> commits_;
  std::atomic<int> logs_{0};
};

struct Read {
  std::vector<FeedMessage> messages;
  Feed::Page page;
};

class PostgresFeedTest : public PostgresStoreTest {
 protected:
  ~PostgresFeedTest() override {
    two.reset();
    store.reset();
  }

  void SetUp() override {
    open_as_node("one", database);
    store->set_event_listener(commits);
    auto opened = try_to_open_node("two", others);
    ASSERT_TRUE(opened) << opened.error().text;
    two = *std::move(opened);
    alice = user("alice");
    app = application(alice, "A1");
  }

  Read read(core::MessageId after, std::size_t limit, const std::optional<std::vector<core::UserId>>& users = {}) {
    Read read;
    const auto page = two->feed()->messages_after(
        after, limit, users, [&](FeedMessage message) { read.messages.push_back(std::move(message)); });
    EXPECT_TRUE(page) << page.error().text;
    if (page) read.page = *page;
    return read;
  }
  std::vector<LogEntry> log(core::EventId after = {}) {
    const auto entries = two->feed()->log_after(after, 100);
    EXPECT_TRUE(entries) << entries.error().text;
    return entries ? *entries : std::vector<LogEntry>();
  }
  std::vector<AccountChange> changes(core::EventId after) {
    std::vector<AccountChange> changes;
    for (const LogEntry& entry : log(after)) {
      if (const auto* change = std::get_if<AccountChange>(&entry.what)) changes.push_back(*change);
    }
    return changes;
  }
  core::EventId newest_entry() { return two->feed()->extent()->event; }
  bool hears(std::size_t transactions) {
    return support::eventually([&] { return commits.commits().size() >= transactions; });
  }

  HeardCommits commits;
  metrics::Registry others;
  std::unique_ptr<Store> two;
  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(PostgresFeedTest, KnowsTheNodeAndTheDatabase) {
  EXPECT_EQ(store->feed()->node(), "one");
  EXPECT_EQ(two->feed()->node(), "two");
  EXPECT_EQ(store->feed()->cluster(), value("SELECT value FROM sharded_gotify_meta WHERE key = 'cluster'"));
}

TEST_F(PostgresFeedTest, ReadsMessagesInPages) {
  std::vector<core::MessageId> given;
  for (int i = 0; i < 5; ++i) given.push_back(append_id(app, "m" + std::to_string(i)));
  const Read first = read({}, 3);
  ASSERT_THAT(first.messages, SizeIs(3));
  EXPECT_FALSE(first.page.complete);
  EXPECT_EQ(first.page.newest, given.back());
  EXPECT_EQ(first.messages[0].id, given[0]);
  EXPECT_EQ(first.messages[0].application, app);
  EXPECT_EQ(first.messages[0].user, alice);
  ASSERT_TRUE(first.messages[2].message);
  EXPECT_EQ(first.messages[2].message->message, "m2");
  EXPECT_EQ(first.messages[2].message->title, "title");
  const Read rest = read(first.messages.back().id, 3);
  EXPECT_THAT(rest.messages, SizeIs(2));
  EXPECT_TRUE(rest.page.complete);
  const Read none = read(given.back(), 3);
  EXPECT_THAT(none.messages, IsEmpty());
  EXPECT_TRUE(none.page.complete);
  EXPECT_EQ(none.page.newest, given.back());
}

TEST_F(PostgresFeedTest, ReadsContentOnlyOfThoseWhoAreAskedFor) {
  const auto bob = user("bob");
  append_id(app, "to alice");
  append_id(application(bob, "B1"), "to bob");
  const auto read_of = [&](const std::vector<core::UserId>& users) {
    const Read page = read({}, 10, users);
    EXPECT_TRUE(page.page.complete);
    std::vector<std::string> texts;
    for (const FeedMessage& one : page.messages) {
      texts.push_back(std::to_string(core::value(one.user) == core::value(bob)) +
                      (one.message ? one.message->message : "-"));
    }
    return texts;
  };
  EXPECT_THAT(read_of({bob}), ElementsAre("0-", "1to bob"));
  EXPECT_THAT(read_of({}), ElementsAre("0-", "1-"));
  EXPECT_THAT(read_of({alice, bob}), ElementsAre("0to alice", "1to bob"));
}

// Otherwise one page of large messages would fill the memory.
TEST_F(PostgresFeedTest, APageOfLargeMessagesEndsEarlier) {
  const std::string large(3 * 1024 * 1024, 'x');
  for (int i = 0; i < 4; ++i) append_id(app, large);
  const Read first = read({}, 10);
  ASSERT_THAT(first.messages, SizeIs(3));
  EXPECT_FALSE(first.page.complete);
  const Read rest = read(first.messages.back().id, 10);
  EXPECT_THAT(rest.messages, SizeIs(1));
  EXPECT_TRUE(rest.page.complete);
  EXPECT_THAT(read({}, 10, std::vector<core::UserId>()).messages, SizeIs(4)) << "without contents there is room";
}

TEST_F(PostgresFeedTest, TheHeadIsTheNewestEvenIfItIsDeleted) {
  append_id(app, "stays");
  const auto newest = append_id(app, "goes");
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, newest));
  const Read page = read({}, 10);
  EXPECT_THAT(page.messages, SizeIs(1));
  EXPECT_EQ(page.page.newest, newest);
  EXPECT_TRUE(page.page.complete);
  EXPECT_EQ(two->feed()->extent()->message, newest);
}

// The sequence knows ids of transactions that are not committed yet: who went by it would never look at them again.
TEST_F(PostgresFeedTest, TheHeadIsNotThatOfTheSequence) {
  const auto newest = append_id(app, "committed");
  Psql open_transaction(database);
  open_transaction.run("BEGIN");
  open_transaction.run("INSERT INTO messages (application_id, message) VALUES (" + std::to_string(core::value(app)) +
                       ", 'not yet')");
  EXPECT_EQ(value("SELECT last_value FROM messages_id_seq"), std::to_string(core::value(newest) + 1));
  EXPECT_EQ(two->feed()->extent()->message, newest);
  EXPECT_EQ(read({}, 10).page.newest, newest);
  EXPECT_EQ(store->feed()->join_epoch()->extent.message, newest);
  open_transaction.run("ROLLBACK");
}

// However many other changes there are: the row that says so is not forgotten with the old ones.
TEST_F(PostgresFeedTest, TheHeadStaysWhileNoMessageComes) {
  const auto newest = append_id(app, "the last for long");
  const std::string last = "last = " + std::to_string(core::value(newest));
  sql("UPDATE sharded_gotify_batches SET batch = 1 + (SELECT max(batch) FROM sharded_gotify_batches WHERE node = 'one')"
      " - 100000 WHERE " +
      last);
  client(alice, "C1", 0);
  EXPECT_EQ(two->feed()->extent()->message, newest);
}

TEST_F(PostgresFeedTest, EveryTransactionContinuesTheOneBefore) {
  for (int i = 0; i < 3; ++i) append_id(app, "m");
  ASSERT_TRUE(hears(3));
  const auto told = commits.commits();
  EXPECT_EQ(told[0].previous, core::MessageId{});
  EXPECT_EQ(told[1].previous, told[0].last);
  EXPECT_EQ(told[2].previous, told[1].last);
  EXPECT_EQ(told[2].last, two->feed()->extent()->message);
}

TEST_F(PostgresFeedTest, NothingIsToldOfMessagesThatTookNoId) {
  append_id(app, "first");
  EXPECT_FALSE(append(text(core::ApplicationId{4711}, "to nobody")));
  append_id(app, "second");
  ASSERT_TRUE(hears(2));
  EXPECT_THAT(commits.commits(), SizeIs(2));
}

// A repetition takes an id, so that the chain of the others does not break.
TEST_F(PostgresFeedTest, ARepetitionIsToldWithoutMessages) {
  const auto first = append(keyed(app, 1, "m"));
  ASSERT_TRUE(append(keyed(app, 1, "m"))->replayed);
  ASSERT_TRUE(hears(2));
  const auto told = commits.commits();
  EXPECT_EQ(told[1].previous, first->id);
  EXPECT_GT(told[1].last, first->id);
  EXPECT_EQ(two->feed()->extent()->message, told[1].last);
}

// A batch that became several: what other nodes have stored between them is not known.
TEST_F(PostgresFeedTest, ABatchOfSeveralTransactionsDoesNotSayWhatWasBefore) {
  Psql lane(database);
  lane.run("SELECT pg_advisory_lock(1735289957, 0)");
  auto before = std::async(std::launch::async, [&] { return append(text(app, "before")); });
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  std::atomic<int> answered{0};
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(store->append(keyed(app, 7, "twice"), [&](core::Result<StoredMessage>) { ++answered; }));
  }
  lane.run("SELECT pg_advisory_unlock(1735289957, 0)");
  ASSERT_TRUE(before.get());
  ASSERT_TRUE(support::eventually([&] { return answered == 2; }));
  ASSERT_TRUE(hears(2));
  const auto told = commits.commits();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].previous, std::nullopt);
  EXPECT_EQ(told[1].last, two->feed()->extent()->message);
}

TEST_F(PostgresFeedTest, ATransactionWhoseAnswerWasLostDoesNotSayWhatWasBefore) {
  test::CuttingProxy proxy(database);
  metrics::Registry third;
  auto opened = store::open(settings(proxy.connection()), third, &core::wall_now, {}, cluster_of("three"));
  ASSERT_TRUE(opened) << opened.error().text;
  HeardCommits heard_of_three;
  (*opened)->set_event_listener(heard_of_three);
  proxy.arm({"lost on its way", test::CuttingProxy::Way::to_client, 0});
  const auto stored = core::await<core::Result<StoredMessage>>(
      [&](auto done) { (void)(*opened)->append(text(app, "lost on its way"), std::move(done)); });
  ASSERT_TRUE(stored) << stored.error().text;
  EXPECT_TRUE(proxy.has_cut());
  ASSERT_TRUE(support::eventually([&] { return !heard_of_three.commits().empty(); }));
  EXPECT_EQ(heard_of_three.commits()[0].previous, std::nullopt);
  EXPECT_EQ(heard_of_three.commits()[0].last, stored->id);
  opened->reset();
}

// Two nodes write at the same time, a third reads: nothing is missed, and each transaction says what was before it.
TEST_F(PostgresFeedTest, NothingAppearsBelowAPositionThatWasRead) {
  constexpr int kEach = 400;
  HeardCommits of_two;
  two->set_event_listener(of_two);
  std::atomic<int> stored{0};
  const auto write = [&](Store& into) {
    for (int i = 0; i < kEach; ++i) {
      (void)core::await<core::Result<StoredMessage>>([&](auto done) {
        (void)into.append(text(app, "m"), [&, done = std::move(done)](core::Result<StoredMessage> one) mutable {
          if (one) ++stored;
          done(std::move(one));
        });
      });
    }
  };
  std::thread first([&] { write(*store); });
  std::thread second([&] { write(*two); });
  std::vector<core::MessageId> seen;
  core::MessageId position{};
  for (bool last = false; !last;) {
    last = stored == 2 * kEach;
    const Read page = read(position, 50);
    for (const FeedMessage& one : page.messages) seen.push_back(one.id);
    position = page.page.complete ? page.page.newest : page.messages.back().id;
    last = last && page.page.complete;
  }
  first.join();
  second.join();
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::to_string(seen.size()), value("SELECT count(*) FROM messages"));
  ASSERT_TRUE(support::eventually([&] { return commits.commits().size() + of_two.commits().size() == 2 * kEach; }));
  std::vector<Commit> all = commits.commits();
  const auto theirs = of_two.commits();
  all.insert(all.end(), theirs.begin(), theirs.end());
  std::sort(all.begin(), all.end(), [](const Commit& a, const Commit& b) { return a.last < b.last; });
  for (std::size_t i = 1; i < all.size(); ++i) ASSERT_EQ(all[i].previous, all[i - 1].last) << i;
}

TEST_F(PostgresFeedTest, TheLogHasEveryChangeOfAnAccount) {
  const auto start = newest_entry();
  const int heard_before = 2;  // of alice and her application
  const auto bob = user("bob");
  EXPECT_TRUE(test::await(*store, &Store::update_user, bob, UserChange{"bobby", false, ""}));
  EXPECT_TRUE(test::await(*store, &Store::update_user, bob, UserChange{"bobby", false, "hash"}));
  EXPECT_TRUE(test::await(*store, &Store::set_password, bob, std::string("other")));
  const auto client_id = client(bob, "C1", 0);
  EXPECT_TRUE(test::await(*store, &Store::update_client, bob, client_id, ClientChange{"new", {}}));
  EXPECT_TRUE(test::await(*store, &Store::elevate_client, bob, client_id, std::optional(now())));
  EXPECT_TRUE(test::await(*store, &Store::delete_client, bob, client_id));
  const auto app_id = application(bob, "B1");
  EXPECT_TRUE(test::await(*store, &Store::update_application, bob, app_id, ApplicationChange{"n", "", 0, ""}));
  EXPECT_TRUE(test::await(*store, &Store::set_application_token, bob, app_id, std::string("B2")));
  EXPECT_TRUE(test::await(*store, &Store::set_application_image, bob, app_id, std::string("i.png")));
  EXPECT_TRUE(test::await(*store, &Store::set_retention, bob, app_id, Retention{1, 1}));
  EXPECT_TRUE(test::await(*store, &Store::delete_application, bob, app_id));
  const auto expiring = client(bob, "C2", 1);
  EXPECT_THAT(*delete_expired(core::wall_now() + std::chrono::hours(1)), SizeIs(1));
  EXPECT_TRUE(test::await(*store, &Store::delete_user, bob));
  const core::ClientId none{};
  EXPECT_THAT(changes(start), ElementsAre(AccountChange{ChangeKind::user_added, bob, none, {}},
                                          AccountChange{ChangeKind::user_changed, bob, none, {}},
                                          AccountChange{ChangeKind::password_changed, bob, none, {}},
                                          AccountChange{ChangeKind::password_changed, bob, none, {}},
                                          AccountChange{ChangeKind::client_added, bob, client_id, {}},
                                          AccountChange{ChangeKind::client_changed, bob, client_id, {}},
                                          AccountChange{ChangeKind::client_changed, bob, client_id, {}},
                                          AccountChange{ChangeKind::client_gone, bob, client_id, {}},
                                          AccountChange{ChangeKind::application_added, bob, none, app_id},
                                          AccountChange{ChangeKind::application_changed, bob, none, app_id},
                                          AccountChange{ChangeKind::application_changed, bob, none, app_id},
                                          AccountChange{ChangeKind::application_changed, bob, none, app_id},
                                          AccountChange{ChangeKind::application_changed, bob, none, app_id},
                                          AccountChange{ChangeKind::application_gone, bob, none, app_id},
                                          AccountChange{ChangeKind::client_added, bob, expiring, {}},
                                          AccountChange{ChangeKind::client_gone, bob, expiring, {}},
                                          AccountChange{ChangeKind::user_gone, bob, none, {}}));
  EXPECT_TRUE(support::eventually([&] { return commits.logs() == heard_before + 17; })) << commits.logs();
}

TEST_F(PostgresFeedTest, TheLogHasDeletionsAndReadsAfterTheirMessages) {
  const auto first = append_id(app, "first");
  const auto second = append_id(app, "second");
  const auto start = newest_entry();
  ASSERT_TRUE(test::await(*store, &Store::mark_read, alice, std::vector{first}));
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, second));
  const auto entries = log(start);
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_EQ(entries[0].head, second);
  EXPECT_EQ(std::get<model::Event>(entries[0].what).kind, model::Event::Kind::read);
  EXPECT_THAT(std::get<model::Event>(entries[0].what).ids, ElementsAre(first));
  EXPECT_EQ(std::get<model::Event>(entries[1].what).user, alice);
  EXPECT_THAT(std::get<model::Event>(entries[1].what).ids, ElementsAre(second));
  EXPECT_GT(entries[1].id, entries[0].id);
  EXPECT_EQ(two->feed()->extent()->event, entries[1].id);
  EXPECT_THAT(*two->feed()->log_after(start, 1), SizeIs(1));
}

// Its own newest message is not the newest of all.
TEST_F(PostgresFeedTest, AllMessagesThatAreDeletedAreThoseOfAllNodes) {
  append_id(app, "of one");
  store.swap(two);
  append_id(app, "of two");
  store.swap(two);
  const auto deleted = core::await<core::Result<void>>(
      [&](auto done) { EXPECT_TRUE(store->delete_messages(alice, kEveryMessage, std::move(done))); });
  EXPECT_TRUE(deleted);
  EXPECT_EQ(value("SELECT count(*) FROM messages"), "0");
}

TEST_F(PostgresFeedTest, TheDatabaseCanBeAway) {
  test::CuttingProxy proxy(database);
  metrics::Registry third;
  auto opened = store::open(settings(proxy.connection()), third, &core::wall_now, {}, cluster_of("three"));
  ASSERT_TRUE(opened) << opened.error().text;
  proxy.refuse(true);
  Feed& feed = *(*opened)->feed();
  EXPECT_EQ(feed.extent().error().code, core::ErrorCode::unavailable);
  EXPECT_EQ(feed.messages_after({}, 1, {}, [](FeedMessage) {}).error().code, core::ErrorCode::unavailable);
  EXPECT_EQ(feed.log_after({}, 1).error().code, core::ErrorCode::unavailable);
  EXPECT_EQ(feed.join_epoch().error().code, core::ErrorCode::unavailable);
  proxy.refuse(false);
  EXPECT_TRUE(support::eventually([&] { return feed.join_epoch().has_value(); }));
}

TEST_F(PostgresStoreTest, AloneItHasNoFeedAndTellsNothing) {
  open();
  HeardCommits commits;
  store->set_event_listener(commits);
  EXPECT_EQ(store->feed(), nullptr);
  const auto alice = user("alice");
  append_id(application(alice, "A1"), "m");
  store->drain();
  EXPECT_THAT(commits.commits(), IsEmpty());
  EXPECT_EQ(commits.logs(), 0);
}

}  // namespace
}  // namespace push::store
