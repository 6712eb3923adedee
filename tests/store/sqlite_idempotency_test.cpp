// The idempotency keys in the database.
#include <gmock/gmock.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>

#include "store/faults.hpp"
#include "store/support.hpp"
#include "support/wait.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using std::chrono::minutes;
using support::eventually;
using ::testing::ElementsAre;

class SqliteIdempotencyTest : public StoreTest {
 protected:
  void SetUp() override {
    start();
    alice = user("alice");
    app = application(alice, "A1");
    other = application(alice, "A2");
  }
  ~SqliteIdempotencyTest() override { faults().disarm(); }

  void start() {
    store.reset();
    auto opened = store::open(database, metrics, [this] { return core::wall_now() + ahead.load(); });
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  std::string row(const std::string& sql) { return Sqlite(database.connection).row(sql); }
  std::string messages() { return row("SELECT count(*) FROM messages"); }
  std::string rows() { return row("SELECT count(*) FROM sharded_gotify_idempotency"); }
  // "id", "id again" of a replay, or the error's text.
  std::string outcome(NewMessage message) {
    const auto stored = append(std::move(message));
    if (!stored) return stored.error().text;
    return std::to_string(core::value(stored->id)) + (stored->replayed ? " again" : "");
  }
  void insert_key(std::uint64_t message, const std::string& key, core::WallTime at) {
    Sqlite(database.connection)
        .run("INSERT INTO sharded_gotify_idempotency VALUES (" + std::to_string(message) + ", " +
             std::to_string(core::value(app)) + ", " + key + ", zeroblob(16), 0, " +
             std::to_string(at.time_since_epoch().count()) + ")");
  }

  std::atomic<std::chrono::nanoseconds> ahead{};  // of the store's clock
  core::UserId alice{};
  core::ApplicationId app{};
  core::ApplicationId other{};
};

TEST_F(SqliteIdempotencyTest, KeysSurviveARestart) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  EXPECT_EQ(outcome(keyed(app, 8, "n")), "2");
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{2}));
  for (int i = 0; i < 2; ++i) {
    start();
    EXPECT_EQ(outcome(keyed(app, 7, "m")), "1 again");
    EXPECT_EQ(outcome(keyed(app, 8, "n")), "2 again");
    EXPECT_EQ(outcome(keyed(app, 8, "other", 2)), "this Idempotency-Key was used for another message, id 2");
  }
  ahead = minutes(10);
  start();
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "3");
}

// The files as they are when the sender hears of it: whoever crashes now has both, or has answered nothing.
TEST_F(SqliteIdempotencyTest, AKeyIsStoredInTheTransactionOfItsMessage) {
  const TemporaryFolder copy;
  std::promise<void> done;
  ASSERT_TRUE(store->append(keyed(app, 7, "m"), [&](const core::Result<StoredMessage>& stored) {
    EXPECT_TRUE(stored);
    for (const std::string end : {"", "-wal"}) {
      std::filesystem::copy_file(database.connection + end, copy.file("copy.db" + end));
    }
    done.set_value();
  }));
  done.get_future().wait();
  Sqlite crashed(copy.file("copy.db"));
  EXPECT_EQ(crashed.row("SELECT id FROM messages"), "int:1");
  EXPECT_EQ(crashed.row("SELECT message_id, application_id FROM sharded_gotify_idempotency"), "int:1|int:1");
}

TEST_F(SqliteIdempotencyTest, WhateverCallOfTheDiskFailsARetryStoresTheMessageOnce) {
  int refused = 0;
  for (const int error : {EIO, ENOSPC}) {
    for (int call = 1; call <= 24; ++call) {
      const std::uint64_t key = static_cast<std::uint64_t>(error * 100 + call);
      const std::string message = "m" + std::to_string(key);
      faults().arm(call, call, error);
      const auto first = append(keyed(app, key, message));
      faults().disarm();
      if (!first) ++refused;
      const auto again = append(keyed(app, key, message));
      ASSERT_TRUE(again) << again.error().text;
      EXPECT_EQ(again->replayed, first.has_value()) << message;
      start();
      EXPECT_EQ(row("SELECT count(*) FROM messages WHERE message = '" + message + "'"), "int:1");
      const auto later = append(keyed(app, key, message));
      ASSERT_TRUE(later) << later.error().text;
      EXPECT_EQ(later->id, again->id);
    }
  }
  EXPECT_GE(refused, 4) << "the faults were felt";
}

// All that wait for the first fail with it; each is then on its own.
TEST_F(SqliteIdempotencyTest, WhenTheFirstFailsThoseThatWaitForItAreNotStoredEither) {
  faults().arm(1, 0, EIO);
  std::promise<void> last;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(store->append(keyed(app, 7, "m"), [&](const core::Result<StoredMessage>& stored) {
      EXPECT_FALSE(stored);
      if (++failed == 10) last.set_value();
    }));
  }
  last.get_future().wait();
  faults().disarm();
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  EXPECT_EQ(messages(), "int:1");
}

TEST_F(SqliteIdempotencyTest, TheTableIsEmptiedAfterTenMinutes) {
  for (std::uint64_t key = 1; key <= 300; ++key) ASSERT_TRUE(append(keyed(app, key, "m")));
  metrics::Counter& commits = metrics.counter("push_store_commits_total", "");
  const auto before = commits.value();
  ahead = minutes(10) - std::chrono::seconds(10);
  store->forget_old_keys();
  ASSERT_TRUE(append(text(app, "m")));
  EXPECT_EQ(commits.value(), before + 1) << "while there is nothing to do, nothing is done";
  EXPECT_EQ(rows(), "int:300");
  ahead = minutes(10);
  ASSERT_TRUE(eventually([&] {
    store->forget_old_keys();
    return rows() == "int:0";
  }));
  EXPECT_EQ(metrics.gauge("push_idempotency_keys", "").value(), 0);
  EXPECT_EQ(metrics.counter("push_idempotency_keys_dropped_total", "").value(), 0U);
  EXPECT_EQ(messages(), "int:301");
}

TEST_F(SqliteIdempotencyTest, AnApplicationLosesItsOldestKeysAndNobodyElse) {
  database.idempotencykeys = 20;
  start();
  EXPECT_EQ(outcome(keyed(other, 1, "m")), "1");
  for (std::uint64_t key = 1; key <= 30; ++key) ASSERT_TRUE(append(keyed(app, key, "m")));
  EXPECT_EQ(metrics.counter("push_idempotency_keys_dropped_total", "").value(), 20U);
  ASSERT_TRUE(eventually([&] {
    store->forget_old_keys();
    return rows() == "int:11";
  }));
  EXPECT_EQ(outcome(keyed(app, 30, "m")), "31 again");
  EXPECT_EQ(outcome(keyed(app, 21, "m")), "22 again");
  EXPECT_EQ(outcome(keyed(other, 1, "m")), "1 again");
  EXPECT_EQ(outcome(keyed(app, 20, "m")), "32") << "it was dropped before its time";
}

// The table is never much longer than what is remembered, even if nobody calls forget_old_keys().
TEST_F(SqliteIdempotencyTest, AFloodOfKeysDoesNotLengthenTheTable) {
  database.idempotencykeys = 20;
  start();
  for (std::uint64_t key = 1; key <= 200; ++key) ASSERT_TRUE(append(keyed(app, key, "m")));
  EXPECT_LE(std::stoi(rows().substr(4)), 12);
}

TEST_F(SqliteIdempotencyTest, WhatTheTableShouldNotHoldIsRemoved) {
  const auto now = core::wall_now();
  store.reset();
  insert_key(101, "x'00'", now);                                               // not a hash
  insert_key(102, "NULL", now);                                                // likewise
  insert_key(103, "zeroblob(16)", now - minutes(11));                          // too old
  insert_key(104, "x'01000000000000000000000000000000'", now + minutes(600));  // by a clock that was ahead
  start();
  ASSERT_TRUE(eventually([&] {
    store->forget_old_keys();
    return rows() == "int:1";
  }));
  ahead = minutes(9);
  NewMessage message = text(app, "m");
  message.idempotency = IdempotencyKey{{1, 0}, {0, 0}};
  EXPECT_EQ(outcome(message), "104 again");
  ahead = minutes(10) + std::chrono::seconds(10);
  EXPECT_EQ(outcome(message), "1");
}

// It writes nothing.
TEST_F(SqliteIdempotencyTest, ARepetitionIsAnsweredWhileTheDiskIsFull) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  faults().arm(1, 0, ENOSPC);
  EXPECT_FALSE(append(keyed(app, 8, "n")));
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1 again");
  faults().disarm();
}

// More than one slice deletes, so that the failure hits the middle.
TEST_F(SqliteIdempotencyTest, RowsWhoseDeletionFailedAreDeletedLater) {
  store.reset();
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
          " INSERT INTO sharded_gotify_idempotency SELECT i, 1, zeroblob(16), zeroblob(16), 0, 0 FROM n");
  start();
  faults().arm(1, 0, EIO);
  store->forget_old_keys();
  metrics::Counter& failed = metrics.counter("push_store_failed_posts_total", "");
  ASSERT_TRUE(eventually([&] { return failed.value() == 1; }));
  faults().disarm();
  ASSERT_TRUE(eventually([&] {
    store->forget_old_keys();
    return rows() == "int:0";
  })) << rows();
}

TEST_F(SqliteIdempotencyTest, ATableThatCannotBeReadConcernsOnlyMessagesWithKeys) {
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1");
  store.reset();
  Sqlite other_program(database.connection);
  other_program.run("ALTER TABLE sharded_gotify_idempotency RENAME COLUMN content TO foreign_content");
  start();
  store->forget_old_keys();
  EXPECT_TRUE(append(text(app, "n")));
  const auto refused = append(keyed(app, 7, "m"));
  ASSERT_FALSE(refused) << "it cannot be known whether this is stored";
  EXPECT_THAT(refused.error().text, ::testing::HasSubstr("no such column: content"));
  EXPECT_EQ(metrics.counter("push_store_failed_posts_total", "").value(), 0U) << "nothing was tried in the background";
  EXPECT_TRUE(append(text(app, "o")));
  other_program.run("ALTER TABLE sharded_gotify_idempotency RENAME COLUMN foreign_content TO content");
  EXPECT_EQ(outcome(keyed(app, 7, "m")), "1 again");
  EXPECT_EQ(messages(), "int:3");
}

TEST_F(SqliteIdempotencyTest, AMessageWithoutAKeyLeavesTheTableAlone) {
  ASSERT_TRUE(append(text(app, "m")));
  EXPECT_EQ(rows(), "int:0");
  EXPECT_EQ(row("SELECT count(*) FROM sqlite_master WHERE tbl_name = 'sharded_gotify_idempotency'"), "int:1")
      << "no index";
}

}  // namespace
}  // namespace push::store
