#include "push/store/sqlite_store.hpp"

#include <gmock/gmock.h>

#include <chrono>

#include "store/support.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SqliteStoreTest : public StoreTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(SqliteStoreTest, AUserIsFoundByIdAndByName) {
  const auto created = store->create_user({"alice", "$2a$10$hash", true});
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

TEST_F(SqliteStoreTest, AUserNameIsUnique) {
  user("alice");
  const auto again = store->create_user({"alice", "", false});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::name);
  EXPECT_EQ(again.error().text, "username already exists");
  EXPECT_EQ(store->list_users()->size(), 1U);
}

TEST_F(SqliteStoreTest, UsersAreListedById) {
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

TEST_F(SqliteStoreTest, AnApplicationIsFoundByIdAndByToken) {
  const auto owner = user("alice");
  const auto created = store->create_application({owner, "Atoken", "backup", "nightly", 5, ""});
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

TEST_F(SqliteStoreTest, SortKeysCountPerUserAndOrderTheList) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  application(alice, "A1");
  application(alice, "A2");
  EXPECT_EQ(store->create_application({bob, "B1", "b", "", 0, ""})->sort_key, "a0");
  EXPECT_EQ(store->create_application({alice, "A3", "first", "", 0, "Zz"})->sort_key, "Zz");
  EXPECT_EQ(store->create_application({alice, "A4", "last", "", 0, ""})->sort_key, "a2");
  const auto applications = store->list_applications(alice);
  ASSERT_TRUE(applications);
  std::vector<std::string> tokens;
  for (const auto& each : *applications) tokens.push_back(each.token);
  EXPECT_THAT(tokens, ElementsAre("A3", "A1", "A2", "A4"));
}

TEST_F(SqliteStoreTest, ASortKeyIsUniquePerUser) {
  const auto alice = user("alice");
  application(alice, "A1");
  const auto again = store->create_application({alice, "A2", "x", "", 0, "a0"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::sort_key);
  EXPECT_EQ(again.error().text, "sort key is not unique");
  EXPECT_TRUE(store->create_application({user("bob"), "B1", "x", "", 0, "a0"}));
}

TEST_F(SqliteStoreTest, AfterAnInvalidSortKeyOneIsAppended) {
  const auto alice = user("alice");
  ASSERT_TRUE(store->create_application({alice, "A1", "x", "", 0, "zzzz not valid"}));
  const auto next = store->create_application({alice, "A2", "x", "", 0, ""});
  ASSERT_TRUE(next) << next.error().text;
  EXPECT_GT(next->sort_key, "zzzz not valid");
}

TEST_F(SqliteStoreTest, ATokenIsUnique) {
  const auto alice = user("alice");
  application(alice, "A1");
  const auto again = store->create_application({alice, "A1", "x", "", 0, ""});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().conflict, core::Conflict::token);
  EXPECT_THAT(again.error().text, HasSubstr("token"));
}

TEST_F(SqliteStoreTest, NothingIsCreatedForAMissingUser) {
  const auto application = store->create_application({core::UserId{99}, "A1", "x", "", 0, ""});
  ASSERT_FALSE(application);
  EXPECT_EQ(application.error().code, ErrorCode::not_found);
  const auto client = store->create_client({core::UserId{99}, "C1", "x", 0});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::not_found);
}

TEST_F(SqliteStoreTest, AClientIsFoundByIdAndByToken) {
  const auto owner = user("alice");
  const auto created = store->create_client({owner, "Ctoken", "phone", 60});
  ASSERT_TRUE(created);
  EXPECT_EQ(created->expires_at, created->created_at + std::chrono::seconds(60));
  const auto found = store->find_client_by_token("Ctoken");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, created->id);
  EXPECT_EQ((*found)->user, owner);
  EXPECT_EQ((*found)->name, "phone");
  EXPECT_EQ((*found)->created_at, created->created_at);
  EXPECT_EQ((*found)->expires_after_inactivity_seconds, 60U);
  EXPECT_EQ((*found)->expires_at, created->expires_at);
  EXPECT_FALSE((*found)->last_used);
  EXPECT_FALSE((*found)->elevated_until);
  EXPECT_TRUE(*store->find_client(created->id));
  EXPECT_FALSE(*store->find_client_by_token("nope"));
}

TEST_F(SqliteStoreTest, ExpiredClientsAreInvisible) {
  const auto owner = user("alice");
  const auto lasting = store->create_client({owner, "C1", "lasting", 0});
  const auto expiring = store->create_client({owner, "C2", "expiring", 60});
  const auto later = store->create_client({owner, "C3", "later", 60});
  ASSERT_TRUE(lasting && expiring && later);
  EXPECT_EQ(store->list_clients(owner)->size(), 3U);
  // Another offset, as Gotify writes it in a zone of its own: an hour ago, though as a text it is later than now.
  const auto past = core::database_time(core::wall_now() + std::chrono::hours(1));
  Sqlite(database.connection)
      .run("UPDATE clients SET expires_at = '" + past.substr(0, past.size() - 6) + "+02:00' WHERE token = 'C2'");
  EXPECT_FALSE(*store->find_client(expiring->id));
  EXPECT_FALSE(*store->find_client_by_token("C2"));
  const auto clients = store->list_clients(owner);
  ASSERT_EQ(clients->size(), 2U);
  EXPECT_EQ((*clients)[0].id, lasting->id);
  EXPECT_EQ((*clients)[1].id, later->id);
}

TEST_F(SqliteStoreTest, AnExpiryPastTheEndOfTimeIsNever) {
  const auto owner = user("alice");
  const auto client = store->create_client({owner, "C1", "x", std::uint64_t{1} << 62U});
  ASSERT_TRUE(client);
  EXPECT_FALSE(client->expires_at);
  EXPECT_EQ((*store->find_client(client->id))->expires_after_inactivity_seconds, std::uint64_t{1} << 62U);
  EXPECT_FALSE(store->create_client({owner, "C2", "x", std::uint64_t{1} << 63U}));
}

TEST_F(SqliteStoreTest, AMessageComesBackAsItWasStored) {
  const auto app = application(user("alice"), "A1");
  NewMessage message = text(app, std::string("nul \0 and \xff bytes", 17));
  message.title = "t \u2028";
  message.priority = -9223372036854775807 - 1;
  message.extras = R"({"client::display":{"contentType":"text/markdown"}})";
  message.date = *core::parse_time("2026-11-22T10:53:10.381570477Z");
  const auto stored = append(message);
  ASSERT_TRUE(stored);
  const auto found = store->list_messages(app, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  for (const model::Message& each : {*stored, found->front()}) {
    EXPECT_EQ(core::value(each.id), 1U);
    EXPECT_EQ(each.application, app);
    EXPECT_EQ(each.message, message.message);
    EXPECT_EQ(each.title, message.title);
    EXPECT_EQ(each.priority, message.priority);
    EXPECT_EQ(each.extras, message.extras);
    EXPECT_EQ(each.date, message.date);
  }
}

TEST_F(SqliteStoreTest, ValuesHaveGotifysFormatsInTheFile) {
  const auto owner = user("alice");
  ASSERT_TRUE(store->create_user({"oidc", "", true}));
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

TEST_F(SqliteStoreTest, AMessageForAMissingApplicationStoresNothing) {
  const auto app = application(user("alice"), "A1");
  const auto refused = append(text(core::ApplicationId{99}, "lost"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(core::value(append_id(app, "kept")), 1U);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM messages"), "int:1");
}

TEST_F(SqliteStoreTest, DeletingAMessageNeedsItsOwner) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto app = application(alice, "A1");
  const auto id = append_id(app, "m");
  for (const auto& [who, what] : {std::pair{bob, id}, std::pair{alice, core::MessageId{99}}}) {
    const auto refused = store->delete_message(who, what);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
    EXPECT_EQ(refused.error().text, "message does not exist");
  }
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(1));
  EXPECT_TRUE(store->delete_message(alice, id));
  EXPECT_FALSE(store->delete_message(alice, id));
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre());
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

TEST_F(SqliteStoreTest, DeletingMessagesLeavesThoseOfOthers) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  const auto other = application(bob, "B1");
  for (const auto app : {one, two, other, one, two}) append_id(app, "m");
  ASSERT_TRUE(purge(*store, one));
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(5, 2));
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre());
  EXPECT_THAT(ids(store->list_messages(bob, {})), ElementsAre(3));
  EXPECT_TRUE(purge(*store, alice)) << "also when there are none";
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
  EXPECT_THAT(ids(store->list_messages(two, {})), ElementsAre());
}

TEST_F(SqliteStoreTest, AfterDrainFindsWorkAndChangesAreRefused) {
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  append_id(app, "m");
  store->drain();
  EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(1));
  EXPECT_TRUE(store->ping());
  const auto refused = append(text(app, "late"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(store->create_user({"late", "", false}));
  store->drain();
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
        EXPECT_THAT(ids(store->list_messages(alice, {})), ElementsAre(1));
        EXPECT_TRUE(*store->find_application_by_token("A1"));
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace push::store
