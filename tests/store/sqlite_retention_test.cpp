// What retention does with a database file: one that others have written, that is large, or whose end comes in the
// middle.
#include <gmock/gmock.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "push/model/limits.hpp"
#include "store/faults.hpp"
#include "store/sqlite/retention_sql.hpp"
#include "store/support.hpp"
#include "support/wait.hpp"

namespace push::store {
namespace {

using support::eventually;
using ::testing::ElementsAre;

constexpr std::chrono::hours kOneDay{24};

class SqliteRetentionTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    app = application(alice, "A1");
    other = application(bob, "B1");
  }
  ~SqliteRetentionTest() override { faults().disarm(); }

  void reopen(config::Retention configured = {}) {
    store.reset();
    auto opened = store::open(database, metrics, &core::wall_now, configured);
    ASSERT_TRUE(opened) << opened.error().text;
    store = std::move(*opened);
  }
  // By another program while the store is closed: `dates` are SQL.
  void add(core::ApplicationId application, const std::vector<std::string>& dates) {
    store.reset();
    Sqlite file(database.connection);
    for (const std::string& date : dates) {
      file.run("INSERT INTO messages (application_id, message, date) VALUES (" + number(application) + ", 'm', " +
               date + ")");
    }
  }
  void fill(core::ApplicationId application, int count, const std::string& date, const std::string& text = "'m'") {
    store.reset();
    Sqlite(database.connection)
        .run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
             ") INSERT INTO messages (application_id, message, date) SELECT " + number(application) + ", " + text +
             ", '" + date + "' FROM n");
  }
  static std::string number(core::ApplicationId application) { return std::to_string(core::value(application)); }
  static std::string ago(std::chrono::nanoseconds age) {
    return "'" + core::database_time(core::wall_now() - age) + "'";
  }
  std::string row(const std::string& sql) { return Sqlite(database.connection).row(sql); }
  std::string left(core::ApplicationId application) {
    return row("SELECT count(*) FROM messages WHERE application_id = " + number(application));
  }
  std::uint64_t deleted() { return metrics.counter("push_retention_deleted_messages_total", "").value(); }
  std::int64_t lag() { return metrics.gauge("push_retention_lag_seconds", "").value(); }

  core::ApplicationId app{};
  core::ApplicationId other{};
};

TEST_F(SqliteRetentionTest, ADateThatCannotBeReadNeverMakesAMessageTooOld) {
  add(app, {"'yesterday'", "NULL", "x'ff00'", "'0001-01-01 00:00:00+00:00'", "'2020-01-01 00:00:00+00:00'",
            "'2020-13-01 00:00:00'", "'soon'", "'2020-01-01 00:00:00+00:00'", ago(std::chrono::hours(1))});
  reopen({.days = 30, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() == 2; }));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(9, 7, 6, 4, 3, 2, 1));
  EXPECT_EQ(core::value(*store->retention_floor(alice)), 8U);
  const auto set = test::await(*store, &Store::set_retention, alice, app, Retention{.days = {}, .count = 3});
  ASSERT_TRUE(set);
  ASSERT_TRUE(eventually([&] { return deleted() == 6; })) << "but too many they may be";
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(9, 7, 6));
}

TEST_F(SqliteRetentionTest, DatesAreComparedAsTimesInWhateverZone) {
  add(app, {"datetime('now', '-24 hours', '-1 minutes', '+14 hours') || '+14:00'",
            "strftime('%Y-%m-%dT%H:%M:%S', 'now', '-24 hours', '+1 minutes', '-12 hours') || '-12:00'",
            "datetime('now', '-24 hours', '-1 minutes', '-12 hours') || '-12:00'",
            "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-24 hours', '+1 minutes')",
            "strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-24 hours', '-1 minutes')",
            "datetime('now', '-24 hours', '+1 minutes', '+14 hours') || '+14:00'"});
  reopen({.days = 1, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() == 3; }));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(6, 4, 2));
}

// The clock was wrong for some of them.
TEST_F(SqliteRetentionTest, MessagesBehindOneOfALaterDateAreFound) {
  add(app, {ago(50 * kOneDay), ago(-10 * kOneDay), ago(20 * kOneDay), ago(40 * kOneDay), ago(5 * kOneDay)});
  reopen({.days = 30, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() == 2; }));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(5, 3, 2));
}

TEST_F(SqliteRetentionTest, ManyGoInShortSlicesAndAreOneEvent) {
  fill(app, 5'000, "2020-01-01 00:00:00+00:00");
  fill(other, 5'000, "2020-01-01 00:00:00+00:00");
  add(app, {ago(std::chrono::hours(1))});
  reopen({.days = 30, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() == 10'000; }));
  EXPECT_EQ(left(app), "int:1");
  EXPECT_EQ(left(other), "int:0");
  EXPECT_TRUE(eventually([&] { return lag() == 0; }));
  const auto& slices = metrics.histogram("push_retention_slice_seconds", "");
  EXPECT_GT(slices.count(), 20U);
  const auto page = store->events_after(alice, {}, 100);
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1U) << "each says what the one before it said";
  EXPECT_EQ(page->events[0].up_to, core::MessageId{5'000});
  EXPECT_EQ(page->events[0].application, app);
  EXPECT_EQ(page->complete_from, core::EventId{}) << "nothing is missing from the log";
  EXPECT_GT(core::value(page->events[0].id), 20U);
}

TEST_F(SqliteRetentionTest, AnotherEventOfTheUserStaysInTheLog) {
  const auto second = application(alice, "A2");
  append_id(app, "m");
  append_id(second, "m");
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{1}));
  for (const int count : {2, 3}) {
    for (int i = 0; i < count; ++i) append_id(second, "m");
    const auto set = test::await(*store, &Store::set_retention, alice, second, Retention{.days = {}, .count = 1});
    ASSERT_TRUE(set);
    ASSERT_TRUE(eventually([&] { return listed(second, {})->size() == 1; }));
  }
  const auto page = store->events_after(alice, {}, 100);
  ASSERT_GE(page->events.size(), 2U);
  EXPECT_THAT(page->events.front().ids, ElementsAre(core::MessageId{1}));
  EXPECT_EQ(page->events.back().up_to, core::MessageId{6});
}

TEST_F(SqliteRetentionTest, WithSurvivorsInBetweenEventsNameEachMessage) {
  add(app, {"'yesterday'"});
  fill(app, 1200, "2020-01-01 00:00:00+00:00");
  reopen({.days = 30, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() == 1200; }));
  std::vector<core::MessageId> named;
  const auto page = store->events_after(alice, {}, 10'000);
  ASSERT_TRUE(page);
  for (const model::Event& event : page->events) {
    EXPECT_EQ(event.up_to, core::MessageId{});
    EXPECT_LE(event.ids.size(), model::kMaxEventIds);
    named.insert(named.end(), event.ids.begin(), event.ids.end());
  }
  ASSERT_EQ(named.size(), 1200U);
  EXPECT_EQ(named.front(), core::MessageId{2});
  EXPECT_EQ(named.back(), core::MessageId{1201});
}

// With a lasting fault: the floor and the rows belong to one transaction, whenever the end comes.
TEST_F(SqliteRetentionTest, ARestartInTheMiddleGoesOn) {
  fill(app, 20'000, "2020-01-01 00:00:00+00:00");
  reopen();
  faults().arm(200, 0, EIO);
  ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, app, Retention{.days = 30, .count = {}}));
  EXPECT_TRUE(eventually([&] { return metrics.counter("push_store_failed_commits_total", "").value() > 0; }));
  store.reset();
  faults().disarm();
  const std::string remaining = left(app);
  EXPECT_NE(remaining, "int:0");
  EXPECT_EQ(row("SELECT coalesce(max(message_id), 0) FROM sharded_gotify_retention_floor"),
            "int:" + std::to_string(20'000 - std::stoi(remaining.substr(4))));
  open();
  ASSERT_TRUE(eventually([&] { return left(app) == "int:0"; }));
  EXPECT_TRUE(eventually([&] { return core::value(*store->retention_floor(alice)) == 20'000; }));
}

// What is in force is read again with each slice.
TEST_F(SqliteRetentionTest, ARuleThatIsWithdrawnDeletesNothingMore) {
  fill(app, 200'000, "2020-01-01 00:00:00+00:00");
  reopen({.days = 30, .count = 0});
  ASSERT_TRUE(eventually([&] { return deleted() > 0; }));
  ASSERT_TRUE(test::await(*store, &Store::set_retention, alice, app, Retention{.days = 0, .count = {}}));
  const std::string remaining = left(app);
  EXPECT_NE(remaining, "int:0");
  append_id(other, "later");
  ASSERT_TRUE(test::await(*store, &Store::set_retention, bob, other, Retention{.days = {}, .count = 1}));
  append_id(other, "later");
  ASSERT_TRUE(eventually([&] { return left(other) == "int:1"; })) << "by then it has looked at both";
  EXPECT_EQ(left(app), remaining);
}

TEST_F(SqliteRetentionTest, ARowThatNoRuleOfOursCanHoldCountsAsNone) {
  fill(app, 3, "2020-01-01 00:00:00+00:00");
  Sqlite(database.connection)
      .run("INSERT INTO sharded_gotify_retention VALUES (" + number(app) + ", -5, 9999999999), (77, 1, 1)");
  reopen({.days = 0, .count = 2});
  ASSERT_TRUE(eventually([&] { return left(app) == "int:2"; }));
  EXPECT_EQ(*store->find_retention(app), Retention());
}

TEST_F(SqliteRetentionTest, WhileNothingIsDueNothingIsWritten) {
  fill(app, 50, "2020-01-01 00:00:00+00:00");
  const auto commits = [this] { return metrics.counter("push_store_commits_total", "").value(); };
  const auto before = commits();
  reopen({.days = 36'500, .count = 1'000'000});
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  EXPECT_EQ(left(app), "int:50");
  EXPECT_EQ(commits(), before);
}

// core::PatientClock believes a jump only after a while.
TEST_F(SqliteRetentionTest, AfterAJumpOfTheClockAWhilePassesBeforeAnythingIsDeleted) {
  std::atomic<std::chrono::nanoseconds> jump{};
  std::atomic<std::chrono::nanoseconds> passed{};
  core::PatientClock clock(std::chrono::minutes(10), [&] {
    return core::PatientClock::Reading{core::wall_now() + jump.load() + passed.load(),
                                       core::steady_now() + passed.load()};
  });
  store.reset();
  auto opened = store::open(database, metrics, [&clock] { return clock.now(); }, {.days = 30, .count = 0});
  ASSERT_TRUE(opened);
  store = std::move(*opened);
  append_id(app, "m");
  jump = 400 * kOneDay;
  clock.now();  // notices the jump; otherwise it might not before `passed`
  ASSERT_TRUE(test::await(*store, &Store::set_retention, bob, other, Retention{.days = 0, .count = 1}));
  for (int i = 0; i < 2; ++i) append_id(other, "m");
  ASSERT_TRUE(eventually([&] { return left(other) == "int:1"; })) << "by then it has looked around";
  EXPECT_EQ(left(app), "int:1");
  passed = std::chrono::minutes(11);
  EXPECT_TRUE(eventually([&] { return left(app) == "int:0"; }));
  store.reset();
}

TEST_F(SqliteRetentionTest, EveryStatementUsesAnIndex) {
  Sqlite file(database.connection);
  const auto plan_of = [&file](std::string_view sql) {
    std::string plan;
    for (const auto& line : file.rows("EXPLAIN QUERY PLAN " + std::string(sql))) plan += line + "\n";
    return plan;
  };
  for (const std::string_view sql :
       {sqlite::retention::kOldestKept, sqlite::retention::kSomeIds, sqlite::retention::kSomeDates,
        sqlite::retention::kDeleteSome, sqlite::retention::kSomeStayBefore, sqlite::retention::kSomeNewMessages,
        sqlite::retention::kRuleAndOwner, sqlite::retention::kRule, sqlite::retention::kSomeApplications,
        sqlite::retention::kSomeWithRules, sqlite::retention::kSomeAreRead, sqlite::retention::kFloor}) {
    const std::string plan = plan_of(sql);
    EXPECT_THAT(plan, ::testing::HasSubstr("SEARCH")) << sql;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN messages"))) << sql << "\n" << plan;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN applications"))) << sql << "\n" << plan;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("SCAN sharded"))) << sql << "\n" << plan;
    EXPECT_THAT(plan, ::testing::Not(::testing::HasSubstr("TEMP B-TREE"))) << sql << "\n" << plan;
  }
  for (const std::string_view sql :
       {sqlite::retention::kSomeIds, sqlite::retention::kSomeDates, sqlite::retention::kDeleteSome}) {
    EXPECT_THAT(plan_of(sql),
                ::testing::ContainsRegex("sharded_gotify_messages_application \\(application_id=. AND id>.*\\)"));
  }
}

}  // namespace
}  // namespace push::store
