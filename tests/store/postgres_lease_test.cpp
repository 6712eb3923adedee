// What one of the nodes does for all of them, and whose clock counts.
#include <chrono>

#include "store/postgres/server_clock.hpp"
#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using namespace std::chrono_literals;
using support::eventually;
using testing::ElementsAre;

constexpr const char* kHolder = "SELECT node FROM sharded_gotify_leases";

class PostgresLeaseTest : public PostgresStoreTest {
 protected:
  ~PostgresLeaseTest() override {
    two.reset();
    store.reset();
  }

  void open_two(core::WallClock clock = &core::wall_now) {
    auto opened = store::open(settings(database), others, std::move(clock), {}, cluster_of("two"));
    ASSERT_TRUE(opened) << opened.error().text;
    two = *std::move(opened);
  }
  // No node of the test has it.
  void give_lease_away() {
    open();
    store.reset();
    sql("INSERT INTO sharded_gotify_leases VALUES ('housekeeping', 'elsewhere', now() + interval '1 day')");
  }
  void end_lease() { sql("UPDATE sharded_gotify_leases SET until = now() WHERE node = 'elsewhere'"); }

  metrics::Registry others;
  std::unique_ptr<Store> two;
};

TEST_F(PostgresLeaseTest, OneHasItAndGivesItUpAtItsEnd) {
  open_as_node("one", database);
  ASSERT_TRUE(becomes(kHolder, "one"));
  open_two();
  EXPECT_TRUE(becomes("SELECT count(*) FROM sharded_gotify_nodes WHERE detail ? 'applied'", "2"));
  EXPECT_EQ(value(kHolder), "one");
  store->drain();
  EXPECT_NE(value(kHolder), "one");
  EXPECT_TRUE(becomes(kHolder, "two"));
}

TEST_F(PostgresLeaseTest, ItPassesOnWhenItIsNotRenewed) {
  give_lease_away();
  open_as_node("one", database);
  EXPECT_EQ(value(kHolder), "elsewhere");
  end_lease();
  EXPECT_TRUE(becomes(kHolder, "one"));
}

TEST_F(PostgresLeaseTest, WithoutItNothingIsForgottenOrPurged) {
  give_lease_away();
  open_as_node("one", database);
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  append_id(app, "m");
  sql("INSERT INTO sharded_gotify_events (time, kind, user_id, number) VALUES (0, 'delete', 1, 1)");
  sql("UPDATE sharded_gotify_events SET time = 0");
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, app));
  EXPECT_EQ(*store->delete_old_events(core::wall_now()), 0U);
  EXPECT_EQ(value("SELECT count(*) FROM messages"), "1");
  end_lease();
  EXPECT_TRUE(becomes("SELECT count(*) FROM messages", "0"));
  EXPECT_EQ(*store->delete_old_events(core::wall_now()), 1U);
}

// What is asked for is done where it was asked for.
TEST_F(PostgresLeaseTest, WithoutItMessagesAreDeletedForTheirUser) {
  give_lease_away();
  open_as_node("one", database);
  const auto alice = user("alice");
  append_id(application(alice, "A1"), "m");
  EXPECT_TRUE(core::await<core::Result<void>>(
      [&](auto done) { EXPECT_TRUE(store->delete_messages(alice, kEveryMessage, std::move(done))); }));
  EXPECT_EQ(value("SELECT count(*) FROM messages"), "0");
}

TEST_F(PostgresLeaseTest, TheHolderDoesWhatOtherNodesHaveLeft) {
  open_as_node("one", database);
  const auto alice = user("alice");
  const auto own = application(alice, "A0");
  for (int i = 0; i < 2; ++i) append_id(own, "m");
  ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, own, Retention{0, 1}));
  ASSERT_TRUE(becomes("SELECT count(*) FROM messages", "1")) << "its first look at everything is over";
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, own));
  ASSERT_TRUE(becomes("SELECT count(*) FROM messages", "0"));
  open_two();
  store.swap(two);  // the actions are those of the other one
  const auto app = application(alice, "A1");
  const auto counted = application(alice, "A2");
  append_id(app, "m");
  for (int i = 0; i < 3; ++i) append_id(counted, "m");
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, app));
  ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, counted, Retention{0, 1}));
  EXPECT_TRUE(becomes("SELECT count(*) FROM messages", "1"));
  append_id(counted, "one more");
  EXPECT_TRUE(becomes("SELECT string_agg(message, ' ') FROM messages", "one more"));
  EXPECT_EQ(value(kHolder), "one");
  store.swap(two);
}

TEST_F(PostgresLeaseTest, KeysOfAllNodesAreForgotten) {
  open_as_node("one", database);
  ASSERT_TRUE(becomes(kHolder, "one"));
  open_two();
  store->forget_old_keys();
  store.swap(two);
  ASSERT_TRUE(append(keyed(application(user("alice"), "A1"), 1, "m")));
  store.swap(two);
  sql("UPDATE sharded_gotify_idempotency SET stored_at = 0");
  EXPECT_TRUE(eventually([&] {
    two->forget_old_keys();
    store->forget_old_keys();
    return value("SELECT count(*) FROM sharded_gotify_idempotency") == "0";
  }));
}

// ---- clocks

TEST_F(PostgresLeaseTest, TheDatabasesClockCounts) {
  open_as_node("one", database);
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  const auto client_id = client(alice, "C1", 1800);
  ASSERT_TRUE(append(keyed(app, 1, "m")));
  const core::WallClock ahead = [] { return core::wall_now() + 1h; };
  open_two(ahead);
  EXPECT_TRUE(*two->find_client(client_id)) << "not expired";
  EXPECT_THAT(*two->find_expired_clients(ahead()), testing::IsEmpty());
  const auto again = core::await<core::Result<StoredMessage>>(
      [&](auto done) { (void)two->append(keyed(app, 1, "m"), std::move(done)); });
  EXPECT_TRUE(again->replayed);
  ASSERT_TRUE(two->touch_clients({client_id}, ahead()));
  ASSERT_TRUE(becomes("SELECT count(last_used) FROM clients", "1"));
  EXPECT_EQ(value("SELECT expires_at < now() + interval '31 minutes' FROM clients"), "t");
}

TEST_F(PostgresLeaseTest, AloneItsOwnClockCounts) {
  auto opened = store::open(settings(database), metrics, [] { return core::wall_now() + 1h; });
  ASSERT_TRUE(opened) << opened.error().text;
  store = *std::move(opened);
  EXPECT_FALSE(*store->find_client(client(user("alice"), "C1", 1800)));
}

TEST(ServerClockTest, KnowsHowFarTheOwnClockIsFromTheDatabases) {
  core::WallTime own{std::chrono::hours(1000)};
  postgres::ServerClock clock([&own] { return own; });
  EXPECT_EQ(clock.now(), own);
  clock.answered(clock.ask(), own - 5min);
  EXPECT_NEAR(static_cast<double>((own - clock.now()).count()), 3e11, 1e9);
  EXPECT_EQ(clock.of(core::kNoTime), core::kNoTime);
  auto slow = clock.ask();
  slow.steady -= 3s;
  clock.answered(slow, own + 5h);
  EXPECT_LT(clock.now(), own) << "who knows when it was answered";
  clock.answered(clock.ask(), own + 100ms);
  EXPECT_EQ(clock.now(), own) << "as good as the same";
}

}  // namespace
}  // namespace push::store
