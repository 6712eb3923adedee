// What must never happen: a message that is reported as stored and missing afterwards.
#include "push/store/open.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteBackendTest : public StoreTest {
 protected:
  ~SqliteBackendTest() override { faults().disarm(); }

  void open_with_application() {
    open();
    alice = user("alice");
    app = application(alice, "A1");
  }

  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(SqliteBackendTest, SixtyFourThreadsGetRisingIdsAndEveryRowIsThere) {
  open_with_application();
  constexpr int kThreads = 64;
  constexpr int kEach = 100;
  std::vector<std::pair<std::uint64_t, std::string>> answered;  // the writer thread's until drained
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        std::promise<void> done;
        const auto queued = store->append(text(app, std::to_string(t) + "/" + std::to_string(i)),
                                          [&](const core::Result<model::Message>& stored) {
                                            ASSERT_TRUE(stored) << stored.error().text;
                                            answered.emplace_back(core::value(stored->id), stored->message);
                                            done.set_value();
                                          });
        ASSERT_TRUE(queued);
        done.get_future().wait();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  store->drain();
  ASSERT_EQ(answered.size(), std::size_t{kThreads} * kEach);
  for (std::size_t i = 0; i < answered.size(); ++i) ASSERT_EQ(answered[i].first, i + 1) << "in order of the answers";
  const auto rows = Sqlite(database.connection).rows("SELECT id, message FROM messages ORDER BY id");
  ASSERT_EQ(rows.size(), answered.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    ASSERT_EQ(rows[i], "int:" + std::to_string(answered[i].first) + "|text:" + answered[i].second);
  }
  EXPECT_LT(metrics.counter("push_store_commits_total", "").value(), answered.size()) << "commits are shared";
}

// The child appends from many threads and reports the answers; it is killed while it does so.
struct Told {
  std::uint64_t id;
  std::uint64_t tag;
};

[[noreturn]] void load_until_killed(const config::Database& database, int pipe) {
  metrics::Registry metrics;
  auto store = store::open(database, metrics);
  if (!store) ::_exit(1);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 1; t <= 8; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint64_t n = 0;; ++n) {
        NewMessage message;
        message.application = core::ApplicationId{1};
        message.message = std::to_string(t * 1'000'000 + n);
        message.date = core::wall_now();
        std::promise<void> done;
        const auto queued = (*store)->append(std::move(message), [&](const core::Result<model::Message>& stored) {
          if (!stored) ::_exit(2);
          const Told told{core::value(stored->id), t * 1'000'000 + n};
          if (::write(pipe, &told, sizeof(told)) != sizeof(told)) ::_exit(3);
          done.set_value();
        });
        if (!queued) ::_exit(4);
        done.get_future().wait();
      }
    });
  }
  threads.front().join();
  ::_exit(5);
}

TEST_F(SqliteBackendTest, NothingAnsweredIsLostToKillMinusNine) {
  open_with_application();
  store.reset();
  const auto seed = std::random_device{}();
  RecordProperty("seed", std::to_string(seed));
  std::mt19937 random(seed);
  std::map<std::uint64_t, std::uint64_t> ledger;
  for (int round = 0; round < 6; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(ends[0]);
      load_until_killed(database, ends[1]);
    }
    ::close(ends[1]);
    const unsigned kill_after = 1 + static_cast<unsigned>(random() % 3000);
    Told told{};
    for (unsigned n = 1; ::read(ends[0], &told, sizeof(told)) == sizeof(told); ++n) {
      EXPECT_TRUE(ledger.emplace(told.id, told.tag).second) << "id " << told.id << " was given twice, seed " << seed;
      if (n == kill_after) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);

    open();
    Sqlite other(database.connection);
    EXPECT_EQ(other.row("PRAGMA integrity_check"), "text:ok");
    std::set<std::string> rows;
    for (auto& row : other.rows("SELECT id, message FROM messages")) rows.insert(std::move(row));
    for (const auto& [id, tag] : ledger) {
      ASSERT_TRUE(rows.contains("int:" + std::to_string(id) + "|text:" + std::to_string(tag)))
          << "message " << id << " was answered and is lost, seed " << seed << ", round " << round;
    }
    store.reset();
  }
  EXPECT_FALSE(ledger.empty());
}

TEST_F(SqliteBackendTest, EveryCommitIsSyncedBeforeItsAnswer) {
  open_with_application();
  for (int i = 0; i < 5; ++i) {
    const int before = faults().syncs;
    append_id(app, "m");
    EXPECT_GT(faults().syncs, before);
  }
}

TEST_F(SqliteBackendTest, AFullDiskRefusesAndRecoversAlone) {
  open_with_application();
  append_id(app, "before");
  faults().arm(1, 0, ENOSPC);
  for (int i = 0; i < 3; ++i) {
    const auto refused = append(text(app, "refused"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_THAT(refused.error().text, HasSubstr("full"));
    const auto change = test::await(*store, &Store::create_user, NewUser{"bob", "", false});
    ASSERT_FALSE(change);
    EXPECT_EQ(change.error().code, ErrorCode::unavailable);
  }
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(1)) << "reads work meanwhile";
  faults().disarm();
  append_id(app, "after");
  EXPECT_TRUE(test::await(*store, &Store::create_user, NewUser{"bob", "", false}));
  open();
  const auto messages = listed(alice, {});
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ((*messages)[0].message, "after");
  EXPECT_EQ((*messages)[1].message, "before");
  EXPECT_GE(metrics.counter("push_store_failed_commits_total", "").value(), 6U);
}

TEST_F(SqliteBackendTest, AnyFailingDiskCallIsNeverAnsweredAsStored) {
  open_with_application();
  std::map<std::uint64_t, std::string> ledger;
  int refused = 0;
  int number = 0;
  for (const int error : {EIO, ENOSPC}) {
    for (const bool half : {false, true}) {
      for (int call = 1; call <= 16; ++call) {
        // One call in the middle of a few commits fails, then the disk works again.
        faults().arm(call, call, error, half);
        for (int i = 0; i < 4; ++i) {
          const std::string message = std::to_string(++number) + std::string(6000, 'x');
          const auto stored = append(text(app, message));
          if (stored) {
            EXPECT_TRUE(ledger.emplace(core::value(stored->id), message).second);
          } else {
            EXPECT_EQ(stored.error().code, ErrorCode::unavailable) << stored.error().text;
            ++refused;
          }
        }
        faults().disarm();
        append_id(app, "well");
      }
    }
  }
  EXPECT_GE(refused, 30) << "the faults were felt";
  open();
  Sqlite other(database.connection);
  EXPECT_EQ(other.row("PRAGMA integrity_check"), "text:ok");
  for (const auto& [id, message] : ledger) {
    EXPECT_EQ(other.row("SELECT message FROM messages WHERE id = " + std::to_string(id)), "text:" + message);
  }
}

TEST_F(SqliteBackendTest, AFailedBatchLeavesNoHalfOfItself) {
  open_with_application();
  faults().arm(1, 0, EIO);
  std::atomic<int> failed{0};
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(store->append(text(app, "m"), [&](const core::Result<model::Message>& stored) {
      if (!stored) ++failed;
    }));
  }
  store->drain();
  faults().disarm();
  EXPECT_EQ(failed, 100);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:0");
}

TEST_F(SqliteBackendTest, ALockedDatabaseRefusesAndRecoversAlone) {
  open_with_application();
  append_id(app, "before");
  {
    Sqlite other(database.connection);
    other.run("BEGIN IMMEDIATE");
    const auto refused = append(text(app, "refused"));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
    EXPECT_THAT(refused.error().text, HasSubstr("database is locked"));
    EXPECT_THAT(ids(listed(alice, {})), ElementsAre(1)) << "reads do not wait for the lock";
    other.run("ROLLBACK");
  }
  append_id(app, "after");
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(2, 1));
}

TEST_F(SqliteBackendTest, AReadInProgressDoesNotHoldUpTheWriter) {
  open_with_application();
  append_id(app, "first");
  Sqlite other(database.connection);
  other.run("BEGIN");
  EXPECT_EQ(other.row("SELECT count(*) FROM messages"), "int:1");
  append_id(app, "second");
  EXPECT_EQ(other.row("SELECT count(*) FROM messages"), "int:1") << "its view is its own";
  other.run("COMMIT");
  EXPECT_EQ(other.row("SELECT count(*) FROM messages"), "int:2");
}

TEST_F(SqliteBackendTest, AnErrorInAnOperationLeavesTheMessagesBesideItAlone) {
  open_with_application();
  std::vector<std::thread> threads;
  std::atomic<int> stored_messages{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        if (append(text(app, "m"))) ++stored_messages;
        const auto taken = test::await(*store, &Store::create_user, NewUser{"alice", "", false});
        ASSERT_FALSE(taken);
        ASSERT_EQ(taken.error().text, "username already exists");
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(stored_messages, 200);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:200");
}

// RAISE(FAIL) leaves the row that the statement has written: only the savepoint undoes it.
TEST_F(SqliteBackendTest, WhatAFailedOperationWroteIsUndoneAndTheMessagesBesideItStay) {
  open_with_application();
  Sqlite other(database.connection);
  other.run("CREATE TRIGGER refuse AFTER INSERT ON users WHEN NEW.name = 'half' BEGIN SELECT RAISE(FAIL, 'no'); END");
  std::atomic<int> stored_messages{0};
  std::thread messages([&] {
    for (int i = 0; i < 50; ++i) {
      if (append(text(app, "m"))) ++stored_messages;
    }
  });
  for (int i = 0; i < 50; ++i) {
    const auto half = test::await(*store, &Store::create_user, NewUser{"half", "", false});
    EXPECT_FALSE(half);
    if (!half) {
      EXPECT_EQ(half.error().code, ErrorCode::conflict) << half.error().text;
    }
  }
  messages.join();
  EXPECT_EQ(stored_messages, 50);
  EXPECT_EQ(other.row("SELECT count(*) FROM messages"), "int:50");
  EXPECT_EQ(other.row("SELECT count(*) FROM users"), "int:1") << "a row of a failed change was committed";
  other.run("DROP TRIGGER refuse");
}

TEST_F(SqliteBackendTest, TheLogIsMovedIntoTheFileBesideTheWriter) {
  open_with_application();
  const std::string large(256 * 1024, 'x');
  for (int i = 0; i < 24; ++i) append_id(app, large);
  // Far below the length at which the writer itself would do it. If nobody does, the test runs into its time limit.
  while (std::filesystem::file_size(database.connection) < 1024U * 1024) std::this_thread::yield();
}

TEST_F(SqliteBackendTest, TheLogIsBoundedUnderLoadAndGoneAfterAClose) {
  open_with_application();
  const std::string log = database.connection + "-wal";
  std::uintmax_t longest = 0;
  std::uintmax_t written = 0;
  const std::string large(256 * 1024, 'x');
  for (int round = 0; round < 100; ++round) {
    for (int i = 0; i < 8; ++i) {
      ASSERT_TRUE(
          store->append(text(app, large), [](const core::Result<model::Message>& stored) { ASSERT_TRUE(stored); }));
      written += large.size();
    }
    append_id(app, "end of round");
    longest = std::max(longest, std::filesystem::file_size(log));
  }
  EXPECT_GE(written, 200U * 1024 * 1024);
  EXPECT_LT(longest, 160U * 1024 * 1024);
  EXPECT_GT(std::filesystem::file_size(database.connection), 64U * 1024 * 1024) << "pages move while it runs";
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(log));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:900");
}

}  // namespace
}  // namespace push::store
