#include <gmock/gmock.h>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

class SqliteUsersTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    admin = test::await(*store, &Store::create_user, NewUser{"admin", "hash", true})->id;
    alice = user("alice");
  }
  ~SqliteUsersTest() override { faults().disarm(); }

  model::User stored(core::UserId id) {
    const auto found = store->find_user(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::User{};
  }

  std::string count(const std::string& table) {
    return Sqlite(database.connection).row("SELECT count(*) FROM " + table);
  }

  core::UserId admin{};
  core::UserId alice{};
};

TEST_F(SqliteUsersTest, APasswordIsReplacedAndNothingElse) {
  ASSERT_TRUE(test::await(*store, &Store::set_password, alice, "other"));
  EXPECT_EQ(stored(alice).pass_hash, "other");
  EXPECT_EQ(stored(admin).pass_hash, "hash");
  EXPECT_EQ(Sqlite(database.connection).row("SELECT pass FROM users WHERE name = 'alice'"), "blob:other");
}

TEST_F(SqliteUsersTest, ADeletedUserTakesEverythingAlongAndLeavesOthers) {
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  application(alice, "A3");
  const auto other = application(admin, "B1");
  ASSERT_TRUE(test::await(*store, &Store::create_client, NewClient{alice, "C1", "phone", 0}));
  ASSERT_TRUE(test::await(*store, &Store::create_client, NewClient{admin, "C2", "desk", 0}));
  Sqlite(database.connection).run("INSERT INTO plugin_confs (user_id, module_path) SELECT id, 'x' FROM users");
  ASSERT_TRUE(test::await(*store, &Store::set_application_image, alice, one, "one.png"));
  ASSERT_TRUE(test::await(*store, &Store::set_application_image, alice, two, "shared.png"));
  ASSERT_TRUE(test::await(*store, &Store::set_application_image, admin, other, "shared.png"));
  for (const auto app : {one, other, two}) append_id(app, "m");

  const auto images = test::await(*store, &Store::delete_user, alice);
  ASSERT_TRUE(images) << images.error().text;
  EXPECT_THAT(*images, UnorderedElementsAre("one.png"));
  EXPECT_FALSE(*store->find_user(alice));
  EXPECT_FALSE(*store->find_client_by_token("C1"));
  EXPECT_FALSE(*store->find_application_by_token("A1"));
  EXPECT_TRUE(listed(alice, {})->empty());
  EXPECT_EQ(count("users"), "int:1");
  EXPECT_EQ(count("applications"), "int:1");
  EXPECT_EQ(count("clients"), "int:1");
  EXPECT_EQ(count("plugin_confs"), "int:1");
  EXPECT_THAT(ids(listed(admin, {})), ElementsAre(2));
  EXPECT_TRUE(test::await(*store, &Store::create_user, NewUser{"alice", "", false})) << "the name is free again";
}

TEST_F(SqliteUsersTest, AFailedDiskLeavesTheUserWhole) {
  application(alice, "A1");
  ASSERT_TRUE(test::await(*store, &Store::create_client, NewClient{alice, "C1", "phone", 0}));
  int failures = 0;
  for (int call = 1; call <= 4; ++call) {
    open();
    faults().arm(call, 0, EIO, true);
    const auto deleted = test::await(*store, &Store::delete_user, alice);
    faults().disarm();
    if (deleted) break;
    ++failures;
    EXPECT_TRUE(is_no_or_unknown(deleted.error())) << deleted.error().text;
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
