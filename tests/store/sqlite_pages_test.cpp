#include <gmock/gmock.h>

#include <limits>

#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;

class SqlitePagesTest : public StoreTest {
 protected:
  void SetUp() override {
    open();
    alice = user("alice");
    bob = user("bob");
    one = application(alice, "A1");
    two = application(alice, "A2");
    empty = application(alice, "A3");
    other = application(bob, "B1");
    // ids 1..9: one two other one two other one two other
    for (int i = 0; i < 3; ++i) {
      for (const auto app : {one, two, other}) append_id(app, "m");
    }
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId one{};
  core::ApplicationId two{};
  core::ApplicationId empty{};
  core::ApplicationId other{};
};

TEST_F(SqlitePagesTest, AUserSeesAllOfItsApplicationsNewestFirst) {
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(8, 7, 5, 4, 2, 1));
  EXPECT_THAT(ids(store->list_messages(bob, {})), ElementsAre(9, 6, 3));
  EXPECT_THAT(ids(store->list_messages(core::UserId{99}, {})), ElementsAre());
}

TEST_F(SqlitePagesTest, SinceIsExclusiveAndTheLimitHolds) {
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 0, .limit = 2})), ElementsAre(8, 7));
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 7, .limit = 2})), ElementsAre(5, 4));
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 4, .limit = 3})), ElementsAre(2, 1));
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 1, .limit = 3})), ElementsAre());
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 6, .limit = 1})), ElementsAre(5)) << "an id of another user";
  EXPECT_THAT(ids(store->list_messages(alice, {.since = 0, .limit = 0})), ElementsAre());
}

TEST_F(SqlitePagesTest, AnySinceIsUnderstood) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THAT(ids(store->list_messages(alice, {.since = most, .limit = most})), ElementsAre(8, 7, 5, 4, 2, 1));
  EXPECT_THAT(ids(store->list_messages(one, {.since = most, .limit = most})), ElementsAre(7, 4, 1));
}

TEST_F(SqlitePagesTest, AnApplicationsMessagesNewestFirst) {
  EXPECT_THAT(ids(store->list_messages(one, {})), ElementsAre(7, 4, 1));
  EXPECT_THAT(ids(store->list_messages(two, {.since = 8, .limit = 1})), ElementsAre(5));
  EXPECT_THAT(ids(store->list_messages(empty, {})), ElementsAre());
  EXPECT_THAT(ids(store->list_messages(core::ApplicationId{99}, {})), ElementsAre());
}

TEST_F(SqlitePagesTest, MessagesWithoutAnApplicationAreInvisible) {
  Sqlite(database.connection).run("DELETE FROM applications WHERE id = " + std::to_string(core::value(one)));
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(8, 5, 2));
  EXPECT_THAT(ids(store->list_messages(one, {})), ElementsAre());
  EXPECT_FALSE(store->delete_message(alice, core::MessageId{7}));
}

TEST_F(SqlitePagesTest, AUserWithManyApplicationsGetsOneMergedPage) {
  std::vector<core::ApplicationId> apps;
  for (int i = 0; i < 50; ++i) apps.push_back(application(bob, "many" + std::to_string(i)));
  std::vector<std::uint64_t> expected;
  for (std::size_t i = 0; i < 200; ++i) {
    expected.insert(expected.begin(), core::value(append_id(apps[(i * 7) % apps.size()], "m")));
  }
  expected.resize(120);
  EXPECT_EQ(ids(store->list_messages(bob, {.since = 0, .limit = 120})), expected);
}

TEST_F(SqlitePagesTest, EveryQueryOfAPageUsesAnIndex) {
  Sqlite other_connection(database.connection);
  for (const char* sql :
       {"SELECT id FROM messages WHERE application_id = 1 AND id <= 5 ORDER BY id DESC LIMIT 1",
        "SELECT id, application_id, message, title, priority, extras, date FROM messages WHERE application_id = 1 AND"
        " id <= 5 AND EXISTS (SELECT 1 FROM applications WHERE id = 1) ORDER BY id DESC LIMIT 100"}) {
    std::string plan;
    for (const auto& row : other_connection.rows(std::string("EXPLAIN QUERY PLAN ") + sql)) plan += row + "\n";
    EXPECT_THAT(plan, ::testing::HasSubstr("sharded_gotify_messages_application (application_id=? AND id<?)")) << sql;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN messages"))) << sql;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << sql;
  }
}

}  // namespace
}  // namespace push::store
