// What PostgreSQL tells the nodes of each other's transactions.
#include "store/postgres/notice.hpp"
#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace push::store {
namespace {

using support::eventually;
using test::CuttingProxy;
using testing::ElementsAre;

class HeardNotices final : public FeedListener {
 public:
  void on_commit(const std::string& node, core::MessageId previous, core::MessageId last) override {
    add(node + " " + std::to_string(core::value(previous)) + " " + std::to_string(core::value(last)));
  }
  void on_log() override { add("log"); }
  void on_link(bool up) override { add(up ? "up" : "down"); }

  // Waits until there are so many.
  std::vector<std::string> first(std::size_t count) {
    eventually([&] {
      const std::lock_guard lock(mutex_);
      return texts_.size() >= count;
    });
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  void add(std::string text) {
    const std::lock_guard lock(mutex_);
    texts_.push_back(std::move(text));
  }
  std::mutex mutex_;
  std::vector<std::string> texts_;
};

class PostgresListenerTest : public PostgresStoreTest {
 protected:
  ~PostgresListenerTest() override {
    if (two) two->feed()->stop_listening();
    two.reset();
    store.reset();
  }

  void open_both(const std::string& through, config::BusKind bus = config::BusKind::postgres) {
    auto first = try_to_open_node("one", metrics, bus);
    ASSERT_TRUE(first) << first.error().text;
    store = *std::move(first);
    alice = user("alice");
    app = application(alice, "A1");
    auto second = store::open(settings(through), others, &core::wall_now, {}, cluster_of("two", bus));
    ASSERT_TRUE(second) << second.error().text;
    two = *std::move(second);
    two->feed()->listen(heard_of);
    ASSERT_THAT(heard_of.first(1), ElementsAre("up"));
  }
  void notify(const std::string& payload) {
    sql("SELECT pg_notify('sharded_gotify_' || value, '" + payload +
        "') FROM sharded_gotify_meta WHERE key = 'cluster'");
  }

  HeardNotices heard_of;
  metrics::Registry others;
  std::unique_ptr<Store> two;
  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(PostgresListenerTest, HearsOfMessagesAndOfTheLog) {
  open_both(database);
  append_id(app, "first");
  append_id(app, "second");
  ASSERT_TRUE(append(keyed(app, 1, "with a key")));
  EXPECT_FALSE(append(text(core::ApplicationId{4711}, "to nobody")));
  client(alice, "C1", 0);
  EXPECT_THAT(heard_of.first(5), ElementsAre("up", "one 0 1", "one 1 2", "one 2 3", "log"));
  EXPECT_THAT(others.text(), testing::HasSubstr("\npush_store_notifications_total 4\n"));
}

// The last use of a token is written without a word.
TEST_F(PostgresListenerTest, HearsNothingOfOtherWrites) {
  open_both(database);
  ASSERT_TRUE(store->touch_application(app, now()));
  ASSERT_TRUE(becomes("SELECT count(last_used) FROM applications", "1"));
  notify("l");
  EXPECT_THAT(heard_of.first(2), ElementsAre("up", "log"));
}

TEST_F(PostgresListenerTest, WithAnotherBusNothingIsTold) {
  open_both(database, config::BusKind::nats);
  append_id(app, "m");
  client(alice, "C1", 0);
  notify("c other 7 9");
  EXPECT_THAT(heard_of.first(2), ElementsAre("up", "other 7 9"));
}

TEST_F(PostgresListenerTest, ALostConnectionIsReplaced) {
  CuttingProxy proxy(database);
  open_both(proxy.connection());
  proxy.refuse(true);
  EXPECT_THAT(heard_of.first(2), ElementsAre("up", "down"));
  append_id(app, "unheard");
  proxy.refuse(false);
  EXPECT_THAT(heard_of.first(3), ElementsAre("up", "down", "up"));
  append_id(app, "heard");
  EXPECT_THAT(heard_of.first(4), ElementsAre("up", "down", "up", "one 1 2"));
  EXPECT_THAT(others.text(), testing::HasSubstr("\npush_store_lost_listeners_total 1\n"));
}

// The network has lost it without a word: no end arrives.
TEST_F(PostgresListenerTest, ASilentConnectionIsReplaced) {
  CuttingProxy proxy(database);
  proxy.arm({"SELECT 'listening'", CuttingProxy::Way::to_client, 0, CuttingProxy::End::freeze});
  open_both(proxy.connection());
  EXPECT_THAT(heard_of.first(3), ElementsAre("up", "down", "up"));
  EXPECT_TRUE(proxy.has_cut());
  proxy.thaw();
}

TEST_F(PostgresListenerTest, WhatItDoesNotUnderstandIsLeftOut) {
  open_both(database);
  for (const char* text : {"", "c", "c one", "c one 1", "c one x 2", "c one 1 2x", "d one 1 2"}) notify(text);
  notify("c one 1 2");
  EXPECT_THAT(heard_of.first(2), ElementsAre("up", "one 1 2"));
}

}  // namespace
}  // namespace push::store
