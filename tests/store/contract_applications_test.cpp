// What every store does with applications.
#include <gmock/gmock.h>

#include "store/contract.hpp"

namespace push::store {
namespace {

using core::Conflict;
using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

using NewApplicationContract = ContractTest;

class ApplicationContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    bob = user("bob");
    app = application(alice, "A1");
  }

  model::Application stored(core::ApplicationId id) {
    const auto found = store->find_application(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::Application{};
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId app{};
};

TEST_P(NewApplicationContract, AnApplicationIsFoundByIdAndByToken) {
  const auto owner = user("alice");
  const auto created =
      test::await(*store, &Store::create_application, NewApplication{owner, "Atoken", "backup", "nightly", 5, ""});
  ASSERT_TRUE(created);
  EXPECT_EQ(created->sort_key, "a0");
  const auto found = store->find_application_by_token("Atoken");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, created->id);
  EXPECT_EQ((*found)->user, owner);
  EXPECT_EQ((*found)->name, "backup");
  EXPECT_EQ((*found)->description, "nightly");
  EXPECT_EQ((*found)->default_priority, 5);
  EXPECT_EQ((*found)->image, "");
  EXPECT_FALSE((*found)->internal);
  EXPECT_EQ((*found)->created_at, created->created_at);
  EXPECT_FALSE((*found)->last_used);
  EXPECT_EQ((*found)->sort_key, "a0");
  EXPECT_TRUE(*store->find_application(created->id));
  EXPECT_FALSE(*store->find_application_by_token("atoken"));
  EXPECT_FALSE(*store->find_application(core::ApplicationId{99}));
}

TEST_P(NewApplicationContract, AUserMayHaveSoManyApplicationsAndClients) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto application = [&](core::UserId owner, const char* token) {
    NewApplication wanted{owner, token, "name", "", 0, ""};
    wanted.most = 2;
    return test::await(*store, &Store::create_application, std::move(wanted));
  };
  const auto client = [&](core::UserId owner, const char* token) {
    NewClient wanted{owner, token, "name"};
    wanted.most = 2;
    return test::await(*store, &Store::create_client, std::move(wanted));
  };
  EXPECT_TRUE(application(alice, "A1"));
  EXPECT_TRUE(application(alice, "A2"));
  EXPECT_EQ(application(alice, "A3").error().code, ErrorCode::forbidden);
  EXPECT_TRUE(application(bob, "A3"));
  EXPECT_TRUE(client(alice, "C1"));
  EXPECT_TRUE(client(alice, "C2"));
  EXPECT_EQ(client(alice, "C3").error().code, ErrorCode::forbidden);
  EXPECT_TRUE(client(bob, "C3"));
  EXPECT_TRUE(test::await(*store, &Store::create_client, NewClient{alice, "C4", "name"})) << "without a limit";
}

TEST_P(NewApplicationContract, SortKeysCountPerUserAndOrderTheList) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  application(alice, "A1");
  application(alice, "A2");
  EXPECT_EQ(test::await(*store, &Store::create_application, NewApplication{bob, "B1", "b", "", 0, ""})->sort_key, "a0");
  EXPECT_EQ(
      test::await(*store, &Store::create_application, NewApplication{alice, "A3", "first", "", 0, "Zz"})->sort_key,
      "Zz");
  EXPECT_EQ(test::await(*store, &Store::create_application, NewApplication{alice, "A4", "last", "", 0, ""})->sort_key,
            "a2");
  const auto applications = applications_of(alice);
  ASSERT_TRUE(applications);
  std::vector<std::string> tokens;
  for (const auto& each : *applications) tokens.push_back(each.token);
  EXPECT_THAT(tokens, ElementsAre("A3", "A1", "A2", "A4"));
}

TEST_P(NewApplicationContract, AListEndsWhenNoMoreIsTaken) {
  const auto alice = user("alice");
  for (const char* token : {"A1", "A2", "A3"}) application(alice, token);
  std::vector<std::string> taken;
  ASSERT_TRUE(store->list_applications(alice, [&taken](const model::Application& row) {
    taken.push_back(row.token);
    return taken.size() < 2;
  }));
  EXPECT_THAT(taken, ElementsAre("A1", "A2"));
  for (const char* token : {"C1", "C2"}) client(alice, token, 0);
  int clients = 0;
  ASSERT_TRUE(store->list_clients(alice, [&clients](const model::Client&) { return ++clients < 1; }));
  EXPECT_EQ(clients, 1);
}

TEST_P(NewApplicationContract, ASortKeyIsUniquePerUser) {
  const auto alice = user("alice");
  application(alice, "A1");
  const auto again = test::await(*store, &Store::create_application, NewApplication{alice, "A2", "x", "", 0, "a0"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::sort_key);
  EXPECT_EQ(again.error().text, "sort key is not unique");
  EXPECT_TRUE(test::await(*store, &Store::create_application, NewApplication{user("bob"), "B1", "x", "", 0, "a0"}));
}

TEST_P(NewApplicationContract, AfterAnInvalidSortKeyOneIsAppended) {
  const auto alice = user("alice");
  ASSERT_TRUE(
      test::await(*store, &Store::create_application, NewApplication{alice, "A1", "x", "", 0, "zzzz not valid"}));
  const auto next = test::await(*store, &Store::create_application, NewApplication{alice, "A2", "x", "", 0, ""});
  ASSERT_TRUE(next) << next.error().text;
  EXPECT_GT(next->sort_key, "zzzz not valid");
}

TEST_P(NewApplicationContract, ATokenIsUnique) {
  const auto alice = user("alice");
  application(alice, "A1");
  const auto again = test::await(*store, &Store::create_application, NewApplication{alice, "A1", "x", "", 0, ""});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::token);
  EXPECT_THAT(again.error().text, HasSubstr("token"));
}

TEST_P(ApplicationContract, AnUpdateReplacesEverythingButAnEmptySortKey) {
  const auto before = stored(app);
  const auto updated =
      test::await(*store, &Store::update_application, alice, app, ApplicationChange{"new name", "new text", -3, ""});
  ASSERT_TRUE(updated) << updated.error().text;
  for (const auto& seen : {*updated, stored(app)}) {
    EXPECT_EQ(seen.name, "new name");
    EXPECT_EQ(seen.description, "new text");
    EXPECT_EQ(seen.default_priority, -3);
    EXPECT_EQ(seen.sort_key, before.sort_key);
    EXPECT_EQ(seen.token, "A1");
    EXPECT_EQ(seen.created_at, before.created_at);
  }
  const auto moved = test::await(*store, &Store::update_application, alice, app, ApplicationChange{"n", "", 0, "Zz"});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->sort_key, "Zz");
  EXPECT_EQ(stored(app).sort_key, "Zz");
  EXPECT_EQ(stored(app).description, "");
  EXPECT_TRUE(test::await(*store, &Store::update_application, alice, app, ApplicationChange{"n", "", 0, "Zz"}))
      << "its own key is not taken";
}

TEST_P(ApplicationContract, ATakenSortKeyChangesNothing) {
  const auto other = application(alice, "A2");
  application(bob, "B1");
  expect_failure(
      test::await(*store, &Store::update_application, alice, other, ApplicationChange{"renamed", "", 9, "a0"}),
      Conflict::sort_key, "sort key is not unique");
  EXPECT_EQ(stored(other).name, "name of A2") << "nothing of the change is left";
  EXPECT_EQ(stored(other).default_priority, 0);
  EXPECT_TRUE(test::await(*store, &Store::update_application, bob, stored(other).id, ApplicationChange{"x", "", 0, ""})
                  .has_error());
}

TEST_P(ApplicationContract, AForeignOrMissingApplicationIsNotFoundAndStays) {
  const std::string gone = "application does not exist";
  for (const auto& [owner, id] : {std::pair{bob, app}, std::pair{alice, core::ApplicationId{99}}}) {
    expect_failure(test::await(*store, &Store::update_application, owner, id, ApplicationChange{"x", "", 0, ""}),
                   ErrorCode::not_found, gone);
    expect_failure(test::await(*store, &Store::set_application_token, owner, id, "stolen"), ErrorCode::not_found, gone);
    expect_failure(test::await(*store, &Store::set_application_image, owner, id, "x.png"), ErrorCode::not_found, gone);
    expect_failure(test::await(*store, &Store::delete_application, owner, id), ErrorCode::not_found, gone);
  }
  EXPECT_EQ(stored(app).name, "name of A1");
  EXPECT_EQ(stored(app).token, "A1");
  EXPECT_EQ(stored(app).image, "");
}

TEST_P(ApplicationContract, ANewTokenReplacesTheOldOne) {
  const auto changed = test::await(*store, &Store::set_application_token, alice, app, "A9");
  ASSERT_TRUE(changed) << changed.error().text;
  EXPECT_EQ(changed->token, "A9");
  EXPECT_FALSE(*store->find_application_by_token("A1"));
  ASSERT_TRUE(*store->find_application_by_token("A9"));
  application(bob, "B1");
  expect_failure(test::await(*store, &Store::set_application_token, alice, app, "B1"), Conflict::token,
                 "application token is not unique");
  EXPECT_EQ(stored(app).token, "A9");
}

TEST_P(ApplicationContract, AnImageGivesTheFormerOne) {
  auto change = test::await(*store, &Store::set_application_image, alice, app, "one.png");
  ASSERT_TRUE(change) << change.error().text;
  EXPECT_EQ(change->former_image, "");
  EXPECT_EQ(change->application.image, "one.png");
  change = test::await(*store, &Store::set_application_image, alice, app, "two.png");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->former_image, "one.png");
  EXPECT_EQ(test::await(*store, &Store::set_application_image, alice, app, "two.png")->former_image, "")
      << "still its own";
  change = test::await(*store, &Store::set_application_image, alice, app, "");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->former_image, "two.png");
  EXPECT_EQ(stored(app).image, "");
}

TEST_P(ApplicationContract, AnImageThatAnotherApplicationShowsIsNotGivenAway) {
  const auto other = application(bob, "B1");
  ASSERT_TRUE(test::await(*store, &Store::set_application_image, alice, app, "shared.png"));
  ASSERT_TRUE(test::await(*store, &Store::set_application_image, bob, other, "shared.png"));
  EXPECT_EQ(test::await(*store, &Store::set_application_image, alice, app, "own.png")->former_image, "");
  EXPECT_EQ(*test::await(*store, &Store::delete_application, alice, app), "own.png");
  EXPECT_EQ(*test::await(*store, &Store::delete_application, bob, other), "shared.png");
}

TEST_P(ApplicationContract, ADeletedApplicationIsGoneWithItsMessagesAtOnce) {
  const auto other = application(alice, "A2");
  for (const auto id : {app, other, app}) append_id(id, "m");
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, app));
  EXPECT_FALSE(*store->find_application(app));
  EXPECT_EQ(ids(listed(alice, {})), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(ids(listed(app, {})).empty());
  const auto late = append(text(app, "late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::not_found);
  EXPECT_EQ(stored(other).name, "name of A2");
}

TEST_P(ApplicationContract, AUseIsItsLastUseAndNothingElse) {
  const auto before = stored(app);
  const auto at = now();
  ASSERT_TRUE(store->touch_application(app, at));
  ASSERT_TRUE(store->touch_application(app, at - std::chrono::hours(1)));  // does not move it back
  ASSERT_TRUE(store->touch_application(core::ApplicationId{99}, at));
  store->drain();
  EXPECT_EQ(stored(app).last_used, at);
  EXPECT_EQ(stored(app).name, before.name);
  EXPECT_FALSE(store->touch_application(app, at)) << "after the end";
}

INSTANTIATE_TEST_SUITE_P(Every, NewApplicationContract, every_store(), name_of_store);
INSTANTIATE_TEST_SUITE_P(Every, ApplicationContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
