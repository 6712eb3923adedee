// An SQLite database copied into PostgreSQL: push/store/import.hpp.
#include "push/store/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <map>

#include "store/support.hpp"
#include "support/postgres_server.hpp"

namespace push::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using OnProgress = std::function<void(const ImportProgress&)>;

struct Comparison {
  std::string table;
  std::string columns;  // the same in both databases
};

// Columns whose values look alike as text in both.
const Comparison kAlike[] = {
    {"users", "id, name, oidc_id"},
    {"applications", "id, token, user_id, name, description, image, default_priority"},
    {"messages", "id, application_id, message, title, priority"},
    {"clients", "id, token, user_id, name, expires_after_inactivity_seconds"},
    {"plugin_confs", "id, user_id, module_path, token, application_id"},
    {"sharded_gotify_events", "id, time, kind, user_id, application_id, up_to, message_ids, number"},
    {"sharded_gotify_events_removed", "user_id, up_to"},
    {"sharded_gotify_read_marks", "user_id, up_to"},
    {"sharded_gotify_read", "message_id, user_id"},
    {"sharded_gotify_retention", "application_id, days, count"},
    {"sharded_gotify_retention_floor", "user_id, message_id"},
    {"sharded_gotify_webpush_keys", "id, private_key, public_key, subject"},
    {"sharded_gotify_webpush",
     "endpoint, client_id, user_id, p256dh, auth, min_priority, apps, muted_until, after_id, sent_id, retry_at, tries"},
    {"sharded_gotify_webpush_cursor", "id, message_id"},
    {"sharded_gotify_purges", "application_id"},
    {"sharded_gotify_idempotency", "message_id, application_id, date, stored_at"},
};

class ImportTest : public StoreTest {
 protected:
  ImportTest() { target.dialect = "postgres"; }
  void SetUp() override { target.connection = test::postgres().new_database(); }

  // With something in every table.
  void fill() {
    open();
    const core::UserId alice = user("alice");
    const core::UserId bob = user("bob");
    const core::ApplicationId first = application(alice, "A1");
    const core::ApplicationId second = application(alice, "A2");
    const core::ApplicationId third = application(bob, "A3");
    client(alice, "C1", 0);
    client(bob, "C2", 3600);
    for (int i = 0; i < 20; ++i) newest = append_id(i % 2 == 0 ? first : third, "message " + std::to_string(i));
    ASSERT_TRUE(append(keyed(second, 7, "once")));
    gone = append_id(second, "deleted");
    ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, gone));
    ASSERT_TRUE(test::await(*store, &Store::mark_read_up_to, alice, core::MessageId{3}));
    ASSERT_TRUE(test::await(*store, &Store::mark_read, alice, std::vector<core::MessageId>{core::MessageId{7}}));
    ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, first, Retention{30, std::nullopt}));
    epoch = store->begin_epoch();
    store.reset();
    Sqlite other(database.connection);
    other.run(
        "INSERT INTO plugin_confs VALUES (4, 1, 'example', 'P1', 1, 1, '2026-07-20 12:00:00+00:00', x'00ff10', '')");
    other.run("INSERT INTO sharded_gotify_events_removed VALUES (2, 1)");
    other.run("INSERT INTO sharded_gotify_retention_floor VALUES (1, 2)");
    other.run("INSERT INTO sharded_gotify_purges VALUES (99)");
    other.run("INSERT INTO sharded_gotify_webpush_keys VALUES (1, 'secret', 'open', 'mailto:a@example.org')");
    other.run("INSERT INTO sharded_gotify_webpush VALUES ('https://a', 1, 1, 'key', 'auth', 3, '1,2', 0, 5, 4, 9, 2)");
    other.run("INSERT INTO sharded_gotify_webpush_cursor VALUES (1, 17)");
    other.run("UPDATE applications SET image = 'picture.png' WHERE id = 1");
    other.run("UPDATE applications SET image = 'missing.png' WHERE id = 2");
  }

  core::Result<ImportReport> import(OnProgress progress = [](const ImportProgress&) {}) {
    return import_sqlite({.from = database.connection,
                          .to = target,
                          .picture = [](const std::string& name) -> core::Result<std::optional<std::string>> {
                            if (name == "picture.png") return std::optional<std::string>("\x89PNG with \0 in it");
                            return std::optional<std::string>();
                          },
                          .progress = std::move(progress)});
  }

  std::vector<std::string> in_target(const std::string& sql) { return test::psql(target.connection, sql); }

  // All rows as text, by table.
  std::map<std::string, std::vector<std::string>> everything(bool of_source) {
    std::map<std::string, std::vector<std::string>> all;
    for (const Comparison& one : kAlike) {
      const std::string sql = "SELECT " + one.columns + " FROM " + one.table + " ORDER BY 1";
      if (!of_source) {
        all[one.table] = in_target(sql);
        continue;
      }
      for (std::string row : Sqlite(database.connection).rows(sql)) {
        std::string plain;
        for (std::size_t at = 0; at < row.size();) {
          const std::size_t end = std::min(row.find('|', at), row.size());
          const std::string value = row.substr(at, end - at);
          const bool typed = value != "null" && value.find(':') != std::string::npos;
          plain += at == 0 ? "" : "|";
          plain += typed ? value.substr(value.find(':') + 1) : value == "null" ? value : "";
          at = end + 1;
        }
        all[one.table].push_back(plain);
      }
    }
    return all;
  }

  void expect_nothing_in_target() {
    for (const char* table : {"users", "messages", "sharded_gotify_events", "sharded_gotify_images"}) {
      if (in_target(std::string("SELECT to_regclass('") + table + "')").at(0) == "null") continue;
      EXPECT_THAT(in_target(std::string("SELECT 1 FROM ") + table), IsEmpty()) << table;
    }
  }

  void open_target() {
    auto opened = store::open(target, metrics);
    ASSERT_TRUE(opened) << opened.error().text;
    store = *std::move(opened);
  }

  config::Database target;
  core::MessageId newest{};
  core::MessageId gone{};  // deleted; the greatest id ever given
  std::string epoch;
};

TEST_F(ImportTest, CopiesEveryRowOfEveryTable) {
  fill();
  const auto before = everything(true);
  const auto report = import();
  ASSERT_TRUE(report) << report.error().text;
  const auto after = everything(false);
  for (const Comparison& one : kAlike) {
    EXPECT_FALSE(before.at(one.table).empty()) << one.table;
    EXPECT_EQ(after.at(one.table), before.at(one.table)) << one.table;
  }
  EXPECT_EQ(everything(true), before) << "the source is only read";
  EXPECT_THAT(in_target("SELECT convert_from(pass, 'UTF8'), admin FROM users ORDER BY id"),
              ElementsAre("hash of alice|f", "hash of bob|f"));
  EXPECT_THAT(in_target("SELECT enabled, created_at, encode(config, 'hex'), encode(storage, 'hex') FROM plugin_confs"),
              ElementsAre("t|2026-07-20 12:00:00+00|00ff10|"));
  EXPECT_EQ(in_target("SELECT encode(key, 'hex'), encode(content, 'hex') FROM sharded_gotify_idempotency").at(0).size(),
            65U);
  EXPECT_THAT(in_target("SELECT name, encode(data, 'escape') FROM sharded_gotify_images"),
              ElementsAre("picture.png|\\211PNG with "));
  EXPECT_EQ(report->pictures, 1U);
  EXPECT_THAT(report->missing_pictures, ElementsAre("missing.png"));
  EXPECT_THAT(in_target("SELECT prev FROM sharded_gotify_events ORDER BY id LIMIT 2"), ElementsAre("null", "1"));
  EXPECT_THAT(in_target("SELECT 1 FROM sharded_gotify_nodes WHERE node = 'import'"), IsEmpty());
}

TEST_F(ImportTest, KnowsEveryTableThatTheSourceMayHave) {
  fill();
  for (const std::string& row :
       Sqlite(database.connection).rows("SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const std::string name = row.substr(row.find(':') + 1);
    if (name.starts_with("sqlite_") || name == "sharded_gotify_epochs") continue;
    EXPECT_TRUE(
        std::any_of(std::begin(kAlike), std::end(kAlike), [&](const Comparison& one) { return one.table == name; }))
        << name << " is not imported";
  }
}

TEST_F(ImportTest, GoesOnWithIdsThatWereNeverGivenAndKnowsOldCursors) {
  fill();
  ASSERT_TRUE(import());
  open_target();
  const auto end = store->find_epoch(epoch);
  ASSERT_TRUE(end && *end);
  EXPECT_EQ((*end)->message, gone) << "what the source has given later is not of this database";
  const std::string now = store->begin_epoch();
  EXPECT_NE(now, epoch);
  EXPECT_GT(append_id(core::ApplicationId{1}, "new"), gone);
  EXPECT_GT(core::value(user("carol")), 2U);
  const auto again = append(keyed(core::ApplicationId{2}, 7, "once"));
  ASSERT_TRUE(again) << again.error().text;
  EXPECT_TRUE(again->replayed) << "idempotency keys are known, too";
  const auto marks = store->find_read_marks(core::UserId{1});
  ASSERT_TRUE(marks);
  EXPECT_EQ(marks->up_to, core::MessageId{3});
  EXPECT_THAT(marks->ids, ElementsAre(core::MessageId{7}));
}

TEST_F(ImportTest, ListsWhatItHadToChange) {
  fill();
  Sqlite other(database.connection);
  other.run(
      "UPDATE messages SET message = CAST(x'61006280ff' AS TEXT), title = 'back\\slash' || char(9, 10, 13) WHERE id = "
      "1");
  other.run("UPDATE messages SET date = '0001-01-01 00:00:00+00:00', priority = 9223372036854775807 WHERE id = 2");
  other.run("UPDATE messages SET date = 'yesterday', priority = '12 or so' WHERE id = 3");
  other.run("UPDATE messages SET date = 1700000000, priority = -9223372036854775807 - 1 WHERE id = 4");
  other.run("UPDATE messages SET date = '9999-12-31 23:59:59.999999999+00:00', extras = x'' WHERE id = 5");
  other.run("UPDATE messages SET date = '2400-02-29 01:00:00.5+01:00', extras = '\\N' WHERE id = 6");
  other.run("UPDATE users SET name = '" + std::string(179, 'a') + "\xc3\xa4\xc3\xb6' WHERE id = 2");
  const auto report = import();
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_THAT(in_target("SELECT message, title = E'back\\\\slash\\t\\n\\r' FROM messages WHERE id = 1"),
              ElementsAre("a\xEF\xBF\xBD"
                          "b\xEF\xBF\xBD\xEF\xBF\xBD|t"));
  EXPECT_THAT(in_target("SELECT date, priority, extras FROM messages WHERE id BETWEEN 2 AND 6 ORDER BY id"),
              ElementsAre("0001-01-01 00:00:00+00|9223372036854775807|null", "null|12|null",
                          "2023-11-14 22:13:20+00|-9223372036854775808|null", "9999-12-31 23:59:59.999999+00|0|\\x",
                          "2400-02-29 00:00:00.5+00|0|\\x5c4e"));
  EXPECT_THAT(in_target("SELECT name FROM users WHERE id = 2"), ElementsAre(std::string(179, 'a') + "\xc3\xa4"));
  std::vector<std::string> said;
  for (const ImportChange& change : report->changes) {
    if (change.column.starts_with("applications.") || change.column.starts_with("clients.")) continue;
    if (change.what.starts_with("nano") && change.column != "messages.date") continue;
    said.push_back(change.column + ": " + change.what + " " + std::to_string(change.rows) + ":" +
                   std::to_string(change.first.front()));
  }
  EXPECT_THAT(said, ElementsAre("messages.date: nanoseconds, cut to microseconds 1:5",
                                "messages.date: no time of the years 1 to 9999, stored as none 1:3",
                                "messages.message: NUL or invalid UTF-8, replaced by U+FFFD 1:1",
                                "messages.priority: not a whole number, stored as what SQLite makes of it 1:3",
                                "users.name: longer than 180 characters, cut 1:2"));
}

TEST_F(ImportTest, TakesADatabaseOfAnOldGotify) {
  Sqlite old(database.connection);
  old.run("CREATE TABLE users (id integer primary key, name varchar(180), pass blob, admin bool)");
  old.run(
      "CREATE TABLE applications (id integer primary key, token varchar(180), user_id integer, name text, description"
      " text, internal bool, image text)");
  old.run(
      "CREATE TABLE messages (id integer primary key, application_id integer, message text, title text, priority"
      " integer, date datetime)");
  old.run("CREATE TABLE clients (id integer primary key, token varchar(180), user_id integer, name text)");
  old.run("INSERT INTO users VALUES (3, 'alice', CAST('hash' AS BLOB), 1)");
  old.run("INSERT INTO applications VALUES (5, 'A5', 3, 'five', '', 0, ''), (6, 'A6', 3, 'six', '', 0, '')");
  old.run("INSERT INTO messages VALUES (12, 5, 'text', 'title', 2, '2019-01-01 00:00:00.5+01:00')");
  old.run("INSERT INTO clients VALUES (7, 'C7', 3, 'phone')");
  const auto report = import();
  ASSERT_TRUE(report) << report.error().text;
  EXPECT_THAT(report->changes, IsEmpty());
  open_target();
  const auto found = applications_of(core::UserId{3});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ(found->at(0).sort_key, "a0");
  EXPECT_EQ(found->at(1).sort_key, "a1");
  EXPECT_EQ(ids(listed(core::UserId{3}, {})), std::vector<std::uint64_t>{12});
  EXPECT_EQ(stored(core::ClientId{7}).expires_after_inactivity_seconds, 0U);
  EXPECT_EQ(core::value(append_id(core::ApplicationId{5}, "next")), 13U);
}

TEST_F(ImportTest, WhatDiffersIsNotStored) {
  fill();
  open_target();  // a server was here, but nobody has an account
  store.reset();
  in_target(
      "CREATE FUNCTION other() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.title := 'other'; RETURN NEW; END $$;"
      "CREATE TRIGGER other BEFORE INSERT ON messages FOR EACH ROW WHEN (NEW.id = 5) EXECUTE FUNCTION other()");
  const auto report = import();
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().text, StartsWith("messages: what has arrived differs"));
  expect_nothing_in_target();
  in_target("DROP TRIGGER other ON messages");
  EXPECT_TRUE(import());
}

TEST_F(ImportTest, ATargetWithOtherDataIsRefusedByName) {
  fill();
  ASSERT_TRUE(import());
  const auto repeated = import();
  ASSERT_TRUE(repeated) << repeated.error().text;
  EXPECT_THAT(repeated->former, StartsWith("20")) << "the same data: nothing to do";
  Sqlite(database.connection).run("DELETE FROM messages WHERE id = 2");
  const auto changed = import();
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().text, HasSubstr("dbname=test_"));
  EXPECT_THAT(changed.error().text,
              HasSubstr("has data already, in users, applications, messages, clients, plugin_confs"
                        " (imported at 20"));
  EXPECT_EQ(in_target("SELECT count(*) FROM messages WHERE id = 2").at(0), "1");
  target.connection = test::postgres().new_database();
  in_target("CREATE TABLE users (id bigserial PRIMARY KEY, name text); INSERT INTO users (name) VALUES ('somebody')");
  const auto foreign = import();
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().text, HasSubstr("has data already, in users: import needs an empty database"));
  EXPECT_THAT(in_target("SELECT column_name FROM information_schema.columns WHERE table_name = 'users'"),
              ElementsAre("id", "name"))
      << "it is as it was";
}

TEST_F(ImportTest, ASourceThatIsNoGotifyDatabaseIsRefused) {
  const auto missing = import();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().text, database.connection + ": no such file");
  Sqlite(database.connection).run("CREATE TABLE users (id integer primary key, name text)");
  const auto other = import();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().text, database.connection + ": not a Gotify database: it has no table applications");
}

TEST_F(ImportTest, ServersOnEitherSideAreRefusedByName) {
  fill();
  open();
  const auto of_source = import();
  ASSERT_FALSE(of_source);
  EXPECT_THAT(of_source.error().text, StartsWith(database.connection + ": another server is using it: pid="));
  store.reset();
  open_target();
  const auto of_target = import();
  ASSERT_FALSE(of_target);
  EXPECT_THAT(of_target.error().text, HasSubstr(" is used by another server: \""));
  store.reset();
  EXPECT_TRUE(import());
}

// Everywhere that progress is told, once.
TEST_F(ImportTest, KilledAnywhereItLeavesNothingAndCanBeRepeated) {
  fill();
  const auto wanted = everything(true);
  int killed = 0;
  for (bool alive = true; alive; ++killed) {
    auto child = support::Process::fork([this, killed] {
      int told = 0;
      const auto done = import([&](const ImportProgress& at) {
        if (at.step != "done" && told++ == killed) ::raise(SIGKILL);
      });
      if (!done) throw std::runtime_error(done.error().text);
    });
    const int code = child.wait();
    alive = code == -SIGKILL;
    EXPECT_TRUE(alive || code == 0) << code;
    if (alive) expect_nothing_in_target();
  }
  EXPECT_GT(killed, 25);
  EXPECT_EQ(everything(false), wanted);
}

TEST_F(ImportTest, KilledAfterTheCommitItIsDone) {
  fill();
  auto child = support::Process::fork([this] {
    static_cast<void>(import([](const ImportProgress& at) {
      if (at.step == "done") ::raise(SIGKILL);
    }));
  });
  EXPECT_EQ(child.wait(), -SIGKILL);
  const auto repeated = import();
  ASSERT_TRUE(repeated) << repeated.error().text;
  EXPECT_NE(repeated->former, "");
  EXPECT_EQ(everything(false), everything(true));
}

TEST_F(ImportTest, WithoutItsConnectionItFailsAndCanBeRepeated) {
  fill();
  for (const std::string step : {"users", "messages", "check", "pictures"}) {
    bool lost = false;
    const auto report = import([&](const ImportProgress& at) {
      if (at.step != step || std::exchange(lost, true)) return;
      test::psql(test::postgres().superuser(),
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
                     target.connection.substr(target.connection.rfind('=') + 1) + "'");
    });
    ASSERT_FALSE(report) << step;
    EXPECT_EQ(report.error().code, core::ErrorCode::unavailable) << step;
    EXPECT_THAT(report.error().text, HasSubstr("the connection to the database was lost")) << step;
    expect_nothing_in_target();
  }
  ASSERT_TRUE(import());
  EXPECT_EQ(everything(false), everything(true));
}

TEST_F(ImportTest, TellsHowFarItIs) {
  fill();
  std::map<std::string, std::uint64_t> done;
  ASSERT_TRUE(import([&](const ImportProgress& at) {
    EXPECT_LE(at.done, at.total);
    EXPECT_GE(at.done, done[std::string(at.step)]) << at.step;
    done[std::string(at.step)] = at.done;
  }));
  EXPECT_EQ(done.at("messages"), 21U);
  EXPECT_EQ(done.at("pictures"), 1U);
  std::uint64_t rows = 0;
  for (const auto& [step, count] : done) rows += step == "check" || step == "pictures" ? 0 : count;
  EXPECT_EQ(done.at("check"), rows);
}

}  // namespace
}  // namespace push::store
