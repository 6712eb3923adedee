#include <gmock/gmock.h>

#include <atomic>
#include <cerrno>
#include <future>
#include <vector>

#include "store/faults.hpp"
#include "store/logged_events.hpp"
#include "store/sqlite/purges.hpp"
#include "store/sqlite/transaction.hpp"
#include "store/support.hpp"
#include "support/wait.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using support::eventually;
using ::testing::ElementsAre;

class SqlitePurgesTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    app = application(alice, "A1");
    other = application(bob, "B1");
  }
  ~SqlitePurgesTest() override { faults().disarm(); }

  // By another program while the store is closed.
  void fill(core::ApplicationId application, int count) {
    store.reset();
    Sqlite(database.connection)
        .run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
             ") INSERT INTO messages (application_id, message, date) SELECT " +
             std::to_string(core::value(application)) + ", 'm', '2026-01-01' FROM n");
    open();
  }

  // The disk fails permanently some time after the deletion, so the purge cannot finish.
  void delete_application_on_a_dying_disk() {
    for (int call = 1; call <= 100; ++call) {
      open();
      faults().arm(call, 0, EIO);
      if (test::await(*store, &Store::delete_application, alice, app)) return;
      faults().disarm();
    }
    FAIL() << "the application is not deleted";
  }

  std::string row(const std::string& sql) { return Sqlite(database.connection).row(sql); }
  std::string left(core::ApplicationId application) {
    return row("SELECT count(*) FROM messages WHERE application_id = " + std::to_string(core::value(application)));
  }
  std::string notes() { return row("SELECT count(*) FROM sharded_gotify_purges"); }

  core::ApplicationId app{};
  core::ApplicationId other{};
};

TEST_F(SqlitePurgesTest, TheMessagesOfADeletedApplicationLeaveTheDiskAndThenItsNote) {
  fill(app, 5000);
  fill(other, 3);
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, app));
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(left(app), "int:0");
  EXPECT_EQ(left(other), "int:3");
  EXPECT_TRUE(eventually([&] { return metrics.counter("push_store_purged_messages_total", "").value() == 5000U; }));
}

TEST_F(SqlitePurgesTest, TheMessagesOfADeletedUserLeaveTheDisk) {
  const auto second = application(alice, "A2");
  application(alice, "A3");
  fill(app, 1000);
  fill(second, 1000);
  fill(other, 3);
  ASSERT_TRUE(test::await(*store, &Store::delete_user, alice));
  EXPECT_TRUE(ids(listed(app, {})).empty());
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(row("SELECT count(*), min(application_id), max(application_id) FROM messages"),
            "int:3|int:" + std::to_string(core::value(other)) + "|int:" + std::to_string(core::value(other)));
}

TEST_F(SqlitePurgesTest, ARestartInTheMiddleGoesOn) {
  fill(app, 5000);
  delete_application_on_a_dying_disk();
  store.reset();
  faults().disarm();
  EXPECT_EQ(notes(), "int:1");
  EXPECT_NE(left(app), "int:0") << "the end came in the middle";
  open();
  EXPECT_TRUE(ids(listed(alice, {})).empty());
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(left(app), "int:0");
}

TEST_F(SqlitePurgesTest, OnlyNotedApplicationsThatAreGoneArePurged) {
  fill(app, 10);
  fill(other, 10);
  fill(core::ApplicationId{77}, 10);
  fill(core::ApplicationId{88}, 10);
  store.reset();
  Sqlite(database.connection)
      .run("INSERT INTO sharded_gotify_purges VALUES (77), (" + std::to_string(core::value(other)) + "), (99)");
  open();
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(left(core::ApplicationId{77}), "int:0");
  EXPECT_EQ(left(other), "int:10") << "it is there, so its note was wrong";
  EXPECT_EQ(left(core::ApplicationId{88}), "int:10") << "nobody noted it";
  EXPECT_EQ(left(app), "int:10");
}

TEST_F(SqlitePurgesTest, MoreNotesThanOneSliceTakesAllGo) {
  store.reset();
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE i < 1099)"
          " INSERT INTO sharded_gotify_purges SELECT i FROM n");
  fill(core::ApplicationId{1099}, 3);
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(left(core::ApplicationId{1099}), "int:0");
}

TEST_F(SqlitePurgesTest, MessagesThatComeAfterTheCallStay) {
  fill(app, 20'000);
  std::promise<core::Result<void>> end;
  ASSERT_TRUE(
      store->delete_messages(app, kEveryMessage, [&](core::Result<void> done) { end.set_value(std::move(done)); }));
  const auto late = append_id(app, "late");
  ASSERT_TRUE(end.get_future().get());
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(core::value(late)));
}

// The time of the call counts, not the time at which its turn comes.
TEST_F(SqlitePurgesTest, MessagesThatComeWhileTheCallWaitsForItsTurnStay) {
  fill(other, 50'000);
  append_id(app, "early");
  std::promise<core::Result<void>> large;
  std::promise<core::Result<void>> small;
  ASSERT_TRUE(
      store->delete_messages(bob, kEveryMessage, [&](core::Result<void> done) { large.set_value(std::move(done)); }));
  ASSERT_TRUE(
      store->delete_messages(alice, kEveryMessage, [&](core::Result<void> done) { small.set_value(std::move(done)); }));
  const auto late = append_id(app, "late");
  ASSERT_TRUE(small.get_future().get());
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(core::value(late)));
  ASSERT_TRUE(large.get_future().get());
  EXPECT_EQ(left(other), "int:0");
}

TEST_F(SqlitePurgesTest, ASmallPurgeDoesNotWaitForALargeOne) {
  fill(other, 200'000);
  append_id(app, "m");
  std::atomic<bool> large_is_done{false};
  ASSERT_TRUE(store->delete_messages(other, kEveryMessage, [&](const core::Result<void>&) { large_is_done = true; }));
  ASSERT_TRUE(purge(*store, app));
  EXPECT_FALSE(large_is_done);
  EXPECT_TRUE(ids(listed(app, {})).empty());
  store->drain();
  EXPECT_TRUE(large_is_done) << "answered, if with an error";
}

TEST_F(SqlitePurgesTest, AfterDrainAPurgeIsRefused) {
  store->drain();
  const auto refused = purge(*store, app);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
}

TEST_F(SqlitePurgesTest, AFailedDiskIsTheAnswerAndLaterCallsWork) {
  fill(app, 2000);
  faults().arm(1, 0, EIO);
  const auto failed = purge(*store, app);
  faults().disarm();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::unavailable);
  EXPECT_EQ(left(app), "int:2000");
  ASSERT_TRUE(purge(*store, app));
  EXPECT_EQ(left(app), "int:0");
}

TEST_F(SqlitePurgesTest, ANotedPurgeOutlivesAFailedDisk) {
  fill(app, 5000);
  delete_application_on_a_dying_disk();
  ASSERT_TRUE(eventually([&] { return metrics.counter("push_store_failed_purges_total", "").value() > 0; }));
  faults().disarm();
  ASSERT_TRUE(eventually([&] { return notes() == "int:0"; }));
  EXPECT_EQ(left(app), "int:0");
}

// A writer that runs operations on one database, for what happens between a purge's look-up and its slice.
class PlainBackend final : public Backend {
 public:
  explicit PlainBackend(sqlite::Database& database) : database_(database) {}
  core::Result<void> begin() override { return database_.run("BEGIN"); }
  core::Result<void> insert(std::span<NewMessage>, std::span<core::Result<Inserted>>) override { return {}; }
  core::Result<void> run(Operation& operation) override {
    sqlite::Transaction transaction(database_);
    return operation(transaction);
  }
  core::Result<void> commit() override { return database_.run("COMMIT"); }
  void rollback() override { EXPECT_TRUE(database_.run("ROLLBACK")); }
  void rest() override {}

 private:
  sqlite::Database& database_;
};

TEST_F(SqlitePurgesTest, ASliceLogsNoEventOfWhoIsGoneMeanwhile) {
  fill(app, 4);
  fill(other, 4);
  store.reset();
  Sqlite(database.connection).run("DELETE FROM users WHERE id = " + std::to_string(core::value(bob)));
  auto writing = sqlite::Database::open(database.connection, sqlite::Database::Mode::read_write, 50);
  ASSERT_TRUE(writing);
  sqlite::FileWatch watch(database.connection, sqlite::Journal::rollback);
  sqlite::ReaderPool readers({}, watch);
  PlainBackend backend(*writing);
  Writer writer(backend, {.queue = 8, .batch = 8, .queue_bytes = 1024, .batch_bytes = 1024}, metrics);
  sqlite::PurgeTables tables(writer, readers);
  const auto delete_up_to = [&](core::ApplicationId from, core::MessageId bound, const model::Event& event) {
    const auto deleted = tables.delete_messages(std::vector{from}, bound, event, std::chrono::seconds(60));
    return deleted && deleted->emptied == 1 ? deleted->messages : -1;
  };
  const core::ApplicationId gone{99};
  const auto now = core::wall_now();
  EXPECT_EQ(delete_up_to(app, core::MessageId{1}, deletion_up_to(alice, now, core::MessageId{1}, gone)), 1);
  EXPECT_EQ(delete_up_to(other, core::MessageId{5}, deletion_up_to(bob, now, core::MessageId{5})), 1);
  EXPECT_EQ(delete_up_to(other, core::MessageId{6}, deletion_up_to(bob, now, core::MessageId{6}, other)), 1);
  EXPECT_EQ(row("SELECT count(*) FROM sharded_gotify_events"), "int:0");
  EXPECT_EQ(delete_up_to(app, core::MessageId{2}, deletion_up_to(alice, now, core::MessageId{2}, app)), 1);
  EXPECT_EQ(delete_up_to(app, core::MessageId{3}, deletion_up_to(alice, now, core::MessageId{3})), 1);
  EXPECT_EQ(row("SELECT group_concat(up_to) FROM sharded_gotify_events"), "text:2,3");
}

TEST_F(SqlitePurgesTest, ASliceIsFoundByTheIndex) {
  std::string plan;
  for (const auto& line :
       Sqlite(database.connection)
           .rows("EXPLAIN QUERY PLAN DELETE FROM messages WHERE id IN"
                 " (SELECT id FROM messages WHERE application_id = 1 AND id <= 5 ORDER BY id LIMIT 64)"))
    plan += line + "\n";
  EXPECT_THAT(plan, ::testing::HasSubstr("sharded_gotify_messages_application (application_id=? AND id<?)"));
  EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN messages")));
  EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("TEMP B-TREE")));
}

}  // namespace
}  // namespace push::store
