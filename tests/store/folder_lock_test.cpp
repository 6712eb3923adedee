#include "store/sqlite/folder_lock.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class FolderLockTest : public StoreTest {
 protected:
  std::string lock_path() const { return database.connection + "-lock"; }
};

TEST_F(FolderLockTest, ASecondServerOnTheSameDatabaseIsRefusedAndNamesTheFirst) {
  open();
  metrics::Registry others;
  const auto second = store::open(database, others);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, core::ErrorCode::unavailable);
  EXPECT_THAT(second.error().text, AllOf(HasSubstr("gotify.db: another server is using it: pid="),
                                         HasSubstr("pid=" + std::to_string(::getpid()) + " host=")));
  append_id(application(user("alice"), "A1"), "the first goes on");
}

TEST_F(FolderLockTest, ItsOtherNamesAreTheSameDatabase) {
  open();
  std::filesystem::create_directory_symlink(folder.path(), folder.file("again"));
  config::Database alias = database;
  alias.connection = folder.file("again/gotify.db");
  metrics::Registry others;
  EXPECT_FALSE(store::open(alias, others));
  alias.connection = folder.file("other.db");
  EXPECT_TRUE(store::open(alias, others)) << "another database in the same folder is another database";
}

TEST_F(FolderLockTest, EndsWithTheServerAndLeavesNoFile) {
  open();
  EXPECT_TRUE(std::filesystem::exists(lock_path()));
  store.reset();
  EXPECT_FALSE(std::filesystem::exists(lock_path()));
  open();
}

TEST_F(FolderLockTest, TheFileOfAKilledServerDoesNotLock) {
  std::ofstream(lock_path()) << "pid=1 host=somewhere, of a server that wrote a longer note than this one will write\n";
  open();
  EXPECT_THAT(content_of(lock_path()), ::testing::StartsWith("pid=" + std::to_string(::getpid()) + " host="));
  EXPECT_THAT(content_of(lock_path()), ::testing::Not(HasSubstr("longer note")));
}

TEST_F(FolderLockTest, WhereTheFileSystemCannotLockItStartsAllTheSame) {
  for (const int error : {ENOLCK, EOPNOTSUPP}) {
    faults().lock_error = error;
    open();
    metrics::Registry others;
    EXPECT_TRUE(store::open(database, others)) << "nothing is locked";
    faults().lock_error = 0;
  }
  append_id(application(user("alice"), "A1"), "m");
}

TEST_F(FolderLockTest, WithoutALockFileItStartsAllTheSame) {
  std::filesystem::create_directory(lock_path());  // cannot be opened for writing
  open();
  append_id(application(user("alice"), "A1"), "m");
  store.reset();
  EXPECT_TRUE(std::filesystem::is_directory(lock_path())) << "it is not ours";
}

}  // namespace
}  // namespace push::store
