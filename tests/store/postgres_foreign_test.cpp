// Other programs on the same database: locks, limits, rows that we would not write, tables that they alter.
#include <chrono>
#include <future>

#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using support::eventually;
using test::Psql;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class PostgresForeignTest : public PostgresStoreTest {
 protected:
  ~PostgresForeignTest() override { store.reset(); }

  void SetUp() override {
    open();
    alice = user("alice");
    app = application(alice, "A1");
  }
  void expect_refused(const char* why) {
    const auto refused = append(text(app, "refused"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_THAT(refused.error().text, HasSubstr(why));
  }
  void expect_taken() {
    EXPECT_TRUE(eventually([&] { return append(text(app, "taken")).has_value(); }));
    EXPECT_EQ(value("SELECT count(*) FROM messages WHERE message = 'refused'"), "0");
    EXPECT_EQ(value("SELECT count(*) FROM messages WHERE message = 'taken'"), "1");
  }

  // Every session of ours begins anew, as after a restart of the database.
  void end_sessions(const std::string& connection) {
    Psql other(connection);
    const auto ours = other
                          .run(
                              "SELECT string_agg(pid::text, ',') FROM pg_stat_activity WHERE datname ="
                              " current_database() AND application_name = 'sharded-gotify'")
                          .front();
    other.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid IN (" + ours + ")");
    EXPECT_TRUE(
        eventually([&] { return other.run("SELECT 1 FROM pg_stat_activity WHERE pid IN (" + ours + ")").empty(); }));
  }

  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(PostgresForeignTest, ALockOnMessagesIsWaitedForNotForEver) {
  Psql other(database);
  other.run("BEGIN; LOCK TABLE messages");
  expect_refused("55P03");
  const auto read = store->find_message(core::MessageId{1});
  ASSERT_FALSE(read) << "not: there is none";
  EXPECT_EQ(read.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(store->ping());
  other.run("ROLLBACK");
  expect_taken();
}

TEST_F(PostgresForeignTest, ALockOnUsersHoldsUpWhatNeedsThem) {
  Psql other(database);
  other.run("BEGIN; LOCK TABLE users");
  const auto created = test::await(*store, &Store::create_user, NewUser{"bob", "hash", false});
  ASSERT_FALSE(created);
  EXPECT_EQ(created.error().code, ErrorCode::unavailable);
  append_id(app, "needs no user");
  other.run("ROLLBACK");
  user("bob");
}

TEST_F(PostgresForeignTest, AReadOnlyDatabaseIsNamed) {
  const std::string name = value("SELECT current_database()");
  sql("ALTER DATABASE " + name + " SET default_transaction_read_only = on");
  end_sessions(database + " options='-c default_transaction_read_only=off'");
  expect_refused("read-only");
  EXPECT_TRUE(store->find_user(alice)) << "what only reads goes on";
  Psql(database + " options='-c default_transaction_read_only=off'")
      .run("ALTER DATABASE " + name + " RESET default_transaction_read_only");
  expect_taken();  // the writer connects anew by itself
}

TEST_F(PostgresForeignTest, AtTheLimitOfConnectionsEveryoneIsRefusedUntilOneIsFree) {
  const std::string name = value("SELECT current_database()");
  const std::string superuser = test::postgres().superuser();
  test::psql(superuser, "ALTER DATABASE " + name + " CONNECTION LIMIT 0");
  end_sessions(test::postgres().superuser(name));
  expect_refused("the database cannot be reached");
  const auto read = store->find_user(alice);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(eventually([&] { return !store->ping(); }));
  test::psql(superuser, "ALTER DATABASE " + name + " CONNECTION LIMIT -1");
  expect_taken();
  EXPECT_TRUE(store->find_user(alice));
  EXPECT_TRUE(eventually([&] { return store->ping().has_value(); }));
}

// Between authentication and the POST.
TEST_F(PostgresForeignTest, AnApplicationThatAnotherProgramHasDeletedIsGone) {
  sql("DELETE FROM applications");
  expect_failure(append(text(app, "late")), ErrorCode::not_found, "application does not exist");
  EXPECT_THAT(sql("SELECT * FROM messages"), IsEmpty());
}

// Between the rule and the write: the change runs again, and the rule sees it.
TEST_F(PostgresForeignTest, ANameThatAnotherProgramTakesMeanwhileIsAConflict) {
  Psql other(database);
  other.run("BEGIN; INSERT INTO users (name, pass, admin) VALUES ('bob', '', false)");
  auto created = std::async(std::launch::async, [&] {
    return test::await(*store, &Store::create_user, NewUser{"bob", "hash", false});
  });
  ASSERT_TRUE(
      becomes("SELECT count(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE a.datname ="
              " current_database() AND l.locktype = 'transactionid' AND NOT l.granted",
              "1"));
  other.run("COMMIT");
  expect_failure(created.get(), core::Conflict::name, "username already exists");
  EXPECT_THAT(sql("SELECT id FROM users WHERE name = 'bob'"), SizeIs(1));
}

TEST_F(PostgresForeignTest, RowsOfNullsAndOfImpossibleTimesAreRead) {
  sql("INSERT INTO applications (user_id, token) VALUES (1, 'bare');"
      "INSERT INTO clients (user_id, token, last_used, created_at, expires_at)"
      " VALUES (1, 'C1', 'infinity', '0001-01-01 00:00:00Z', NULL);"
      "INSERT INTO messages (application_id, date) VALUES (1, NULL), (1, 'infinity'), (1, '-infinity'),"
      " (1, '0001-01-01 00:00:00Z'), (1, '294000-01-01 00:00:00Z'), (1, '2000-01-01 00:00:00Z')");
  const auto bare = store->find_application_by_token("bare");
  ASSERT_TRUE(bare && *bare);
  EXPECT_EQ((*bare)->name, "");
  EXPECT_EQ((*bare)->default_priority, 0);
  EXPECT_EQ((*bare)->created_at, core::kNoTime);
  const auto client = store->find_client_by_token("C1");
  ASSERT_TRUE(client && *client);
  EXPECT_EQ((*client)->last_used, std::nullopt);
  EXPECT_EQ((*client)->created_at, core::kNoTime);
  const auto messages = listed(alice, {});
  ASSERT_TRUE(messages) << messages.error().text;
  ASSERT_THAT(*messages, SizeIs(6));
  EXPECT_EQ((*messages)[0].date, core::WallTime(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1)));
  for (std::size_t i = 1; i < 6; ++i) EXPECT_EQ((*messages)[i].date, core::kNoTime) << i;
  EXPECT_EQ((*messages)[5].message, "");
  EXPECT_TRUE(store->touch_clients({(*client)->id}, now()));
  EXPECT_TRUE(store->touch_application((*bare)->id, now()));
  append_id(app, "and what comes next is written");
}

TEST_F(PostgresForeignTest, AnApplicationWithoutAUserBelongsToNobody) {
  sql("INSERT INTO applications (token, name) VALUES ('nobody''s', 'x')");
  const auto found = store->find_application_by_token("nobody's");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->user, core::UserId{});
  append_id((*found)->id, "kept");
  EXPECT_THAT(ids(listed(alice, {})), IsEmpty());
}

TEST_F(PostgresForeignTest, IdsThatHaveRunOutRefuseEveryMessageAndSayWhy) {
  sql("ALTER SEQUENCE messages_id_seq MAXVALUE 2147483647; SELECT setval('messages_id_seq', 2147483645)");
  open();
  EXPECT_EQ(core::value(append_id(app, "m")), 2147483646U);
  EXPECT_EQ(core::value(append_id(app, "m")), 2147483647U);
  expect_refused("reached maximum value of sequence");
  sql("ALTER SEQUENCE messages_id_seq NO MAXVALUE");
  expect_taken();
}

// A backup that was restored under the running server, without its connections.
TEST_F(PostgresForeignTest, ADatabaseThatWentBackIsWrittenAgain) {
  for (int i = 0; i < 20; ++i) append_id(app, "m");
  sql("DELETE FROM messages WHERE id > 10; DELETE FROM sharded_gotify_batches WHERE last > 10;"
      " SELECT setval('messages_id_seq', 10)");
  EXPECT_EQ(core::value(append_id(app, "again")), 11U);
  EXPECT_EQ(core::value(*store->newest_message()), 11U);
  sql("SELECT setval('messages_id_seq', 8)");
  // Ids that are there are not given again, and nothing is answered as stored that is not.
  ASSERT_TRUE(eventually([&] { return append(text(app, "taken")).has_value(); }));
  EXPECT_EQ(value("SELECT count(*) FROM messages WHERE message = 'taken'"), "1");
  EXPECT_EQ(value("SELECT count(*) FROM messages"), "12");
}

// pg_dump, for as long as it takes.
TEST_F(PostgresForeignTest, ASnapshotThatStaysOpenChangesNothing) {
  append_id(app, "before");
  Psql dump(database);
  dump.run(
      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT count(*) FROM messages;"
      " LOCK TABLE messages, users, applications, clients, sharded_gotify_batches, sharded_gotify_events"
      " IN ACCESS SHARE MODE");
  for (int i = 0; i < 50; ++i) append_id(app, "meanwhile");
  user("bob");
  EXPECT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{2}));
  EXPECT_THAT(dump.run("SELECT count(*) FROM messages"), ElementsAre("1"));
  dump.run("COMMIT");
  EXPECT_THAT(dump.run("SELECT count(*) FROM messages"), ElementsAre("50"));
}

// As Gotify 3 does to a database from before 2.8, while our statements are prepared.
TEST_F(PostgresForeignTest, StatementsOutliveAnAlteredTable) {
  sql("ALTER TABLE users ALTER COLUMN id TYPE integer; ALTER TABLE messages ALTER COLUMN priority TYPE integer");
  open();
  const auto message = append_id(app, "m");
  const auto read_all = [&] {
    EXPECT_TRUE(store->find_user(alice));
    EXPECT_TRUE(store->list_users());
    EXPECT_THAT(ids(listed(alice, {})), SizeIs(1));
    const auto one = store->find_message(message);
    EXPECT_TRUE(one && *one) << (one ? "" : one.error().text);
  };
  for (int i = 0; i < 10; ++i) read_all();  // with each connection
  sql("ALTER TABLE users ALTER COLUMN id TYPE bigint; ALTER TABLE messages ALTER COLUMN priority TYPE bigint;"
      " ALTER TABLE users ADD COLUMN more text");
  for (int i = 0; i < 10; ++i) read_all();
  expect_taken();
  user("bob");
}

}  // namespace
}  // namespace push::store
