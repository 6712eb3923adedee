#include <gmock/gmock.h>

#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;

class SqlitePagesTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    one = application(alice, "A1");
    two = application(alice, "A2");
    empty = application(alice, "A3");
    other = application(bob, "B1");
    // ids 1..9: one two other one two other one two other
    for (int i = 0; i < 3; ++i) {
      for (const auto app : {one, two, other}) append_id(app, "m");
    }
  }

  core::ApplicationId one{};
  core::ApplicationId two{};
  core::ApplicationId empty{};
  core::ApplicationId other{};
};

TEST_F(SqlitePagesTest, MessagesWithoutAnApplicationAreInvisible) {
  Sqlite(database.connection).run("DELETE FROM applications WHERE id = " + std::to_string(core::value(one)));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(8, 5, 2));
  EXPECT_THAT(ids(listed(one, {})), ElementsAre());
  EXPECT_THAT(ids(listed_after(alice, {}, 100)), ElementsAre(2, 5, 8));
  EXPECT_FALSE(*store->find_message(core::MessageId{7}));
  EXPECT_FALSE(test::await(*store, &Store::delete_message, alice, core::MessageId{7}));
}

TEST_F(SqlitePagesTest, EveryQueryOfAPageUsesAnIndex) {
  Sqlite other_connection(database.connection);
  for (const char* sql :
       {"SELECT id FROM messages WHERE application_id = 1 AND id <= 5 ORDER BY id DESC LIMIT 1",
        "SELECT id, application_id, message, title, priority, extras, date FROM messages WHERE application_id = 1 AND"
        " id <= 5 AND EXISTS (SELECT 1 FROM applications WHERE id = 1) ORDER BY id DESC LIMIT 100",
        "SELECT id FROM messages WHERE application_id = 1 AND id >= 5 ORDER BY id LIMIT 1"}) {
    std::string plan;
    for (const auto& row : other_connection.rows(std::string("EXPLAIN QUERY PLAN ") + sql)) plan += row + "\n";
    EXPECT_THAT(plan,
                ::testing::ContainsRegex("sharded_gotify_messages_application \\(application_id=. AND id[<>].\\)"))
        << sql;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN messages"))) << sql;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << sql;
  }
}

// Rows that another program or a bad disk has written.
TEST_F(SqlitePagesTest, ADamagedRowSpoilsNothingAndDoesNotLookLikeAGoodOne) {
  Sqlite file(database.connection);
  const auto damage = [&file](int id, const std::string& column, const std::string& value) {
    file.run("UPDATE messages SET " + column + " = " + value + " WHERE id = " + std::to_string(id));
  };
  damage(1, "extras", "x'7b626164'");    // {bad
  damage(2, "extras", "x'7b2261223a'");  // {"a":
  damage(4, "extras", "x'7b7d00'");      // {} and a byte 0
  damage(5, "extras", "'[1]'");
  damage(7, "extras", "'null'");
  damage(8, "extras", "'{\"a\":1}'");
  damage(1, "date", "'yesterday'");
  damage(2, "date", "x'ff00'");
  damage(4, "date", "'0001-01-01 00:00:00+00:00'");
  damage(5, "date", "'2026-13-01 00:00:00'");
  damage(7, "date", "'2026-11-22 10:53:10+00:00 '");
  const auto page = listed(alice, {});
  ASSERT_EQ(ids(page), (std::vector<std::uint64_t>{8, 7, 5, 4, 2, 1}));
  EXPECT_EQ(page->front().extras, R"({"a":1})");
  EXPECT_NE(page->front().date, core::kNoTime);
  for (std::size_t i = 1; i < page->size(); ++i) {
    EXPECT_EQ((*page)[i].extras, "") << core::value((*page)[i].id);
    EXPECT_EQ((*page)[i].date, core::kNoTime) << core::value((*page)[i].id);
  }
  EXPECT_EQ(listed(one, {})->back().extras, "");
}

}  // namespace
}  // namespace push::store
