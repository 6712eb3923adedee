// File systems that share no memory between processes, and what is left in the file for Gotify.
#include "store/sqlite/journal.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <thread>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

namespace fs = std::filesystem;

const char* unmappable = "/";  // what is in this folder cannot be mapped

void* refuse_to_map(void* at, size_t size, int access, int flags, int file, off_t offset) {
  std::error_code error;
  const fs::path path = fs::read_symlink("/proc/self/fd/" + std::to_string(file), error);
  if (path.string().find(unmappable) == std::string::npos) return ::mmap(at, size, access, flags, file, offset);
  errno = ENODEV;
  return MAP_FAILED;
}

// As on 9p, and on some FUSE file systems and network shares. Everybody in this process uses SQLite's VFS.
class NoSharedMemory {
 public:
  explicit NoSharedMemory(const char* folder = "/") {
    unmappable = folder;
    set(reinterpret_cast<sqlite3_syscall_ptr>(refuse_to_map));
  }
  ~NoSharedMemory() { set(nullptr); }
  NoSharedMemory(const NoSharedMemory&) = delete;
  NoSharedMemory& operator=(const NoSharedMemory&) = delete;

 private:
  static void set(sqlite3_syscall_ptr mmap) {
    sqlite3_vfs* vfs = sqlite3_vfs_find(nullptr);
    if (vfs->xSetSystemCall(vfs, "mmap", mmap) != SQLITE_OK) std::abort();
  }
};

// Bytes 18 and 19 of the header: 1 = rollback journal, 2 = write-ahead log.
std::string versions(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  file.seekg(18);
  const int write = file.get();
  return std::to_string(write) + std::to_string(file.get());
}

class JournalTest : public StoreTest {
 protected:
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder.path())) all.push_back(entry.path().filename());
    std::sort(all.begin(), all.end());
    return all;
  }
};

TEST_F(JournalTest, WithoutSharedMemoryTheFileNeverNeedsALog) {
  const NoSharedMemory share;
  for (int start = 0; start < 2; ++start) {
    open();
    if (start == 0) application(user("alice"), "A1");
    append_id(core::ApplicationId{1}, "m");
    EXPECT_EQ(versions(database.connection), "11");
    EXPECT_THAT(names(), ::testing::ElementsAre("gotify.db", "gotify.db-lock"));
    EXPECT_TRUE(store->ping());
  }
  store.reset();
  EXPECT_EQ(versions(database.connection), "11");
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:2");
}

TEST_F(JournalTest, TheFileSystemBehindALinkIsTheOneThatCounts) {
  fs::create_directory(folder.file("mounted"));
  fs::create_symlink(folder.file("mounted/real.db"), database.connection);
  const NoSharedMemory mounted("/mounted/");
  for (int start = 0; start < 2; ++start) {
    open();
    if (start == 0) application(user("alice"), "A1");
    append_id(core::ApplicationId{1}, "m");
    EXPECT_EQ(versions(folder.file("mounted/real.db")), "11");
  }
}

// A transaction is committed by removing the journal. After a power cut it may be there again, and undo what was
// answered as stored, unless its folder was synced.
TEST_F(JournalTest, TheFolderIsSyncedBeforeTheAnswer) {
  const NoSharedMemory share;
  open();
  const core::ApplicationId app = application(user("alice"), "A1");
  faults().folder_fails_in = 2;  // SQLite ignores the first one, after the journal was made
  const auto unsynced = append(text(app, "unsynced"));
  ASSERT_FALSE(unsynced);
  EXPECT_EQ(unsynced.error().code, core::ErrorCode::internal) << "it is stored, unless the power fails";
  EXPECT_THAT(unsynced.error().text, ::testing::HasSubstr("it is not known whether this was stored"));
  append_id(app, "after");
  EXPECT_THAT(ids(listed(core::UserId{1}, {})), ::testing::ElementsAre(2, 1)) << "a 503 would have been wrong";
}

TEST_F(JournalTest, AMessageWithAKeyWhoseOutcomeWasUnknownIsNotStoredAgain) {
  const NoSharedMemory share;
  open();
  const core::ApplicationId app = application(user("alice"), "A1");
  ASSERT_TRUE(append(keyed(app, 6, "before")));
  faults().folder_fails_in = 2;  // as above
  ASSERT_FALSE(append(keyed(app, 7, "unsynced")));
  const auto again = append(keyed(app, 7, "unsynced"));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_TRUE(again->replayed);
  EXPECT_EQ(core::value(again->id), 2U);
  EXPECT_TRUE(append(keyed(app, 6, "before"))->replayed);
  EXPECT_THAT(ids(listed(core::UserId{1}, {})), ::testing::ElementsAre(2, 1));
}

TEST_F(JournalTest, ALogThatWasLeftIsMovedIntoTheFileWithoutSharedMemory) {
  open();
  append_id(application(user("alice"), "A1"), "in the log");
  // As after a crash, on a disk that was then moved.
  fs::copy_file(database.connection, folder.file("moved.db"));
  fs::copy_file(database.connection + "-wal", folder.file("moved.db-wal"));
  ASSERT_EQ(versions(folder.file("moved.db")), "22");
  store.reset();
  const NoSharedMemory share;
  database.connection = folder.file("moved.db");
  open();
  EXPECT_EQ(versions(folder.file("moved.db")), "11");
  EXPECT_FALSE(fs::exists(folder.file("moved.db-wal")));
  EXPECT_THAT(ids(listed(core::UserId{1}, {})), ::testing::ElementsAre(1));
  append_id(core::ApplicationId{1}, "after");
}

TEST_F(JournalTest, ReadersAndTheWriterShareTheRollbackJournal) {
  const NoSharedMemory share;
  database.busytimeoutmilliseconds = 5000;
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  std::atomic<bool> done{false};
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!done) ASSERT_TRUE(listed(alice, {}));
    });
  }
  for (int i = 0; i < 50; ++i) append_id(app, "m");
  done = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(listed(alice, {})->size(), 50U);
}

TEST_F(JournalTest, ACleanEndLeavesAFileThatOpensAnywhere) {
  open();
  append_id(application(user("alice"), "A1"), "m");
  EXPECT_EQ(versions(database.connection), "22");
  store.reset();
  EXPECT_EQ(versions(database.connection), "11");
  EXPECT_THAT(names(), ::testing::ElementsAre("gotify.db"));
  const NoSharedMemory share;  // Gotify on such a share
  EXPECT_EQ(Sqlite(database.connection).row("SELECT message FROM messages"), "text:m");
}

TEST_F(JournalTest, ALockAtTheStartIsWaitedFor) {
  open();
  store.reset();
  database.busytimeoutmilliseconds = 100;
  Sqlite other(database.connection);
  other.run("BEGIN EXCLUSIVE");
  std::thread end([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    other.run("COMMIT");
  });
  open();
  end.join();
  append_id(application(user("alice"), "A1"), "m");
}

}  // namespace
}  // namespace push::store
