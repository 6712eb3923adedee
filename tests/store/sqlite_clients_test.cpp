#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <map>

#include "store/support.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using std::chrono::hours;
using std::chrono::seconds;

class SqliteClientsTest : public TwoUsersTest {
 protected:
  void SetUp() override {
    TwoUsersTest::SetUp();
    phone = client(alice, "C1", 0);
  }

  // As another program may have written it: any SQL value.
  void set(core::ClientId id, const std::string& column, const std::string& value) {
    Sqlite(database.connection)
        .run("UPDATE clients SET " + column + " = " + value + " WHERE id = " + std::to_string(core::value(id)));
  }

  void expect_every_change_refused(core::UserId owner, core::ClientId id) {
    const std::string gone = "client does not exist";
    expect_failure(test::await(*store, &Store::update_client, owner, id, ClientChange{"stolen", 5}),
                   ErrorCode::not_found, gone);
    expect_failure(test::await(*store, &Store::elevate_client, owner, id, core::wall_now()), ErrorCode::not_found,
                   gone);
    expect_failure(test::await(*store, &Store::delete_client, owner, id), ErrorCode::not_found, gone);
  }

  core::ClientId phone{};
};

TEST_F(SqliteClientsTest, AChangedExpiryCountsFromTheLastUseOrTheCreation) {
  auto updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 3600});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->expires_at, updated->created_at + seconds(3600));
  EXPECT_EQ(stored(phone).expires_at, updated->expires_at);
  set(phone, "last_used", "'2100-01-01 02:00:00+02:00'");
  updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 60});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->expires_at, core::parse_time("2100-01-01T00:01:00Z"));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT expires_at FROM clients"), "text:2100-01-01 00:01:00+00:00");
  updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 0});
  ASSERT_TRUE(updated);
  EXPECT_FALSE(updated->expires_at);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT expires_at FROM clients"), "null");
}

TEST_F(SqliteClientsTest, AnExpiryBeyondTheLastTimeIsNeverAndBeyondTheColumnIsRefused) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", kLargest});
  ASSERT_TRUE(updated) << updated.error().text;
  EXPECT_FALSE(updated->expires_at);
  EXPECT_EQ(stored(phone).expires_after_inactivity_seconds, kLargest);
  const auto refused = test::await(*store, &Store::update_client, alice, phone, ClientChange{"renamed", kLargest + 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(stored(phone).name, "phone");
  set(phone, "created_at", "'1700-01-01 00:00:00+00:00'");
  EXPECT_FALSE(test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", kLargest})->expires_at);
}

TEST_F(SqliteClientsTest, AnExpiredClientIsGoneForEveryChange) {
  set(phone, "expires_at", "'2020-01-01 00:00:00+00:00'");
  expect_every_change_refused(alice, phone);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT name FROM clients"), "text:name of C1");
}

// At 12:00 UTC on that day; each string as Gotify in that time zone, or an older version, would have written it.
TEST_F(SqliteClientsTest, WhateverHasExpiredIsDeletedWhateverItsOffsetAndFormat) {
  const auto now = *core::parse_time("2100-06-15T12:00:00Z");
  const std::map<std::string, bool> expired = {{"'2100-06-15 12:00:00+00:00'", true},  // this very moment
                                               {"'2100-06-15 12:00:00.000000001+00:00'", false},
                                               {"'2100-06-15 11:59:59.999+00:00'", true},
                                               {"'2100-06-16 01:59:59+14:00'", true},  // greater as a string
                                               {"'2100-06-16T01:59:59+14:00'", true},
                                               {"'2100-06-16 02:00:01+14:00'", false},
                                               {"'2100-06-15 00:00:01-12:00'", false},  // smaller as a string
                                               {"'2100-06-14 23:59:59-12:00'", true},
                                               {"'2100-06-15T11:59:59Z'", true},
                                               {"'2100-06-15 11:59'", true},
                                               {"'2100-06-15 12:01'", false},
                                               {"4116743999", true},  // Unix time of one second earlier, as a number
                                               {"4116744001", false},
                                               {"'0001-01-01 00:00:00+00:00'", false},  // Go's zero time: none
                                               {"'nonsense'", false},
                                               {"NULL", false}};
  std::map<std::uint64_t, std::string> texts;
  for (const auto& [value, gone] : expired) {
    const auto id = client(bob, "C " + value, 0);
    set(id, "expires_at", value);
    texts[core::value(id)] = value;
  }
  const auto deleted = delete_expired(now);
  ASSERT_TRUE(deleted) << deleted.error().text;
  std::map<std::string, bool> seen;
  for (const auto& [id, text] : texts) seen[text] = false;
  for (const auto& each : *deleted) {
    EXPECT_EQ(each.user, bob);
    seen[texts.at(core::value(each.client))] = true;
  }
  EXPECT_EQ(seen, expired);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM clients"),
            "int:" + std::to_string(1 + expired.size() - deleted->size()));
  EXPECT_TRUE(delete_expired(now)->empty());
}

// Such strings are not searched every second, only when one is due.
TEST_F(SqliteClientsTest, AnExpiryWithAnotherOffsetIsNotMissedLater) {
  const auto noon = *core::parse_time("2100-06-15T12:00:00Z");
  const auto ours = client(bob, "Cours", 0);
  set(ours, "expires_at", "'2100-06-15 12:00:02.5+00:00'");
  const auto foreign = client(bob, "Cforeign", 0);
  set(foreign, "expires_at", "'2100-06-16 02:00:02+14:00'");
  const auto gone_at = [&](int second) {
    std::vector<core::ClientId> gone;
    const auto deleted = delete_expired(noon + std::chrono::seconds(second));
    EXPECT_TRUE(deleted) << second;
    for (const auto& each : *deleted) gone.push_back(each.client);
    return gone;
  };
  EXPECT_THAT(gone_at(0), ::testing::IsEmpty());
  EXPECT_THAT(gone_at(1), ::testing::IsEmpty());
  EXPECT_THAT(gone_at(2), ::testing::ElementsAre(foreign));
  EXPECT_THAT(gone_at(3), ::testing::ElementsAre(ours));
}

TEST_F(SqliteClientsTest, ExpiredClientsAreFoundByTheirIndex) {
  const std::string plan =
      Sqlite(database.connection)
          .rows("EXPLAIN QUERY PLAN SELECT id, expires_at, user_id FROM clients WHERE expires_at < 'x'")
          .front();
  EXPECT_THAT(plan, ::testing::HasSubstr("USING INDEX idx_clients_expires_at (expires_at<?)"));
}

TEST_F(SqliteClientsTest, WhereNothingHasExpiredNothingIsCommitted) {
  client(alice, "C2", 600);
  const auto before = metrics.counter("push_store_commits_total", "").value();
  EXPECT_TRUE(delete_expired(core::wall_now())->empty());
  EXPECT_EQ(metrics.counter("push_store_commits_total", "").value(), before);
}

TEST_F(SqliteClientsTest, ManyExpiredClientsAreDeletedInSlices) {
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
          " INSERT INTO clients (token, user_id, created_at, expires_at)"
          " SELECT 'many' || i, 1 + i % 2, '2020-01-01', '2020-01-02' FROM n");
  const auto deleted = delete_expired(core::wall_now());
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->size(), 600U);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM clients"), "int:1");
}

TEST_F(SqliteClientsTest, ATouchWritesTheLastUseAndMovesTheExpiry) {
  const auto tablet = client(alice, "C2", 600);
  const auto at = core::wall_now() + hours(1);
  ASSERT_TRUE(store->touch_clients({phone, tablet, core::ClientId{99}}, at));
  store->drain();
  EXPECT_EQ(stored(phone).last_used, at);
  EXPECT_FALSE(stored(phone).expires_at);
  EXPECT_EQ(stored(tablet).last_used, at);
  EXPECT_EQ(stored(tablet).expires_at, at + seconds(600));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT last_used FROM clients"), "text:" + core::database_time(at));
  EXPECT_FALSE(store->touch_clients({phone}, at)) << "after the end";
}

TEST_F(SqliteClientsTest, ATouchComparesTimesAndNotStrings) {
  const auto tablet = client(alice, "C2", 600);
  set(tablet, "last_used", "'2100-06-15 23:00:00+14:00'");   // 09:00 in UTC
  set(tablet, "expires_at", "'2100-06-15 23:10:00+14:00'");  // 09:10
  const auto ten = *core::parse_time("2100-06-15T10:00:00Z");
  ASSERT_TRUE(store->touch_clients({tablet}, ten));
  ASSERT_TRUE(store->touch_clients({tablet}, ten - hours(1)));
  store->drain();
  EXPECT_EQ(stored(tablet).last_used, ten);
  EXPECT_EQ(stored(tablet).expires_at, ten + seconds(600));
}

TEST_F(SqliteClientsTest, ManyClientsAreTouchedInSlices) {
  std::vector<core::ClientId> many{phone};
  Sqlite(database.connection)
      .run(
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)"
          " INSERT INTO clients (token, user_id, created_at) SELECT 'many' || i, 1, '2020-01-01' FROM n");
  for (unsigned i = 1; i <= 600; ++i) many.push_back(core::ClientId{core::value(phone) + i});
  ASSERT_TRUE(store->touch_clients(many, core::wall_now()));
  // The purge thread takes turns: a job submitted after it is answered when all slices are done.
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(purge(*store, bob));
  EXPECT_EQ(Sqlite(database.connection).row("SELECT count(*) FROM clients WHERE last_used IS NULL"), "int:0");
}

TEST_F(SqliteClientsTest, ATouchOfAnApplicationWritesItsLastUse) {
  const auto app = application(alice, "A1");
  const auto at = core::wall_now();
  ASSERT_TRUE(store->touch_application(app, at));
  ASSERT_TRUE(store->touch_application(core::ApplicationId{99}, at));
  store->drain();
  EXPECT_EQ((*store->find_application(app))->last_used, at);
  EXPECT_EQ(Sqlite(database.connection).row("SELECT last_used FROM applications"), "text:" + core::database_time(at));
}

}  // namespace
}  // namespace push::store
