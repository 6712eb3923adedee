// A database that is moved, removed, replaced, overwritten or damaged while the server runs.
#include "store/sqlite/file_watch.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <thread>

#include "store/sqlite/check.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds kASecond{1000};
constexpr std::chrono::seconds kLong{20};

template <class Done>
bool within(std::chrono::milliseconds time, Done done) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

class FileWatchTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    alice = user("alice");
    app = application(alice, "A1");
    for (int i = 1; i <= 5; ++i) append_id(app, "m" + std::to_string(i));
  }
  std::string path() const { return database.connection; }
  bool turns(bool healthy) {
    return within(healthy ? kLong : kASecond * 2, [&] { return store->ping().has_value() == healthy; });
  }
  // Returns how many messages are in the file all the same: 1 if a commit noticed, 0 if somebody had looked before.
  std::size_t expect_refused(const std::string& why) {
    const auto refused = append(text(app, "refused"));
    const auto next = append(text(app, "refused"));
    EXPECT_FALSE(refused || next) << "answered as stored: " << why;
    if (refused || next) return 0;
    EXPECT_THAT(refused.error().text, HasSubstr(why));
    EXPECT_EQ(next.error().code, core::ErrorCode::unavailable);
    return refused.error().code == core::ErrorCode::internal ? 1 : 0;
  }
  // Another file with one message more than the database had when it was made.
  std::string backup() {
    const std::string copy = folder.file("backup.db");
    Sqlite other(path());
    other.run("VACUUM INTO '" + copy + "'");
    Sqlite(copy).run("INSERT INTO messages (application_id, message, date) VALUES (1, 'of the backup', '2026-01-01')");
    return copy;
  }
  std::string newest() {
    const auto page = listed(alice, {});
    return page && !page->empty() ? page->front().message : "nothing";
  }
  void expect_sound(const std::string& messages) {
    Sqlite other(path());
    EXPECT_EQ(other.row("PRAGMA integrity_check"), "text:ok");
    EXPECT_EQ(other.row("SELECT count(*) FROM messages WHERE message <> 'refused'"), "int:" + messages);
  }

  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(FileWatchTest, AMovedFileRefusesWritesUntilItIsBack) {
  fs::rename(path(), folder.file("elsewhere"));
  const std::size_t unknown = expect_refused("gotify.db: the file was moved or removed while the server was running");
  EXPECT_FALSE(store->ping());
  EXPECT_FALSE(test::await(*store, &Store::create_user, NewUser{"bob", "", false}));
  EXPECT_EQ(listed(alice, {})->size(), 5U + unknown) << "reads go on";
  fs::rename(folder.file("elsewhere"), path());
  ASSERT_TRUE(turns(true));
  append_id(app, "after");
  open();
  expect_sound("6");
}

TEST_F(FileWatchTest, AMovedFolderIsSeenWithoutAnyWrite) {
  const std::string away = folder.path().string() + ".away";
  fs::rename(folder.path(), away);
  EXPECT_TRUE(turns(false));
  fs::rename(away, folder.path());
  EXPECT_TRUE(turns(true));
  append_id(app, "after");
}

TEST_F(FileWatchTest, ARemovedFileIsNotWrittenTo) {
  fs::remove(path());
  expect_refused("moved or removed");
  EXPECT_TRUE(turns(false));
}

TEST_F(FileWatchTest, WhatWasInARemovedLogIsSaved) {
  fs::remove(path() + "-wal");
  ASSERT_TRUE(turns(false));
  expect_refused("the file's log (-wal, -shm) was moved or removed");
  open();
  expect_sound("5");
  append_id(app, "after the restart");
}

// Nobody waits for a stop in order: the server may be killed next.
TEST_F(FileWatchTest, WhatWasInARemovedLogIsSavedAtOnce) {
  fs::remove(path() + "-wal");
  const std::string copy = folder.file("copy.db");
  EXPECT_TRUE(within(kASecond * 3, [&] {
    fs::copy_file(path(), copy, fs::copy_options::overwrite_existing);
    return Sqlite("file:" + copy + "?immutable=1").try_row("SELECT count(*) FROM messages") == "int:5";
  }));
}

TEST_F(FileWatchTest, ARemovedIndexOfTheLogRefusesWritesToo) {
  fs::remove(path() + "-shm");
  ASSERT_TRUE(turns(false));
  expect_refused("(-wal, -shm)");
  open();
  expect_sound("5");
}

TEST_F(FileWatchTest, AFileMovedOverItIsUsedAfterARestart) {
  const std::string copy = backup();
  append_id(app, "lost to the backup");
  fs::rename(copy, path());
  expect_refused("the file was replaced or overwritten while the server was running");
  ASSERT_TRUE(turns(false));
  EXPECT_TRUE(fs::exists(path() + "-wal.former"));
  open();
  EXPECT_EQ(newest(), "of the backup");
  expect_sound("6");
}

TEST_F(FileWatchTest, AFileCopiedOverItIsUsedAfterARestart) {
  const std::string copy = backup();
  for (int i = 0; i < 300; ++i) append_id(app, std::string(4000, 'x'));
  std::this_thread::sleep_for(kASecond);  // the file has been looked at since the last checkpoint
  fs::copy_file(copy, path(), fs::copy_options::overwrite_existing);
  ASSERT_TRUE(turns(false));
  expect_refused("replaced or overwritten");
  open();
  EXPECT_EQ(newest(), "of the backup");
  expect_sound("6");
}

// cp backup.db data/gotify.db && systemctl restart gotify
TEST_F(FileWatchTest, AFileCopiedOverItJustBeforeTheEndIsNotSpoiled) {
  const std::string copy = backup();
  for (int i = 0; i < 300; ++i) append_id(app, std::string(4000, 'x'));
  std::this_thread::sleep_for(kASecond);  // the file has been looked at since the last checkpoint
  append_id(app, "in the log of the former file");
  fs::copy_file(copy, path(), fs::copy_options::overwrite_existing);
  open();
  EXPECT_EQ(newest(), "of the backup");
  expect_sound("6");
}

TEST_F(FileWatchTest, ItIsFinalThatAFileWasReplaced) {
  fs::rename(path(), folder.file("original"));
  fs::copy_file(folder.file("original"), path());
  ASSERT_TRUE(turns(false));
  fs::rename(folder.file("original"), path());
  std::this_thread::sleep_for(kASecond);
  expect_refused("replaced or overwritten");
}

TEST_F(FileWatchTest, WhatOtherProgramsWriteIsNoAlarm) {
  Sqlite other(path());
  other.run(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
      " INSERT INTO messages (application_id, message, date) SELECT 1, hex(zeroblob(1000)), '2026-01-01' FROM n");
  for (const char* sql : {"PRAGMA wal_checkpoint(TRUNCATE)", "DELETE FROM messages WHERE id > 5",
                          "PRAGMA wal_checkpoint(PASSIVE)", "VACUUM", "PRAGMA wal_checkpoint(RESTART)"}) {
    other.run(sql);
    std::this_thread::sleep_for(kASecond * 6 / 10);
    ASSERT_TRUE(store->ping()) << sql;
  }
  append_id(app, "after");
  open();
  expect_sound("6");
}

// Overwrites the beginning of the page that holds `text`.
void damage(const std::string& path, const std::string& text) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const std::size_t at = bytes.find(text);
  ASSERT_NE(at, std::string::npos);
  std::fstream out(path, std::ios::binary | std::ios::in | std::ios::out);
  out.seekp(static_cast<std::streamoff>(at / 4096 * 4096));
  out << std::string(64, '\xFF');
}

class DamagedFileTest : public FileWatchTest {
 protected:
  void SetUp() override {
    FileWatchTest::SetUp();
    for (int i = 0; i < 200; ++i) append_id(app, "needle " + std::to_string(i) + std::string(500, '.'));
    store.reset();
    damage(path(), "needle 100.");
  }
};

TEST_F(DamagedFileTest, StopsTheStartWithWhatWasFound) {
  const auto refused = store::open(database, metrics);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, core::ErrorCode::unavailable);
  EXPECT_THAT(refused.error().text, HasSubstr("gotify.db: database disk image is malformed: "));
  EXPECT_THAT(refused.error().text, HasSubstr(".recover"));
}

TEST_F(DamagedFileTest, IsUnavailableWhereItIsReadAndTurnsTheHealthRed) {
  database.checkmilliseconds = 0;  // no check
  open();
  EXPECT_TRUE(store->ping()) << "nobody has looked yet";
  const auto page = listed(alice, {0, 200});
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, core::ErrorCode::unavailable) << page.error().text;
  const auto health = store->ping();
  ASSERT_FALSE(health);
  EXPECT_THAT(health.error().text, HasSubstr("gotify.db: the file is damaged or cannot be read"));
  EXPECT_EQ(listed(alice, {0, 5})->size(), 5U) << "other pages are served";
  append_id(app, "and what can be written is written");
}

TEST_F(FileWatchTest, AFileWithoutItsHeaderTurnsTheHealthRed) {
  std::fstream(path(), std::ios::binary | std::ios::in | std::ios::out) << "nonsense";
  EXPECT_TRUE(turns(false));
}

TEST_F(FileWatchTest, TheCheckEndsInTime) {
  store.reset();
  Sqlite(path()).run(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)"
      " INSERT INTO messages (application_id, message, date) SELECT 1, hex(zeroblob(50)), '2026-01-01' FROM n");
  auto handle = sqlite::Database::open(path(), sqlite::Database::Mode::read_write, 0);
  ASSERT_TRUE(handle);
  const auto late = sqlite::quick_check(*handle, std::chrono::milliseconds(1));
  ASSERT_TRUE(late) << late.error().text;
  EXPECT_EQ(*late, sqlite::Soundness::unknown);
  const std::atomic<bool> unwanted{true};
  const auto ended = sqlite::quick_check(*handle, std::chrono::minutes(5), &unwanted);
  ASSERT_TRUE(ended) << ended.error().text;
  EXPECT_EQ(*ended, sqlite::Soundness::unknown);
  const auto whole = sqlite::quick_check(*handle, std::chrono::minutes(5));
  ASSERT_TRUE(whole) << whole.error().text;
  EXPECT_EQ(*whole, sqlite::Soundness::sound);
}

// The nightly copy of gotify.db that many have who come from Gotify.
TEST_F(FileWatchTest, APlainCopyOfAQuietServersFileHoldsEverything) {
  const std::string copy = folder.file("copy.db");
  EXPECT_TRUE(within(kLong, [&] {
    fs::copy_file(path(), copy, fs::copy_options::overwrite_existing);
    Sqlite other("file:" + copy + "?immutable=1");
    return other.try_row("SELECT count(*) FROM messages") == "int:5" &&
           other.try_row("SELECT name FROM users") == "text:alice";
  }));
}

// Nothing but this process still knows a log without a name.
TEST_F(FileWatchTest, WhatWasInARemovedLogIsInTheFileBeforeAnyRestart) {
  append_id(app, "the last one");
  fs::remove(path() + "-wal");
  const std::string copy = folder.file("copy.db");
  EXPECT_TRUE(within(kASecond * 2, [&] {
    fs::copy_file(path(), copy, fs::copy_options::overwrite_existing);
    Sqlite other("file:" + copy + "?immutable=1");
    return other.try_row("SELECT count(*) FROM messages") == "int:6";
  }));
}

TEST_F(FileWatchTest, ALongLogIsGivenBackWhenTheServerIsQuiet) {
  constexpr std::size_t kBytes = 7 * 1024 * 1024;
  append_id(app, std::string(kBytes, 'x'));  // one commit: between two the log may begin anew
  EXPECT_GT(fs::file_size(path() + "-wal"), kBytes);
  EXPECT_TRUE(within(kLong, [&] { return fs::file_size(path() + "-wal") == 0; }));
  append_id(app, "after");
  EXPECT_TRUE(store->ping());
  open();
  expect_sound("7");
}

}  // namespace
}  // namespace push::store
