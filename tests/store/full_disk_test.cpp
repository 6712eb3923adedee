// A real full disk: 32 MB of memory, mounted in a child process only.
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <thread>

#include "store/support.hpp"

namespace push::store {
namespace {

constexpr int kNotPermitted = 77;
constexpr std::size_t kMessageBytes = 64 * 1024;

bool mount_small_disk(const std::string& path) {
  // Without root, a user namespace makes this process its own.
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=32m") == 0;
}

class FullDiskTest : public StoreTest {
 protected:
  // Runs `body` in a child process whose folder is the small disk; its expectations become the child's exit code.
  template <class Body>
  void on_small_disk(Body body) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      if (!mount_small_disk(folder.path())) ::_exit(kNotPermitted);
      body();
      store.reset();
      std::fflush(nullptr);
      ::_exit(HasFailure() ? 1 : 0);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << status;
    if (WEXITSTATUS(status) == kNotPermitted) GTEST_SKIP() << "this process may not mount anything";
    EXPECT_EQ(WEXITSTATUS(status), 0) << "the failures are printed above";
  }

  void begin() {
    open();
    alice = user("alice");
    app = application(alice, "A1");
  }

  void append_a_hundred() {
    for (int i = 0; i < 100; ++i) append_id(app, std::string(kMessageBytes, 'x'));
  }

  // Appends until it is refused; returns the number of messages that were stored.
  int fill() {
    const std::string large(kMessageBytes, 'x');
    for (int stored = 0; stored < 1000; ++stored) {
      const auto answer = append(text(app, large));
      if (answer) continue;
      EXPECT_EQ(answer.error().code, core::ErrorCode::unavailable) << answer.error().text;
      EXPECT_NE(answer.error().text.find("full"), std::string::npos) << answer.error().text;
      return stored;
    }
    ADD_FAILURE() << "the disk never became full";
    return 0;
  }

  void fill_up_the_rest() const {
    std::ofstream other(folder.file("other"), std::ios::binary);
    const std::string block(4096, 'x');
    while (other.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
  }

  std::string count() {
    Sqlite other(database.connection);
    return other.row("SELECT count(*) FROM messages");
  }

  void delete_all_messages() {
    const auto purged = purge(*store, alice);
    EXPECT_TRUE(purged) << purged.error().text;
    EXPECT_EQ(count(), "int:0");
  }

  core::UserId alice{};
  core::ApplicationId app{};
};

TEST_F(FullDiskTest, MessagesAreRefusedAndCanBeDeletedAndThenThereIsRoomAgain) {
  on_small_disk([&] {
    begin();
    const int stored = fill();
    EXPECT_GT(stored, 150) << "a third of the disk at least is used";
    EXPECT_EQ(count(), "int:" + std::to_string(stored));
    EXPECT_EQ(listed(alice, {0, 10})->size(), 10U) << "reads go on";
    open();
    fill();  // what the log took is free after a restart
    delete_all_messages();
    EXPECT_GT(fill(), stored / 2) << "the room of the deleted ones is used again";
    EXPECT_EQ(Sqlite(database.connection).row("PRAGMA integrity_check"), "text:ok");
  });
}

// One user must not take the room in which all others could delete.
TEST_F(FullDiskTest, ApplicationsDoNotTakeTheRoomThatIsKeptForDeletions) {
  on_small_disk([&] {
    begin();
    append_a_hundred();
    fill_up_the_rest();
    fill();
    int made = 0;
    for (int i = 0; i < 500; ++i) {
      NewApplication wanted{alice, "B" + std::to_string(i), "name", std::string(16 * 1024, 'x'), 0, ""};
      const auto answer = test::await(*store, &Store::create_application, std::move(wanted));
      made += answer ? 1 : 0;
      EXPECT_TRUE(answer || answer.error().code == core::ErrorCode::unavailable) << answer.error().text;
    }
    EXPECT_EQ(made, 0);
    EXPECT_TRUE(test::await(*store, &Store::create_client, NewClient{alice, "C1", "a login"}));
    delete_all_messages();
    application(alice, "A2");
  });
}

TEST_F(FullDiskTest, MessagesCanBeDeletedWhereAnotherProgramFilledTheDisk) {
  on_small_disk([&] {
    begin();
    append_a_hundred();
    while (std::filesystem::file_size(database.connection) < 100 * kMessageBytes) std::this_thread::yield();
    fill_up_the_rest();
    EXPECT_LE(fill(), 100);
    delete_all_messages();
    append_id(app, "there is room in the file");
  });
}

}  // namespace
}  // namespace push::store
