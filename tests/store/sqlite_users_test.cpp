#include <gmock/gmock.h>

#include <thread>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using core::Conflict;
using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class SqliteUsersTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    admin = store->create_user({"admin", "hash", true})->id;
    alice = user("alice");
  }
  ~SqliteUsersTest() override { faults().disarm(); }

  model::User stored(core::UserId id) {
    const auto found = store->find_user(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::User{};
  }

  template <class T>
  static void expect_failure(const core::Result<T>& result, ErrorCode code, const std::string& text) {
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().code, code);
    EXPECT_EQ(result.error().text, text);
  }
  template <class T>
  static void expect_failure(const core::Result<T>& result, Conflict conflict, const std::string& text) {
    expect_failure(result, ErrorCode::conflict, text);
    EXPECT_EQ(result.error().conflict, conflict) << text;
  }

  std::string count(const std::string& table) {
    return Sqlite(database.connection).row("SELECT count(*) FROM " + table);
  }

  core::UserId admin{};
  core::UserId alice{};
};

TEST_F(SqliteUsersTest, AnUpdateReplacesNameAndRightsAndKeepsAnEmptyPassword) {
  const auto before = stored(alice);
  auto updated = store->update_user(alice, {"alicia", true, ""});
  ASSERT_TRUE(updated) << updated.error().text;
  for (const auto& seen : {*updated, stored(alice)}) {
    EXPECT_EQ(seen.name, "alicia");
    EXPECT_TRUE(seen.admin);
    EXPECT_EQ(seen.pass_hash, "hash of alice");
    EXPECT_EQ(seen.created_at, before.created_at);
  }
  updated = store->update_user(alice, {"alicia", false, "new hash"});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->pass_hash, "new hash");
  EXPECT_EQ(stored(alice).pass_hash, "new hash");
  EXPECT_FALSE(stored(alice).admin);
}

TEST_F(SqliteUsersTest, ATakenNameChangesNothing) {
  expect_failure(store->update_user(alice, {"admin", true, "new"}), Conflict::name, "username already exists");
  EXPECT_EQ(stored(alice).name, "alice");
  EXPECT_FALSE(stored(alice).admin);
  EXPECT_EQ(stored(alice).pass_hash, "hash of alice");
}

TEST_F(SqliteUsersTest, TheLastAdminStaysOne) {
  const std::string last = "cannot delete last admin";
  expect_failure(store->update_user(admin, {"admin", false, ""}), Conflict::last_admin, last);
  expect_failure(store->delete_user(admin), Conflict::last_admin, last);
  EXPECT_TRUE(stored(admin).admin);
  EXPECT_TRUE(store->update_user(admin, {"root", true, ""})) << "renaming is no demotion";
  ASSERT_TRUE(store->update_user(alice, {"alice", true, ""}));
  EXPECT_TRUE(store->delete_user(admin));
  expect_failure(store->update_user(alice, {"alice", false, ""}), Conflict::last_admin, last);
}

TEST_F(SqliteUsersTest, OfTwoAdminsWhoDemoteEachOtherAtOnceOneIsLeft) {
  ASSERT_TRUE(store->update_user(alice, {"alice", true, ""}));
  for (int round = 0; round < 20; ++round) {
    std::thread other([&] { static_cast<void>(store->update_user(admin, {"admin", false, ""})); });
    static_cast<void>(store->update_user(alice, {"alice", false, ""}));
    other.join();
    ASSERT_EQ(stored(admin).admin + stored(alice).admin, 1);
    ASSERT_TRUE(store->update_user(admin, {"admin", true, ""}));
    ASSERT_TRUE(store->update_user(alice, {"alice", true, ""}));
  }
}

TEST_F(SqliteUsersTest, AMissingUserIsNotFound) {
  const core::UserId missing{99};
  expect_failure(store->update_user(missing, {"x", false, ""}), ErrorCode::not_found, "user does not exist");
  expect_failure(store->set_password(missing, "x"), ErrorCode::not_found, "user does not exist");
  expect_failure(store->delete_user(missing), ErrorCode::not_found, "user does not exist");
}

TEST_F(SqliteUsersTest, APasswordIsReplacedAndNothingElse) {
  ASSERT_TRUE(store->set_password(alice, "other"));
  EXPECT_EQ(stored(alice).pass_hash, "other");
  EXPECT_EQ(stored(admin).pass_hash, "hash");
  EXPECT_EQ(Sqlite(database.connection).row("SELECT pass FROM users WHERE name = 'alice'"), "blob:other");
}

TEST_F(SqliteUsersTest, ADeletedUserTakesEverythingAlongAndLeavesOthers) {
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  application(alice, "A3");
  const auto other = application(admin, "B1");
  ASSERT_TRUE(store->create_client({alice, "C1", "phone", 0}));
  ASSERT_TRUE(store->create_client({admin, "C2", "desk", 0}));
  Sqlite(database.connection).run("INSERT INTO plugin_confs (user_id, module_path) SELECT id, 'x' FROM users");
  ASSERT_TRUE(store->set_application_image(alice, one, "one.png"));
  ASSERT_TRUE(store->set_application_image(alice, two, "shared.png"));
  ASSERT_TRUE(store->set_application_image(admin, other, "shared.png"));
  for (const auto app : {one, other, two}) append_id(app, "m");

  const auto images = store->delete_user(alice);
  ASSERT_TRUE(images) << images.error().text;
  EXPECT_THAT(*images, UnorderedElementsAre("one.png"));
  EXPECT_FALSE(*store->find_user(alice));
  EXPECT_FALSE(*store->find_client_by_token("C1"));
  EXPECT_FALSE(*store->find_application_by_token("A1"));
  EXPECT_TRUE(store->list_messages(alice, {})->empty());
  EXPECT_EQ(count("users"), "int:1");
  EXPECT_EQ(count("applications"), "int:1");
  EXPECT_EQ(count("clients"), "int:1");
  EXPECT_EQ(count("plugin_confs"), "int:1");
  EXPECT_THAT(ids(store->list_messages(admin, {})), ElementsAre(2));
  EXPECT_TRUE(store->create_user({"alice", "", false})) << "the name is free again";
}

TEST_F(SqliteUsersTest, AFailedDiskLeavesTheUserWhole) {
  application(alice, "A1");
  ASSERT_TRUE(store->create_client({alice, "C1", "phone", 0}));
  int failures = 0;
  for (int call = 1; call <= 4; ++call) {
    open();
    faults().arm(call, 0, EIO, true);
    const auto deleted = store->delete_user(alice);
    faults().disarm();
    if (deleted) break;
    ++failures;
    EXPECT_EQ(deleted.error().code, ErrorCode::unavailable);
    open();
    EXPECT_TRUE(*store->find_user(alice));
    EXPECT_TRUE(*store->find_client_by_token("C1"));
    EXPECT_TRUE(*store->find_application_by_token("A1"));
    EXPECT_EQ(count("sharded_gotify_purges"), "int:0");
  }
  EXPECT_GT(failures, 1);
}

}  // namespace
}  // namespace push::store
