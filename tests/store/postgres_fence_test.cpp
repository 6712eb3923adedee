// A transaction whose answer was lost is still on its way while it is settled: the row of its batch decides.
#include <chrono>
#include <csignal>
#include <future>

#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using support::eventually;
using test::CuttingProxy;
using test::Psql;
using testing::ElementsAre;
using testing::SizeIs;

constexpr const char* kTakeLane = "SELECT pg_advisory_lock(1735289957, 0)";
constexpr const char* kLeaveLane = "SELECT pg_advisory_unlock(1735289957, 0)";
constexpr const char* kVoid = "SELECT count(*) FROM sharded_gotify_batches WHERE void";

class PostgresFenceTest : public PostgresStoreTest {
 protected:
  ~PostgresFenceTest() override { store.reset(); }

  void SetUp() override {
    open();
    alice = user("alice");
    app = application(alice, "A1");
  }
  // A server whose session locks are free, although the process of a lost connection goes on: after a fail-over, say.
  // Otherwise a node that connects again ends that first, and never meets a transaction that is late.
  void open_node() {
    sql("CREATE FUNCTION public.pg_try_advisory_lock(int, int) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
        "CREATE FUNCTION public.pg_terminate_backend(int) RETURNS boolean LANGUAGE sql AS 'SELECT true'");
    open_as_node("one", proxy.connection() + " search_path=public,pg_catalog");
  }

  // Its answer is read with take().
  void append_later(const std::string& message) {
    ASSERT_TRUE(store->append(text(app, message),
                              [this](core::Result<StoredMessage> stored) { answer.set_value(std::move(stored)); }));
  }
  core::Result<StoredMessage> take() { return answer.get_future().get(); }

  // Whoever commits a row of a batch that is not void waits for this lock before.
  void hold_commits(Psql& holder) {
    sql("CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER held AFTER INSERT ON sharded_gotify_batches DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW WHEN (NOT NEW.void) EXECUTE FUNCTION hold()");
    holder.run("SELECT pg_advisory_lock(7)");
  }

  CuttingProxy proxy{database};
  std::promise<core::Result<StoredMessage>> answer;
  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(PostgresFenceTest, ATransactionThatIsLateDiesOnIt) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  other.run(kTakeLane);
  append_later("late");
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.close_all();  // the database's process goes on with what it has received
  const auto answered = take();
  expect_failure(answered, ErrorCode::unavailable, answered ? "" : answered.error().text);
  EXPECT_EQ(value(kVoid), "1");
  EXPECT_EQ(value(kWaitingForLocks), "1") << "the late one still waits";
  other.run(kLeaveLane);
  ASSERT_TRUE(becomes(kWaitingForLocks, "0"));
  append_id(app, "after");
  EXPECT_THAT(sql("SELECT message FROM messages ORDER BY id"), ElementsAre("before", "after"));
}

TEST_F(PostgresFenceTest, ALateChangeDiesOnItToo) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  other.run(kTakeLane);
  auto created = std::async(std::launch::async, [&] {
    return test::await(*store, &Store::create_client, NewClient{alice, "C1", "late", 0});
  });
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.close_all();
  const auto answered = created.get();
  expect_failure(answered, ErrorCode::unavailable, answered ? "" : answered.error().text);
  other.run(kLeaveLane);
  ASSERT_TRUE(becomes(kWaitingForLocks, "0"));
  client(alice, "C2", 0);
  EXPECT_THAT(sql("SELECT token FROM clients"), ElementsAre("C2"));
  EXPECT_THAT(sql("SELECT kind FROM sharded_gotify_events WHERE kind = 'client_added'"), SizeIs(1));
}

TEST_F(PostgresFenceTest, WaitsForATransactionThatIsBeforeIt) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  hold_commits(other);
  append_later("first");
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.close_all();
  // It waits for the row of the batch, whose transaction has not ended.
  ASSERT_TRUE(
      becomes("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted AND pid IN"
              " (SELECT pid FROM pg_stat_activity WHERE datname = current_database())",
              "1"));
  other.run("SELECT pg_advisory_unlock(7)");
  const auto answered = take();
  ASSERT_TRUE(answered) << answered.error().text;
  EXPECT_EQ(value("SELECT id FROM messages WHERE message = 'first'"), std::to_string(core::value(answered->id)));
  EXPECT_EQ(value(kVoid), "0");
}

// The only writer ends its former connection, wherever that stands.
TEST_F(PostgresFenceTest, TheOnlyWriterEndsWhatIsLate) {
  open(proxy.connection());
  append_id(app, "before");
  Psql other(database);
  other.run(kTakeLane);
  append_later("late");
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.close_all();
  const auto answered = take();
  expect_failure(answered, ErrorCode::unavailable, answered ? "" : answered.error().text);
  EXPECT_EQ(value(kWaitingForLocks), "0");
  other.run(kLeaveLane);
  append_id(app, "after");
  EXPECT_THAT(sql("SELECT message FROM messages ORDER BY id"), ElementsAre("before", "after"));
}

// All that is known of it is what it has stored.
TEST_F(PostgresFenceTest, AnApplicationThatIsDeletedMeanwhileDoesNotMatter) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  hold_commits(other);
  append_later("first");
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.close_all();
  sql("DELETE FROM applications");
  other.run("SELECT pg_advisory_unlock(7)");
  const auto answered = take();
  ASSERT_TRUE(answered) << answered.error().text;
  EXPECT_EQ(value("SELECT id FROM messages WHERE message = 'first'"), std::to_string(core::value(answered->id)));
}

// The row that is there is its own: nothing is stored, although there is one.
TEST_F(PostgresFenceTest, AFenceWhoseOwnAnswerIsLostIsNotTakenForTheTransaction) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  other.run(kTakeLane);
  auto created = std::async(std::launch::async, [&] {
    return test::await(*store, &Store::create_client, NewClient{alice, "C1", "late", 0});
  });
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.arm({"INSERT INTO sharded_gotify_batches (node, batch, void)", CuttingProxy::Way::to_client, 0});
  proxy.close_all();
  const auto answered = created.get();
  EXPECT_TRUE(proxy.has_cut());
  expect_failure(answered, ErrorCode::unavailable, answered ? "" : answered.error().text);
  other.run(kLeaveLane);
  ASSERT_TRUE(becomes(kWaitingForLocks, "0"));
  EXPECT_THAT(sql("SELECT token FROM clients"), testing::IsEmpty());
}

// The database does not come back in time for the request.
TEST_F(PostgresFenceTest, WhatCannotBeSettledIsUnknownAndIsSettledBeforeTheNext) {
  open_node();
  append_id(app, "before");
  Psql other(database);
  hold_commits(other);
  append_later("unknown");
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  proxy.refuse(true);
  const auto answered = take();
  expect_failure(answered, ErrorCode::internal, answered ? "" : answered.error().text);
  const auto away = append(text(app, "away"));
  expect_failure(away, ErrorCode::unavailable, away ? "" : away.error().text);
  other.run("SELECT pg_advisory_unlock(7)");
  proxy.refuse(false);
  ASSERT_TRUE(eventually([&] { return append(text(app, "back")).has_value(); }));
  EXPECT_THAT(sql("SELECT DISTINCT message FROM messages ORDER BY message"), ElementsAre("back", "before", "unknown"));
}

// What the database has committed is stored only when its synchronous standby has it: a process that is ended while it
// waits for that leaves a transaction that everybody sees, and that a fail-over would lose.
TEST_F(PostgresFenceTest, WhatAStandbyDoesNotHaveYetIsNotTakenForStored) {
  test::PrivatePostgres primary;
  test::PrivatePostgres standby(primary);
  database = primary.new_database();
  test::psql(primary.superuser(), "ALTER SYSTEM SET synchronous_standby_names = '*'");
  test::psql(primary.superuser(), "SELECT pg_reload_conf()");
  CuttingProxy between(database);
  open(between.connection());
  app = application(user("bob"), "B1");
  const std::string waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query LIKE ";
  const auto server_becomes = [&](const std::string& text, const std::string& wanted) {
    return eventually([&] { return test::psql(primary.superuser(), text).front() == wanted; });
  };
  ASSERT_TRUE(server_becomes("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'", "1"));
  append_id(app, "before");
  standby.signal(SIGSTOP);
  auto answered = answer.get_future();
  ASSERT_TRUE(store->append(text(app, "waits"),
                            [this](core::Result<StoredMessage> stored) { answer.set_value(std::move(stored)); }));
  ASSERT_TRUE(server_becomes(waiting + "'WITH l AS %'", "1"));
  between.close_all();
  ASSERT_TRUE(server_becomes(waiting + "'INSERT INTO sharded_gotify_batches%'", "1"));
  EXPECT_EQ(answered.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  standby.signal(SIGCONT);
  const auto stored = answered.get();
  ASSERT_TRUE(stored) << stored.error().text;
  EXPECT_EQ(value("SELECT message FROM messages ORDER BY id DESC LIMIT 1"), "waits");
  store.reset();
}

}  // namespace
}  // namespace push::store
