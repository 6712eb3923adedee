// What the rules cost the writer: everybody waits for it.
#include "store/sqlite/transaction.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "store/support.hpp"

namespace push::store {
namespace {

class SqliteTransactionTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    app = application(bob, "B1");
    store.reset();
  }

  // SQLite's instructions, in hundreds.
  template <class Work>
  int cost(Work work) {
    auto opened = sqlite::Database::open(database.connection, sqlite::Database::Mode::read_write, 0);
    EXPECT_TRUE(opened);
    sqlite::Transaction transaction(*opened);
    EXPECT_TRUE(
        opened->run("SELECT 1 FROM applications LIMIT 0"));  // reads the schema, which costs as much as it is long
    int hundreds = 0;
    sqlite3_progress_handler(
        opened->handle(), 100,
        [](void* counted) {
          ++*static_cast<int*>(counted);
          return 0;
        },
        &hundreds);
    work(transaction);
    return hundreds;
  }

  core::ApplicationId app{};
};

// One user may have any number, and must not make the others wait for it.
TEST_F(SqliteTransactionTest, CostsTheSameHoweverManyApplicationsThereAre) {
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
          " INSERT INTO applications (user_id, token, image, sort_key) SELECT 1, 'A' || i, 'image' || i,"
          " 'b' || printf('%06d', i) FROM n; UPDATE applications SET image = 'own.png' WHERE user_id = 2");
  EXPECT_LE(
      cost([&](sqlite::Transaction& transaction) { EXPECT_EQ(*transaction.greatest_sort_key(alice), "b005000"); }), 1);
  EXPECT_LE(cost([&](sqlite::Transaction& transaction) {
              EXPECT_TRUE(*transaction.has_image("image77", app));
              EXPECT_FALSE(*transaction.has_image("own.png", app));
            }),
            1);
  EXPECT_LE(cost([&](sqlite::Transaction& transaction) {
              EXPECT_THAT(*transaction.images_of_no_other(bob), ::testing::ElementsAre("own.png"));
            }),
            1);
}

TEST_F(SqliteTransactionTest, KeysOfEitherTypeCount) {
  const auto greatest = [this] {
    std::string key;
    cost([&](sqlite::Transaction& transaction) { key = *transaction.greatest_sort_key(bob); });
    return key;
  };
  Sqlite other(database.connection);
  other.run("UPDATE applications SET sort_key = X'6139'");  // a9
  EXPECT_EQ(greatest(), "a9");
  other.run("INSERT INTO applications (user_id, token, sort_key) VALUES (2, 'B2', 'b00'), (2, 'B3', NULL)");
  EXPECT_EQ(greatest(), "b00");
  other.run("INSERT INTO applications (user_id, token, sort_key) VALUES (2, 'B4', X'6331')");
  EXPECT_EQ(greatest(), "c1");
  cost([](sqlite::Transaction& transaction) { EXPECT_EQ(*transaction.greatest_sort_key(core::UserId{99}), ""); });
}

}  // namespace
}  // namespace push::store
