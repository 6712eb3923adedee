#include <gmock/gmock.h>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using core::Conflict;
using core::ErrorCode;
using ::testing::HasSubstr;

class SqliteApplicationsTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    alice = user("alice");
    bob = user("bob");
    app = application(alice, "A1");
  }
  ~SqliteApplicationsTest() override { faults().disarm(); }

  model::Application stored(core::ApplicationId id) {
    const auto found = store->find_application(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::Application{};
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

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId app{};
};

TEST_F(SqliteApplicationsTest, AnUpdateReplacesEverythingButAnEmptySortKey) {
  const auto before = stored(app);
  const auto updated = store->update_application(alice, app, {"new name", "new text", -3, ""});
  ASSERT_TRUE(updated) << updated.error().text;
  for (const auto& seen : {*updated, stored(app)}) {
    EXPECT_EQ(seen.name, "new name");
    EXPECT_EQ(seen.description, "new text");
    EXPECT_EQ(seen.default_priority, -3);
    EXPECT_EQ(seen.sort_key, before.sort_key);
    EXPECT_EQ(seen.token, "A1");
    EXPECT_EQ(seen.created_at, before.created_at);
  }
  const auto moved = store->update_application(alice, app, {"n", "", 0, "Zz"});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->sort_key, "Zz");
  EXPECT_EQ(stored(app).sort_key, "Zz");
  EXPECT_EQ(stored(app).description, "");
  EXPECT_TRUE(store->update_application(alice, app, {"n", "", 0, "Zz"})) << "its own key is not taken";
}

TEST_F(SqliteApplicationsTest, ATakenSortKeyChangesNothing) {
  const auto other = application(alice, "A2");
  application(bob, "B1");
  expect_failure(store->update_application(alice, other, {"renamed", "", 9, "a0"}), Conflict::sort_key,
                 "sort key is not unique");
  EXPECT_EQ(stored(other).name, "name of A2") << "nothing of the change is left";
  EXPECT_EQ(stored(other).default_priority, 0);
  EXPECT_TRUE(store->update_application(bob, stored(other).id, {"x", "", 0, ""}).has_error());
}

TEST_F(SqliteApplicationsTest, AForeignOrMissingApplicationIsNotFoundAndStays) {
  const std::string gone = "application does not exist";
  for (const auto& [owner, id] : {std::pair{bob, app}, std::pair{alice, core::ApplicationId{99}}}) {
    expect_failure(store->update_application(owner, id, {"x", "", 0, ""}), ErrorCode::not_found, gone);
    expect_failure(store->set_application_token(owner, id, "stolen"), ErrorCode::not_found, gone);
    expect_failure(store->set_application_image(owner, id, "x.png"), ErrorCode::not_found, gone);
    expect_failure(store->delete_application(owner, id), ErrorCode::not_found, gone);
  }
  EXPECT_EQ(stored(app).name, "name of A1");
  EXPECT_EQ(stored(app).token, "A1");
  EXPECT_EQ(stored(app).image, "");
}

TEST_F(SqliteApplicationsTest, ANewTokenReplacesTheOldOne) {
  const auto changed = store->set_application_token(alice, app, "A9");
  ASSERT_TRUE(changed) << changed.error().text;
  EXPECT_EQ(changed->token, "A9");
  EXPECT_FALSE(*store->find_application_by_token("A1"));
  ASSERT_TRUE(*store->find_application_by_token("A9"));
  application(bob, "B1");
  expect_failure(store->set_application_token(alice, app, "B1"), Conflict::token, "application token is not unique");
  EXPECT_EQ(stored(app).token, "A9");
}

TEST_F(SqliteApplicationsTest, AnImageGivesTheFormerOne) {
  auto change = store->set_application_image(alice, app, "one.png");
  ASSERT_TRUE(change) << change.error().text;
  EXPECT_EQ(change->former_image, "");
  EXPECT_EQ(change->application.image, "one.png");
  change = store->set_application_image(alice, app, "two.png");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->former_image, "one.png");
  EXPECT_EQ(store->set_application_image(alice, app, "two.png")->former_image, "") << "still its own";
  change = store->set_application_image(alice, app, "");
  ASSERT_TRUE(change);
  EXPECT_EQ(change->former_image, "two.png");
  EXPECT_EQ(stored(app).image, "");
}

TEST_F(SqliteApplicationsTest, AnImageThatAnotherApplicationShowsIsNotGivenAway) {
  const auto other = application(bob, "B1");
  ASSERT_TRUE(store->set_application_image(alice, app, "shared.png"));
  ASSERT_TRUE(store->set_application_image(bob, other, "shared.png"));
  EXPECT_EQ(store->set_application_image(alice, app, "own.png")->former_image, "");
  EXPECT_EQ(*store->delete_application(alice, app), "own.png");
  EXPECT_EQ(*store->delete_application(bob, other), "shared.png");
}

TEST_F(SqliteApplicationsTest, AnInternalApplicationIsNotDeleted) {
  Sqlite(database.connection).run("UPDATE applications SET internal = 1");
  expect_failure(store->delete_application(alice, app), Conflict::internal, "cannot delete internal application");
  EXPECT_TRUE(*store->find_application(app));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM sharded_gotify_purges"), "int:0");
}

TEST_F(SqliteApplicationsTest, ADeletedApplicationIsGoneWithItsMessagesAtOnce) {
  const auto other = application(alice, "A2");
  for (const auto id : {app, other, app}) append_id(id, "m");
  ASSERT_TRUE(store->delete_application(alice, app));
  EXPECT_FALSE(*store->find_application(app));
  EXPECT_EQ(ids(store->list_messages(alice, {})), (std::vector<std::uint64_t>{2}));
  EXPECT_TRUE(ids(store->list_messages(app, {})).empty());
  const auto late = append(text(app, "late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::not_found);
  EXPECT_EQ(stored(other).name, "name of A2");
}

// Whatever call of the disk fails: all of the change is there, or nothing of it.
TEST_F(SqliteApplicationsTest, AFailedDiskLeavesTheApplicationWhole) {
  append_id(app, "m");
  int failures = 0;
  for (int call = 1; call <= 4; ++call) {
    open();
    faults().arm(call, 0, EIO);
    const auto deleted = store->delete_application(alice, app);
    faults().disarm();
    if (deleted) break;
    ++failures;
    EXPECT_EQ(deleted.error().code, ErrorCode::unavailable);
    EXPECT_THAT(deleted.error().text, HasSubstr("I/O"));
    open();
    EXPECT_TRUE(*store->find_application(app));
    EXPECT_EQ(ids(store->list_messages(alice, {})).size(), 1U);
    EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM sharded_gotify_purges"), "int:0");
  }
  EXPECT_GT(failures, 1);
}

}  // namespace
}  // namespace push::store
