// Databases as they are found: Gotify's own of several versions, others, and our tables in them.
#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <memory>

#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using test::Psql;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kColumnsOfGotify =
    "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length FROM"
    " information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE 'sharded%'"
    " ORDER BY table_name, ordinal_position";
constexpr const char* kIndexesOfGotify =
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexname NOT LIKE 'sharded%' ORDER BY "
    "1";

class PostgresSchemaTest : public PostgresStoreTest {
 protected:
  ~PostgresSchemaTest() override { store.reset(); }

  void fill_from(const std::string& fixture) { sql(support::read_text("tests/store/fixtures/" + fixture + ".sql")); }
  // What pg_dump -s says, without its comments.
  std::string schema() const {
    const std::string command = "pg_dump -s '" + database + "'";
    const std::unique_ptr<FILE, decltype(&::pclose)> dump(::popen(command.c_str(), "r"), &::pclose);
    std::string text;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), dump.get()) != nullptr) {
      const std::string_view read(line.data());
      if (!read.starts_with("--") && !read.starts_with('\\') && read != "\n") text += read;
    }
    return text;
  }
  void expect_refused(const std::string& why) {
    const auto refused = try_to_open(database);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::invalid);
    EXPECT_THAT(refused.error().text, AllOf(HasSubstr(why), HasSubstr("dbname=" + value("SELECT current_database()"))));
  }
};

class PostgresFixtureTest : public PostgresSchemaTest, public testing::WithParamInterface<const char*> {};

TEST_P(PostgresFixtureTest, IsOpenedReadAndWritten) {
  fill_from(GetParam());
  open();
  const auto users = store->list_users();
  ASSERT_TRUE(users) << users.error().text;
  std::vector<std::string> found;
  std::vector<std::string> read;
  for (const model::User& user : *users) {
    found.push_back(std::to_string(core::value(user.id)) + '|' + user.name + '|' + (user.admin ? "t" : "f"));
    EXPECT_NE(user.created_at, core::kNoTime);
    const auto messages = listed(user.id, {0, 1000});
    ASSERT_TRUE(messages) << messages.error().text;
    for (const model::Message& one : *messages) {
      read.push_back(std::to_string(core::value(one.id)) + '|' + one.message + '|' + one.title + '|' +
                     std::to_string(one.priority) + '|' + one.extras);
    }
    const auto applications = applications_of(user.id);
    ASSERT_TRUE(applications);
    for (const model::Application& one : *applications) {
      EXPECT_FALSE(one.sort_key.empty());
      const auto by_token = store->find_application_by_token(one.token);
      EXPECT_TRUE(by_token && *by_token && (*by_token)->id == one.id);
    }
    EXPECT_TRUE(clients_of(user.id));
  }
  EXPECT_EQ(found, sql("SELECT id, name, admin FROM users ORDER BY id"));
  EXPECT_EQ(
      read,
      sql("SELECT m.id, m.message, m.title, m.priority, coalesce(convert_from(m.extras, 'UTF8'), '') FROM messages AS m"
          " JOIN applications AS a ON a.id = m.application_id ORDER BY a.user_id, m.id DESC"));
  const auto last = std::stoull(value("SELECT last_value FROM messages_id_seq"));
  const core::ApplicationId app{std::stoull(value("SELECT min(id) FROM applications"))};
  EXPECT_EQ(core::value(append_id(app, "new")), last + 1) << "ids of deleted messages are not given again";
  EXPECT_TRUE(test::await(*store, &Store::create_client, NewClient{(*users)[0].id, "C", "c", 3'000'000'000}));
}

TEST_P(PostgresFixtureTest, IsChangedOnceAndNeverAgain) {
  fill_from(GetParam());
  const auto columns = sql(kColumnsOfGotify);
  const auto indexes = sql(kIndexesOfGotify);
  open();
  if (std::string(GetParam()) == "gotify-3") {
    EXPECT_EQ(sql(kColumnsOfGotify), columns);
    EXPECT_EQ(sql(kIndexesOfGotify), indexes);
  }
  const std::string first = schema();
  EXPECT_THAT(first, HasSubstr("sharded_gotify_messages_application"));
  open();
  EXPECT_EQ(schema(), first);
}

INSTANTIATE_TEST_SUITE_P(All, PostgresFixtureTest,
                         testing::Values("gotify-2.6.0", "gotify-2.6.0-then-3", "gotify-2.9.1", "gotify-3"),
                         [](const auto& fixture) {
                           std::string name(fixture.param);
                           std::replace_if(
                               name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
                           return name;
                         });

TEST_F(PostgresSchemaTest, AnIndexThatWasLeftUnfinishedIsBuiltAgain) {
  open();
  constexpr const char* kValid =
      "SELECT indisvalid FROM pg_index WHERE indexrelid = 'sharded_gotify_messages_application'::regclass";
  test::psql(
      test::postgres().superuser(value("SELECT current_database()")),
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'sharded_gotify_messages_application'::regclass");
  ASSERT_EQ(value(kValid), "f");
  open();
  EXPECT_EQ(value(kValid), "t");
}

TEST_F(PostgresSchemaTest, ASequenceThatSkipsIdsIsRefused) {
  fill_from("gotify-3");
  sql("ALTER SEQUENCE messages_id_seq CACHE 10");
  expect_refused("messages_id_seq) must have INCREMENT 1, CACHE 1");
}

TEST_F(PostgresSchemaTest, ASequenceThatIsBehindIsRaised) {
  fill_from("gotify-3");
  sql("SELECT setval('messages_id_seq', 2), setval('users_id_seq', 1)");
  const auto greatest = std::stoull(value("SELECT max(id) FROM messages"));
  open();
  EXPECT_GT(core::value(append_id(core::ApplicationId{std::stoull(value("SELECT min(id) FROM applications"))}, "m")),
            greatest);
  user("bob");
}

TEST_F(PostgresSchemaTest, ADatabaseOfAnotherProgramIsRefusedAndLeftAlone) {
  sql("CREATE TABLE users (id bigserial PRIMARY KEY, email text)");
  const std::string before = schema();
  expect_refused("not a Gotify database: ");
  EXPECT_EQ(schema(), before);
}

TEST_F(PostgresSchemaTest, TablesOfANewerVersionOfOursAreRefusedAndLeftAlone) {
  open();
  store.reset();
  sql("UPDATE sharded_gotify_meta SET value = '99' WHERE key = 'schema'; DROP TABLE sharded_gotify_leases");
  const std::string before = schema();
  expect_refused("newer version of this program (schema 99)");
  EXPECT_EQ(schema(), before);
}

TEST_F(PostgresSchemaTest, TwoSchemasOfOneDatabaseAreTwo) {
  open();
  user("public's");
  sql("CREATE SCHEMA other");
  const auto first = std::move(store);
  open(database + " search_path=other,public");
  ASSERT_TRUE(store);
  const auto owner = user("other's");
  append_id(application(owner, "A1"), "m");
  EXPECT_THAT(sql("SELECT name FROM public.users"), ElementsAre("public's"));
  EXPECT_THAT(sql("SELECT name FROM other.users"), ElementsAre("other's"));
  EXPECT_THAT(sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'sharded_gotify_messages_application'"),
              ElementsAre("2"));
}

TEST_F(PostgresSchemaTest, ASchemaThatDoesNotExistIsNamed) {
  const auto refused = try_to_open(database + " search_path=nowhere");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().text, HasSubstr("no schema of search_path exists"));
}

// Whatever the settings of the role or the database are: building an index may take hours.
TEST_F(PostgresSchemaTest, TheStartTakesAsLongAsItDoes) {
  fill_from("gotify-3");
  Psql other(database);
  sql("ALTER ROLE gotify IN DATABASE " + value("SELECT current_database()") +
      " SET statement_timeout = '500ms';"
      "ALTER ROLE gotify IN DATABASE " +
      value("SELECT current_database()") + " SET lock_timeout = '100ms'");
  other.run("BEGIN; LOCK TABLE users IN SHARE ROW EXCLUSIVE MODE");
  auto opened = std::async(std::launch::async, [&] { return try_to_open(database); });
  ASSERT_TRUE(
      becomes("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type ="
              " 'Lock' AND clock_timestamp() - query_start > interval '600 ms'",
              "1"));
  other.run("COMMIT");
  const auto answer = opened.get();
  EXPECT_TRUE(answer) << answer.error().text;
}

TEST_F(PostgresSchemaTest, WhatBelongsToRowsThatGotifyHasDeletedGoesAtTheStart) {
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  const auto kept = append_id(app, "kept");
  ASSERT_TRUE(test::await(*store, &Store::mark_read, alice, std::vector{kept}));
  ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, app, Retention{7, {}}));
  store.reset();
  sql("INSERT INTO sharded_gotify_read (message_id, user_id) VALUES (900, 1);"
      "INSERT INTO sharded_gotify_read_marks (user_id, up_to) VALUES (900, 1), (1, 1);"
      "INSERT INTO sharded_gotify_retention (application_id, days) VALUES (900, 1)");
  open();
  EXPECT_THAT(sql("SELECT message_id FROM sharded_gotify_read"), ElementsAre("1"));
  EXPECT_THAT(sql("SELECT user_id FROM sharded_gotify_read_marks"), ElementsAre("1"));
  EXPECT_THAT(sql("SELECT application_id FROM sharded_gotify_retention"), ElementsAre("1"));
}

// ---- texts

class PostgresTextTest : public PostgresStoreTest {
 protected:
  ~PostgresTextTest() override { store.reset(); }
};

TEST_F(PostgresTextTest, WhatAColumnCannotHoldIsReplacedInMessagesAndRefusedInNames) {
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  NewMessage odd = text(app, std::string("a\0b\xFF\xED\xA0\x80", 7) + "ü");
  odd.title = std::string("\0", 1);
  const auto answered = append(odd);
  ASSERT_TRUE(answered) << answered.error().text;
  EXPECT_EQ(answered->message, "a\uFFFDb\uFFFD\uFFFD\uFFFD\uFFFDü");
  EXPECT_EQ(answered->title, "\uFFFD");
  const auto read = store->find_message(answered->id);
  ASSERT_TRUE(read && *read);
  EXPECT_EQ((*read)->message, answered->message);
  for (const std::string& bad : std::vector<std::string>{std::string("\0", 1), std::string("x\xFF"),
                                                         std::string("'; DROP TABLE users;\0", 21)}) {
    EXPECT_EQ(test::await(*store, &Store::create_user, NewUser{bad, "h", false}).error().code, ErrorCode::invalid);
    EXPECT_EQ(test::await(*store, &Store::create_application, NewApplication{alice, "A2", bad, "", 0, ""}).error().code,
              ErrorCode::invalid);
    EXPECT_EQ(test::await(*store, &Store::create_client, NewClient{alice, "C1", bad, 0}).error().code,
              ErrorCode::invalid);
    const auto by_name = store->find_user_by_name(bad);
    EXPECT_TRUE(by_name && !*by_name);
    const auto by_token = store->find_application_by_token(bad);
    EXPECT_TRUE(by_token && !*by_token);
    const auto client_by_token = store->find_client_by_token(bad);
    EXPECT_TRUE(client_by_token && !*client_by_token);
    const auto epoch = store->find_epoch(bad);
    EXPECT_TRUE(epoch && !*epoch);
  }
  EXPECT_THAT(sql("SELECT name FROM users"), ElementsAre("alice"));
}

// Quotes, backslashes and what looks like a parameter go into the texts of scripts as they are.
TEST_F(PostgresTextTest, NothingInANameIsSql) {
  open();
  const auto alice = user("alice");
  for (const std::string name :
       {"'", "''", "\\", "\\'", "$1", "$$", "$2'; --", "x'); DELETE FROM users; --", "%s\n\t"}) {
    const auto made =
        test::await(*store, &Store::create_application, NewApplication{alice, "A" + name, name, name, 0, ""});
    ASSERT_TRUE(made) << name << made.error().text;
    const auto found = store->find_application_by_token("A" + name);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->name, name);
    EXPECT_EQ((*found)->description, name);
    append_id(made->id, name);
    EXPECT_EQ(ids(listed(made->id, {})).size(), 1U);
  }
  EXPECT_EQ(value("SELECT count(*) FROM users"), "1");
}

// A database that does not hold every character: only the message that has one is refused.
TEST_F(PostgresTextTest, OfABatchOnlyTheMessageThatTheEncodingCannotHoldIsRefused) {
  const std::string name = value("SELECT current_database()") + "_latin1";
  const std::string superuser = test::postgres().superuser();
  test::psql(superuser, "CREATE DATABASE " + name +
                            " OWNER gotify ENCODING 'LATIN1' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
  open(database + "_latin1");
  const auto app = application(user("alice"), "A1");
  std::vector<std::string> answers;
  std::promise<void> all;
  const auto queued = store->append(text(app, "primer"), [&](core::Result<StoredMessage>) {
    for (const char* const one : {"a", "ü", "日本", "b", "Ж", "c"}) {
      EXPECT_TRUE(store->append(text(app, one), [&, one](core::Result<StoredMessage> stored) {
        answers.push_back(one + std::string(stored                                      ? " stored"
                                            : stored.error().code == ErrorCode::invalid ? " invalid"
                                                                                        : " ?"));
        if (answers.size() == 6) all.set_value();
      }));
    }
  });
  ASSERT_TRUE(queued);
  all.get_future().wait();
  EXPECT_THAT(answers, ElementsAre("a stored", "ü stored", "日本 invalid", "b stored", "Ж invalid", "c stored"));
  store.reset();
  test::psql(superuser, "DROP DATABASE " + name + " WITH (FORCE)");
}

}  // namespace
}  // namespace push::store
