// The log of events and the read marks in SQLite.
#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <vector>

#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SqliteEventsTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    app = application(alice, "A1");
    first = append_id(app, "m");
    second = append_id(app, "m");
  }
  core::Result<void> remove(core::MessageId id) { return test::await(*store, &Store::delete_message, alice, id); }

  core::ApplicationId app{};
  core::MessageId first{};
  core::MessageId second{};
};

TEST_F(SqliteEventsTest, WithoutItsEventNothingIsDeletedOrRead) {
  Sqlite other(database.connection);
  other.run("ALTER TABLE sharded_gotify_events RENAME TO gone");
  EXPECT_FALSE(remove(first));
  EXPECT_FALSE(purge(*store, app));
  EXPECT_FALSE(test::await(*store, &Store::delete_application, alice, app));
  EXPECT_FALSE(test::await(*store, &Store::mark_read_up_to, alice, second));
  EXPECT_FALSE(test::await(*store, &Store::mark_read, alice, std::vector{first}));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(core::value(second), core::value(first)));
  EXPECT_EQ(*store->find_read_marks(alice), model::ReadMarks{});
  other.run("ALTER TABLE gone RENAME TO sharded_gotify_events");
  EXPECT_TRUE(remove(first));
}

TEST_F(SqliteEventsTest, OutliveTheServerAndIdsGoOnAfterAllAreGone) {
  ASSERT_TRUE(remove(first));
  ASSERT_TRUE(test::await(*store, &Store::mark_read, alice, std::vector{second}));
  const auto before = store->events_after(alice, {}, 10)->events;
  ASSERT_EQ(before.size(), 2U);
  open();
  EXPECT_EQ(store->events_after(alice, {}, 10)->events, before);
  EXPECT_THAT(store->find_read_marks(alice)->ids, ElementsAre(second));
  EXPECT_EQ(*store->delete_old_events(core::wall_now() + std::chrono::days(8)), 2U);
  open();
  const auto empty = *store->events_after(alice, {}, 10);
  EXPECT_THAT(empty.events, IsEmpty());
  EXPECT_EQ(empty.complete_from, before.back().id);
  EXPECT_EQ(empty.newest, before.back().id);
  ASSERT_TRUE(remove(second));
  EXPECT_EQ(core::value(store->events_after(alice, {}, 10)->newest), core::value(before.back().id) + 1);
}

TEST_F(SqliteEventsTest, ADeletedUserLeavesRowsOnlyUntilTheyAreOld) {
  ASSERT_TRUE(test::await(*store, &Store::mark_read_up_to, alice, first));
  ASSERT_TRUE(test::await(*store, &Store::mark_read, alice, std::vector{second}));
  ASSERT_TRUE(remove(first));
  EXPECT_EQ(*store->delete_old_events(core::wall_now() + std::chrono::days(8)), 3U);
  ASSERT_TRUE(remove(second));
  ASSERT_TRUE(test::await(*store, &Store::delete_user, alice));
  EXPECT_EQ(*store->delete_old_events(core::wall_now() + std::chrono::days(8)), 1U);
  Sqlite other(database.connection);
  for (const char* table : {"events", "events_removed", "read_marks", "read"}) {
    EXPECT_EQ(other.row(std::string("SELECT count(*) FROM sharded_gotify_") + table), "int:0") << table;
  }
}

TEST_F(SqliteEventsTest, WhatIsLoggedAndRemovedIsCounted) {
  ASSERT_TRUE(remove(first));
  ASSERT_TRUE(remove(second));
  EXPECT_EQ(*store->delete_old_events(core::wall_now() + std::chrono::days(8)), 2U);
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("\npush_store_events_total 2\n"));
  EXPECT_THAT(metrics.text(), ::testing::HasSubstr("\npush_store_removed_events_total 2\n"));
}

}  // namespace
}  // namespace push::store
