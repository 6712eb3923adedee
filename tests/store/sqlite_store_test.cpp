#include "push/store/open.hpp"

#include <gmock/gmock.h>

#include <chrono>

#include "store/support.hpp"

namespace push::store {
namespace {

using ::testing::ElementsAre;

class SqliteStoreTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(SqliteStoreTest, ExpiredClientsAreInvisible) {
  const auto owner = user("alice");
  const auto lasting = test::await(*store, &Store::create_client, NewClient{owner, "C1", "lasting", 0});
  const auto expiring = test::await(*store, &Store::create_client, NewClient{owner, "C2", "expiring", 60});
  const auto later = test::await(*store, &Store::create_client, NewClient{owner, "C3", "later", 60});
  ASSERT_TRUE(lasting && expiring && later);
  EXPECT_EQ(clients_of(owner)->size(), 3U);
  // Another offset, as Gotify writes it in another time zone: an hour ago, but as a string it sorts after now.
  const auto past = core::database_time(core::wall_now() + std::chrono::hours(1));
  Sqlite(database.connection)
      .run("UPDATE clients SET expires_at = '" + past.substr(0, past.size() - 6) + "+02:00' WHERE token = 'C2'");
  EXPECT_FALSE(*store->find_client(expiring->id));
  EXPECT_FALSE(*store->find_client_by_token("C2"));
  const auto clients = clients_of(owner);
  ASSERT_EQ(clients->size(), 2U);
  EXPECT_EQ((*clients)[0].id, lasting->id);
  EXPECT_EQ((*clients)[1].id, later->id);
}

TEST_F(SqliteStoreTest, AnyBytesComeBackAsTheyWereStored) {
  const auto app = application(user("alice"), "A1");
  const NewMessage message = text(app, std::string("nul \0 and \xff bytes", 17));
  ASSERT_TRUE(append(message));
  EXPECT_EQ(listed(app, {})->front().message, message.message);
}

TEST_F(SqliteStoreTest, ValuesHaveGotifysFormatsInTheFile) {
  const auto owner = user("alice");
  ASSERT_TRUE(test::await(*store, &Store::create_user, NewUser{"oidc", "", true}));
  const auto app = application(owner, "A1");
  auto message = text(app, "m");
  message.date = *core::parse_time("2026-11-22T10:53:10.5Z");
  ASSERT_TRUE(append(message));
  message.extras = R"({"a":1})";
  ASSERT_TRUE(append(message));
  Sqlite other(database.connection);
  EXPECT_EQ(other.row("SELECT pass, admin FROM users WHERE id = 1"), "blob:hash of alice|int:0");
  EXPECT_EQ(other.row("SELECT pass, admin FROM users WHERE id = 2"), "null|int:1");
  EXPECT_EQ(other.row("SELECT sort_key, internal, image, last_used FROM applications"), "text:a0|int:0|text|null");
  EXPECT_THAT(other.row("SELECT created_at FROM applications"), ::testing::EndsWith("+00:00"));
  EXPECT_THAT(other.rows("SELECT extras, date FROM messages ORDER BY id"),
              ElementsAre("null|text:2026-11-22 10:53:10.5+00:00", "blob:{\"a\":1}|text:2026-11-22 10:53:10.5+00:00"));
}

TEST_F(SqliteStoreTest, IdsAreNotUsedAgainAfterDeletesAndReopening) {
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  for (int i = 0; i < 5; ++i) append_id(app, "m");
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_EQ(core::value(append_id(app, "m")), 6U);
  ASSERT_TRUE(purge(*store, app));
  open();
  EXPECT_EQ(core::value(append_id(app, "m")), 7U);
}

TEST_F(SqliteStoreTest, DeletingMoreThanOneSliceDeletesAll) {
  const auto alice = user("alice");
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
          " INSERT INTO messages (application_id, message, date) SELECT 1 + i % 2, 'm', '2026-01-01' FROM n");
  open();
  ASSERT_TRUE(purge(*store, one));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*), min(application_id) FROM messages"), "int:2500|int:2");
  append_id(one, "m");
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:0");
  EXPECT_THAT(ids(listed(two, {})), ElementsAre());
}

TEST_F(SqliteStoreTest, OneReaderServesManyThreads) {
  database.readers = 1;
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  append_id(app, "m");
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 50; ++n) {
        EXPECT_THAT(ids(listed(alice, {})), ElementsAre(1));
        EXPECT_TRUE(*store->find_application_by_token("A1"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace push::store
