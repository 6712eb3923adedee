// What every store does with users.
#include <gmock/gmock.h>

#include <thread>

#include "store/contract.hpp"

namespace push::store {
namespace {

using core::Conflict;
using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

using UserContract = ContractTest;

class ChangedUserContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    admin = test::await(*store, &Store::create_user, NewUser{"admin", "hash", true})->id;
    alice = user("alice");
  }

  model::User stored(core::UserId id) {
    const auto found = store->find_user(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::User{};
  }

  core::UserId admin{};
  core::UserId alice{};
};

TEST_P(UserContract, AUserIsFoundByIdAndByName) {
  const auto created = test::await(*store, &Store::create_user, NewUser{"alice", "$2a$10$hash", true});
  ASSERT_TRUE(created);
  const auto by_id = store->find_user(created->id);
  ASSERT_TRUE(by_id && *by_id);
  EXPECT_EQ((*by_id)->name, "alice");
  EXPECT_EQ((*by_id)->pass_hash, "$2a$10$hash");
  EXPECT_TRUE((*by_id)->admin);
  EXPECT_EQ((*by_id)->created_at, created->created_at);
  const auto by_name = store->find_user_by_name("alice");
  ASSERT_TRUE(by_name && *by_name);
  EXPECT_EQ((*by_name)->id, created->id);
  EXPECT_FALSE(*store->find_user(core::UserId{99}));
  EXPECT_FALSE(*store->find_user_by_name("Alice"));
}

TEST_P(UserContract, AUserNameIsUnique) {
  user("alice");
  const auto again = test::await(*store, &Store::create_user, NewUser{"alice", "", false});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::name);
  EXPECT_EQ(again.error().text, "username already exists");
  EXPECT_EQ(store->list_users()->size(), 1U);
}

TEST_P(UserContract, UsersAreListedById) {
  EXPECT_FALSE(store->has_users().value());
  user("zoe");
  user("alice");
  const auto users = store->list_users();
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 2U);
  EXPECT_TRUE(store->has_users().value());
  EXPECT_EQ((*users)[0].name, "zoe");
  EXPECT_EQ((*users)[1].name, "alice");
}

TEST_P(ChangedUserContract, AnUpdateReplacesNameAndRightsAndKeepsAnEmptyPassword) {
  const auto before = stored(alice);
  auto updated = test::await(*store, &Store::update_user, alice, UserChange{"alicia", true, ""});
  ASSERT_TRUE(updated) << updated.error().text;
  for (const auto& seen : {*updated, stored(alice)}) {
    EXPECT_EQ(seen.name, "alicia");
    EXPECT_TRUE(seen.admin);
    EXPECT_EQ(seen.pass_hash, "hash of alice");
    EXPECT_EQ(seen.created_at, before.created_at);
  }
  updated = test::await(*store, &Store::update_user, alice, UserChange{"alicia", false, "new hash"});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->pass_hash, "new hash");
  EXPECT_EQ(stored(alice).pass_hash, "new hash");
  EXPECT_FALSE(stored(alice).admin);
}

TEST_P(ChangedUserContract, ATakenNameChangesNothing) {
  expect_failure(test::await(*store, &Store::update_user, alice, UserChange{"admin", true, "new"}), Conflict::name,
                 "username already exists");
  EXPECT_EQ(stored(alice).name, "alice");
  EXPECT_FALSE(stored(alice).admin);
  EXPECT_EQ(stored(alice).pass_hash, "hash of alice");
}

TEST_P(ChangedUserContract, TheLastAdminStaysOne) {
  const std::string last = "cannot delete last admin";
  expect_failure(test::await(*store, &Store::update_user, admin, UserChange{"admin", false, ""}), Conflict::last_admin,
                 last);
  expect_failure(test::await(*store, &Store::delete_user, admin), Conflict::last_admin, last);
  EXPECT_TRUE(stored(admin).admin);
  EXPECT_TRUE(test::await(*store, &Store::update_user, admin, UserChange{"root", true, ""}))
      << "renaming is no demotion";
  ASSERT_TRUE(test::await(*store, &Store::update_user, alice, UserChange{"alice", true, ""}));
  EXPECT_TRUE(test::await(*store, &Store::delete_user, admin));
  expect_failure(test::await(*store, &Store::update_user, alice, UserChange{"alice", false, ""}), Conflict::last_admin,
                 last);
}

TEST_P(ChangedUserContract, OfTwoAdminsWhoDemoteEachOtherAtOnceOneIsLeft) {
  ASSERT_TRUE(test::await(*store, &Store::update_user, alice, UserChange{"alice", true, ""}));
  for (int round = 0; round < 20; ++round) {
    std::thread other([&] {
      static_cast<void>(test::await(*store, &Store::update_user, admin, UserChange{"admin", false, ""}));
    });
    static_cast<void>(test::await(*store, &Store::update_user, alice, UserChange{"alice", false, ""}));
    other.join();
    ASSERT_EQ(stored(admin).admin + stored(alice).admin, 1);
    ASSERT_TRUE(test::await(*store, &Store::update_user, admin, UserChange{"admin", true, ""}));
    ASSERT_TRUE(test::await(*store, &Store::update_user, alice, UserChange{"alice", true, ""}));
  }
}

TEST_P(ChangedUserContract, AMissingUserIsNotFound) {
  const core::UserId missing{99};
  expect_failure(test::await(*store, &Store::update_user, missing, UserChange{"x", false, ""}), ErrorCode::not_found,
                 "user does not exist");
  expect_failure(test::await(*store, &Store::set_password, missing, "x"), ErrorCode::not_found, "user does not exist");
  expect_failure(test::await(*store, &Store::delete_user, missing), ErrorCode::not_found, "user does not exist");
}

TEST_P(ChangedUserContract, APasswordIsReplacedAndNothingElse) {
  ASSERT_TRUE(test::await(*store, &Store::set_password, alice, "other"));
  EXPECT_EQ(stored(alice).pass_hash, "other");
  EXPECT_EQ(stored(admin).pass_hash, "hash");
}

TEST_P(ChangedUserContract, ADeletedUserTakesEverythingAlongAndLeavesOthers) {
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  application(alice, "A3");
  const auto other = application(admin, "B1");
  ASSERT_TRUE(test::await(*store, &Store::create_client, NewClient{alice, "C1", "phone", 0}));
  ASSERT_TRUE(test::await(*store, &Store::create_client, NewClient{admin, "C2", "desk", 0}));
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
  EXPECT_TRUE(listed(one, {})->empty());
  EXPECT_EQ(store->list_users()->size(), 1U);
  EXPECT_EQ(applications_of(admin)->size(), 1U);
  EXPECT_EQ(clients_of(admin)->size(), 1U);
  EXPECT_THAT(ids(listed(admin, {})), ElementsAre(2));
  EXPECT_TRUE(test::await(*store, &Store::create_user, NewUser{"alice", "", false})) << "the name is free again";
}

INSTANTIATE_TEST_SUITE_P(Every, UserContract, every_store(), name_of_store);
INSTANTIATE_TEST_SUITE_P(Every, ChangedUserContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
