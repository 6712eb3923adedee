#include <gmock/gmock.h>

#include "store/faults.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using core::Conflict;
using ::testing::HasSubstr;

class SqliteApplicationsTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    app = application(alice, "A1");
  }
  ~SqliteApplicationsTest() override { faults().disarm(); }

  model::Application stored(core::ApplicationId id) {
    const auto found = store->find_application(id);
    EXPECT_TRUE(found && *found);
    return found && *found ? **found : model::Application{};
  }

  core::ApplicationId app{};
};

TEST_F(SqliteApplicationsTest, AnInternalApplicationIsNotDeleted) {
  Sqlite(database.connection).run("UPDATE applications SET internal = 1");
  expect_failure(test::await(*store, &Store::delete_application, alice, app), Conflict::internal,
                 "cannot delete internal application");
  EXPECT_TRUE(*store->find_application(app));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM sharded_gotify_purges"), "int:0");
}

// Whichever disk call fails, the change is stored completely or not at all.
TEST_F(SqliteApplicationsTest, AFailedDiskLeavesTheApplicationWhole) {
  append_id(app, "m");
  int failures = 0;
  for (int call = 1; call <= 4; ++call) {
    open();
    faults().arm(call, 0, EIO);
    const auto deleted = test::await(*store, &Store::delete_application, alice, app);
    faults().disarm();
    if (deleted) break;
    ++failures;
    EXPECT_TRUE(is_no_or_unknown(deleted.error())) << deleted.error().text;
    EXPECT_THAT(deleted.error().text, HasSubstr("I/O"));
    open();
    EXPECT_TRUE(*store->find_application(app));
    EXPECT_EQ(ids(listed(alice, {})).size(), 1U);
    EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM sharded_gotify_purges"), "int:0");
  }
  EXPECT_GT(failures, 1);
}

}  // namespace
}  // namespace push::store
