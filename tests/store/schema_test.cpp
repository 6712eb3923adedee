// What opening does to a file: missing, an older database, another program's, not a database.
#include <gmock/gmock.h>

#include <fstream>
#include <iterator>

#include "store/support.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// As Gotify of about 2.0 made it: no columns of later versions, `bool` types, none of 3.0's plain indexes.
constexpr const char* kVersion2 = R"(
CREATE TABLE "users" ("id" integer primary key autoincrement, "name" varchar(180), "pass" blob, "admin" bool);
CREATE UNIQUE INDEX uix_users_name ON "users"("name");
CREATE TABLE "applications" ("id" integer primary key autoincrement, "token" varchar(180), "user_id" integer,
  "name" varchar(255), "description" varchar(255), "internal" bool, "image" varchar(255));
CREATE INDEX idx_applications_user_id ON "applications"(user_id);
CREATE UNIQUE INDEX uix_applications_token ON "applications"("token");
CREATE TABLE "messages" ("id" integer primary key autoincrement, "application_id" integer, "message" text,
  "title" text, "priority" integer, "extras" blob, "date" datetime);
CREATE TABLE "clients" ("id" integer primary key autoincrement, "token" varchar(180), "user_id" integer,
  "name" varchar(255));
CREATE UNIQUE INDEX uix_clients_token ON "clients"("token");
CREATE TABLE "plugin_confs" ("id" integer primary key autoincrement, "user_id" integer, "module_path" text,
  "token" varchar(180), "application_id" integer, "enabled" bool, "config" blob, "storage" blob);
INSERT INTO users VALUES (1, 'admin', X'243261243130', 1), (4, 'bob', X'243261', 0);
INSERT INTO applications VALUES (3, 'Aabc.defghijklm', 1, 'backup', 'nightly', 0, 'pic.png'),
  (5, 'Aother', 4, 'door', '', 0, ''), (6, 'Athird', 1, 'mail', '', 1, '');
INSERT INTO messages VALUES (10, 3, 'old text', 'old title', 5, NULL, '2019-01-27 10:30:16.789+01:00'),
  (12, 5, 'bell', 'door', 0, X'7B2261223A317D', '2019-02-01 08:00:00');
INSERT INTO messages VALUES (40, 3, 'deleted', '', 0, NULL, '2019-02-01 08:00:00');
DELETE FROM messages WHERE id = 40;
INSERT INTO clients VALUES (2, 'Cabc', 1, 'phone');
INSERT INTO plugin_confs VALUES (1, 1, 'example.org/plugin', 'Ptoken', 6, 1, X'6B3A2076', NULL);
)";

class SchemaTest : public StoreTest {
 protected:
  std::string refusal() {
    auto opened = store::open(database, metrics);
    EXPECT_FALSE(opened);
    if (opened) return "";
    code = opened.error().code;
    return opened.error().text;
  }

  std::string columns(const std::string& table) {
    std::string all;
    for (const auto& row :
         Sqlite(database.connection).rows("SELECT name || ' ' || type FROM pragma_table_info('" + table + "')")) {
      all += row.substr(5) + ", ";
    }
    return all;
  }

  std::vector<std::string> indexes() {
    return Sqlite(database.connection)
        .rows("SELECT name || ' ' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL");
  }

  std::string dump(const std::string& table, const std::string& column_list) {
    std::string all;
    for (const auto& row :
         Sqlite(database.connection).rows("SELECT " + column_list + " FROM " + table + " ORDER BY id")) {
      all += row + "\n";
    }
    return all;
  }

  ErrorCode code{};
};

TEST_F(SchemaTest, ANewFileGetsGotifysSchema) {
  open();
  EXPECT_EQ(columns("users"),
            "id INTEGER, name varchar(180), pass BLOB, admin numeric, created_at datetime, oidc_id TEXT, ");
  EXPECT_EQ(
      columns("applications"),
      "id INTEGER, token varchar(180), user_id INTEGER, name TEXT, description TEXT, internal numeric, image TEXT, "
      "default_priority INTEGER, created_at datetime, last_used datetime, sort_key BLOB, ");
  EXPECT_EQ(
      columns("messages"),
      "id INTEGER, application_id INTEGER, message TEXT, title TEXT, priority INTEGER, extras BLOB, date datetime, ");
  EXPECT_EQ(columns("clients"),
            "id INTEGER, token varchar(180), user_id INTEGER, name TEXT, created_at datetime, last_used datetime, "
            "elevated_until datetime, expires_after_inactivity_seconds INTEGER, expires_at datetime, ");
  EXPECT_EQ(
      columns("plugin_confs"),
      "id INTEGER, user_id INTEGER, module_path TEXT, token varchar(180), application_id INTEGER, enabled numeric, "
      "created_at datetime, config BLOB, storage BLOB, ");
  Sqlite other(database.connection);
  EXPECT_EQ(
      other.row("SELECT sql FROM sqlite_master WHERE name = 'messages'"),
      "text:CREATE TABLE messages (id integer PRIMARY KEY AUTOINCREMENT, application_id integer, message text, title "
      "text, priority integer, extras blob, date datetime)");
  EXPECT_EQ(
      other.row("SELECT \"notnull\", dflt_value FROM pragma_table_info('clients') WHERE name LIKE 'expires_after%'"),
      "int:1|text:0");
  EXPECT_THAT(
      other.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE%' ORDER BY name"),
      ElementsAre("text:uix_application_user_id_sort_key", "text:uix_applications_token", "text:uix_clients_token",
                  "text:uix_plugin_confs_token", "text:uix_users_name", "text:uix_users_oidc_id"));
  EXPECT_THAT(
      other.rows("SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%' ORDER BY name"),
      ElementsAre("text:idx_applications_user_id", "text:idx_clients_expires_at", "text:idx_clients_user_id",
                  "text:idx_messages_id", "text:sharded_gotify_applications_image", "text:sharded_gotify_events_user",
                  "text:sharded_gotify_messages_application", "text:sharded_gotify_read_user",
                  "text:sharded_gotify_webpush_client", "text:sharded_gotify_webpush_user"));
  EXPECT_EQ(
      other.row("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND sql LIKE '%PRIMARY KEY AUTOINCREMENT%'"),
      "int:7");
  EXPECT_THAT(
      other.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'sharded_gotify_%' ORDER BY "
                 "name"),
      ElementsAre("text:sharded_gotify_epochs", "text:sharded_gotify_events", "text:sharded_gotify_events_removed",
                  "text:sharded_gotify_idempotency", "text:sharded_gotify_purges", "text:sharded_gotify_read",
                  "text:sharded_gotify_read_marks", "text:sharded_gotify_retention",
                  "text:sharded_gotify_retention_floor", "text:sharded_gotify_webpush",
                  "text:sharded_gotify_webpush_cursor", "text:sharded_gotify_webpush_keys"));
  EXPECT_EQ(other.row("PRAGMA user_version"), "int:0");
  EXPECT_EQ(other.row("PRAGMA page_size"), "int:4096");
}

TEST_F(SchemaTest, AnOlderDatabaseIsCompletedInPlaceWithItsRowsIntact) {
  Sqlite(database.connection).run(kVersion2);
  const std::vector<std::pair<std::string, std::string>> old_columns = {
      {"users", "id, name, pass, admin"},
      {"applications", "id, token, user_id, name, description, internal, image"},
      {"messages", "id, application_id, message, title, priority, extras, date"},
      {"clients", "id, token, user_id, name"},
      {"plugin_confs", "id, user_id, module_path, token, application_id, enabled, config, storage"}};
  std::vector<std::string> before;
  for (const auto& [table, list] : old_columns) before.push_back(dump(table, list));
  open();
  for (std::size_t i = 0; i < old_columns.size(); ++i) {
    EXPECT_EQ(dump(old_columns[i].first, old_columns[i].second), before[i]) << old_columns[i].first;
  }
  EXPECT_THAT(columns("users"), HasSubstr("admin bool, created_at datetime, oidc_id TEXT, "))
      << "declared types are left alone";
  EXPECT_THAT(columns("applications"),
              HasSubstr("default_priority INTEGER, created_at datetime, last_used datetime, "));
  EXPECT_THAT(columns("clients"), HasSubstr("expires_after_inactivity_seconds INTEGER, expires_at datetime, "));
  EXPECT_EQ(indexes().size(), 16U);

  const auto admin = store->find_user_by_name("admin");
  ASSERT_TRUE(admin && *admin);
  EXPECT_EQ((*admin)->pass_hash, "$2a$10");
  EXPECT_TRUE((*admin)->admin);
  EXPECT_GT((*admin)->created_at, core::wall_now() - std::chrono::minutes(5));
  const auto applications = applications_of(core::UserId{1});
  ASSERT_EQ(applications->size(), 2U);
  EXPECT_EQ((*applications)[0].sort_key, "a0");
  EXPECT_EQ((*applications)[0].image, "pic.png");
  EXPECT_EQ((*applications)[1].sort_key, "a1");
  EXPECT_TRUE((*applications)[1].internal);
  EXPECT_EQ(applications_of(core::UserId{4})->front().sort_key, "a0");
  EXPECT_EQ(Sqlite(database.connection).row("SELECT sort_key FROM applications"), "text:a0");
  EXPECT_EQ((*store->find_client_by_token("Cabc"))->expires_after_inactivity_seconds, 0U);
  const auto messages = listed(core::UserId{1}, {});
  ASSERT_EQ(messages->size(), 1U);
  EXPECT_EQ(messages->front().date, *core::parse_time("2019-01-27T09:30:16.789Z"));
  EXPECT_EQ(listed(core::UserId{4}, {})->front().extras, R"({"a":1})");
  EXPECT_EQ(core::value(append_id(core::ApplicationId{3}, "new")), 41U) << "after the id of the deleted message";
}

TEST_F(SchemaTest, ATableOfBeforePluginsIsAdded) {
  Sqlite(database.connection).run(std::string(kVersion2) + "DROP TABLE plugin_confs;");
  open();
  EXPECT_THAT(columns("plugin_confs"), HasSubstr("enabled numeric"));
}

TEST_F(SchemaTest, OpeningTwiceChangesNothing) {
  Sqlite(database.connection).run(kVersion2);
  open();
  store.reset();
  const auto schema = Sqlite(database.connection).rows("SELECT type, name, sql FROM sqlite_master");
  const auto applications = dump("applications", "*");
  open();
  store.reset();
  EXPECT_EQ(Sqlite(database.connection).rows("SELECT type, name, sql FROM sqlite_master"), schema);
  EXPECT_EQ(dump("applications", "*"), applications);
}

TEST_F(SchemaTest, OneMissingSortKeyNumbersAllAnewInTheirOldOrder) {
  open();
  const auto alice = user("alice");
  const auto bob = user("bob");
  for (const char* token : {"A1", "A2", "A3"}) application(alice, token);
  application(bob, "B1");
  store.reset();
  Sqlite(database.connection)
      .run(
          "UPDATE applications SET sort_key = 'c' WHERE token = 'A1'; UPDATE applications SET sort_key = 'b' WHERE "
          "token ="
          " 'A2'; UPDATE applications SET sort_key = '' WHERE token = 'A3'; UPDATE applications SET sort_key = 'a7' "
          "WHERE"
          " token = 'B1'");
  open();
  EXPECT_THAT(Sqlite(database.connection).rows("SELECT token, sort_key FROM applications ORDER BY user_id, sort_key"),
              ElementsAre("text:A3|text:a0", "text:A2|text:a1", "text:A1|text:a2", "text:B1|text:a0"));
}

TEST_F(SchemaTest, ValidSortKeysAndCreationTimesAreLeftAlone) {
  open();
  const auto alice = user("alice");
  ASSERT_TRUE(test::await(*store, &Store::create_application, NewApplication{alice, "A1", "x", "", 0, "Zz"}));
  store.reset();
  const auto before = dump("applications", "*") + dump("users", "*");
  open();
  EXPECT_EQ(dump("applications", "*") + dump("users", "*"), before);
}

TEST_F(SchemaTest, ATableWithoutAutoincrementIsRebuiltSoThatIdsStayFinal) {
  std::string sql = kVersion2;
  const std::string from = R"("messages" ("id" integer primary key autoincrement)";
  sql.replace(sql.find(from), from.size(), R"("messages" ("id" integer primary key)");
  Sqlite(database.connection).run(sql + "CREATE VIEW mine AS SELECT count(*) AS n FROM users;");
  const auto before = dump("messages", "*");
  open();
  EXPECT_EQ(dump("messages", "*"), before);
  EXPECT_EQ(indexes().size(), 16U);
  EXPECT_EQ(core::value(append_id(core::ApplicationId{3}, "new")), 13U);
  ASSERT_TRUE(purge(*store, core::ApplicationId{3}));
  EXPECT_EQ(core::value(append_id(core::ApplicationId{3}, "new")), 14U);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT n FROM mine"), "int:2");
}

TEST_F(SchemaTest, AForeignDatabaseIsRefusedAndLeftAsItWas) {
  Sqlite(database.connection).run("CREATE TABLE users (id integer, x text); CREATE TABLE other (y text)");
  EXPECT_THAT(refusal(), ::testing::AllOf(HasSubstr("gotify.db"), HasSubstr("not a Gotify database"),
                                          HasSubstr("no table applications")));
  EXPECT_EQ(code, ErrorCode::invalid);
  EXPECT_THAT(Sqlite(database.connection).rows("SELECT name FROM sqlite_master"),
              ElementsAre("text:users", "text:other"));
}

TEST_F(SchemaTest, ATableThatLacksAFirstColumnIsRefused) {
  Sqlite(database.connection).run(std::string(kVersion2) + "ALTER TABLE users DROP COLUMN pass;");
  EXPECT_THAT(refusal(), HasSubstr("table users has no column pass"));
  EXPECT_THAT(columns("applications"), ::testing::Not(HasSubstr("sort_key"))) << "nothing was changed";
}

TEST_F(SchemaTest, AFileThatIsNoDatabaseIsRefusedAndLeftAsItWas) {
  const std::string content = "dear diary, today I learnt what a header of sixteen bytes is for\n";
  std::ofstream(database.connection) << content;
  EXPECT_THAT(refusal(), ::testing::AllOf(HasSubstr("gotify.db"), HasSubstr("not a database")));
  std::ifstream file(database.connection);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), content);
}

TEST_F(SchemaTest, ALockedDatabaseIsRefusedByName) {
  Sqlite other(database.connection);
  other.run("BEGIN EXCLUSIVE");
  EXPECT_THAT(refusal(), ::testing::AllOf(HasSubstr("gotify.db"), HasSubstr("locked")));
  EXPECT_EQ(code, ErrorCode::unavailable);
}

TEST_F(SchemaTest, TheFolderIsCreated) {
  database.connection = folder.file("a/b/gotify.db");
  open();
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "a" / "b" / "gotify.db"));
}

TEST_F(SchemaTest, AFolderThatCannotBeCreatedIsNamed) {
  std::ofstream(folder.file("file")) << "x";
  database.connection = folder.file("file/gotify.db");
  EXPECT_THAT(refusal(), HasSubstr(folder.file("file")));
}

TEST_F(SchemaTest, AFileUriNamesItsPath) {
  for (const std::string& uri :
       {"file:" + folder.file("plain.db"), "file:" + folder.file("with%20space.db") + "?cache=shared",
        "file://" + folder.file("slashes.db") + "#x", "file://localhost" + folder.file("host.db"),
        folder.file("driver.db") + "?_busy_timeout=5000"}) {
    database.connection = uri;
    open();
    EXPECT_TRUE(store->ping()) << uri;
  }
  for (const char* name : {"plain.db", "with space.db", "slashes.db", "host.db", "driver.db"}) {
    EXPECT_TRUE(std::filesystem::exists(folder.path() / name)) << name;
  }
}

TEST_F(SchemaTest, AConnectionWithoutAFileIsRefused) {
  for (const char* connection : {"", ":memory:", "file::memory:", "file:x?mode=memory&cache=shared",
                                 "file://elsewhere/x.db", "file:bad%zz", "file:bad%2", "file:?x"}) {
    database.connection = connection;
    EXPECT_THAT(refusal(), HasSubstr("database.connection")) << connection;
    EXPECT_EQ(code, ErrorCode::invalid) << connection;
  }
}

TEST_F(SchemaTest, AfterACloseThereIsOneFile) {
  open();
  append_id(application(user("alice"), "A1"), "m");
  EXPECT_TRUE(std::filesystem::exists(database.connection + "-wal"));
  store.reset();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  EXPECT_THAT(names, ElementsAre("gotify.db"));
}

}  // namespace
}  // namespace push::store
