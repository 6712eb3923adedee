// kill -9: of the database, and of a server that uses it.
#include <atomic>
#include <future>
#include <map>
#include <set>
#include <thread>

#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"
#include "support/ledger.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using support::eventually;
using support::Process;
using test::PrivatePostgres;
using test::Psql;
using testing::HasSubstr;
using testing::IsEmpty;

class PostgresKillTest : public PostgresStoreTest {
 protected:
  ~PostgresKillTest() override { store.reset(); }
};

TEST_F(PostgresKillTest, OfTheDatabaseLosesNothingAndIsOverWithItsReturn) {
  PrivatePostgres server;
  database = server.new_database();
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  support::Ledger ledger;
  std::atomic<bool> stopping{false};
  std::atomic<int> refused{0};
  std::map<std::string, bool> told;  // texts that were answered as not stored
  std::thread sender([&] {
    for (int i = 0; !stopping; ++i) {
      const std::string message = "m" + std::to_string(i);
      const auto answer = append(text(app, message));
      if (answer) {
        ledger.acknowledge(core::value(answer->id), message);
      } else {
        EXPECT_NE(answer.error().code, ErrorCode::not_found);
        if (answer.error().code == ErrorCode::unavailable) told[message] = true;
        ++refused;
      }
    }
  });
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = ledger.size();
    EXPECT_TRUE(eventually([&] { return ledger.size() > before + 20; }));
    server.kill();
    const auto found = store->find_application_by_token("A1");
    ASSERT_FALSE(found) << "not: there is none";
    EXPECT_EQ(found.error().code, ErrorCode::unavailable);
    EXPECT_EQ(store->events_after(alice, {}, 1).error().code, ErrorCode::unavailable);
    EXPECT_EQ(listed_after(alice, {}, 1).error().code, ErrorCode::unavailable);
    EXPECT_TRUE(eventually([&] { return !store->ping(); }));
    server.start();
    EXPECT_TRUE(eventually([&] { return store->ping().has_value(); }));
  }
  const std::size_t before = ledger.size();
  EXPECT_TRUE(eventually([&] { return ledger.size() > before + 20; }));
  stopping = true;
  sender.join();
  support::Texts stored;
  Psql other(database);
  for (const std::string& row : other.run("SELECT id, message FROM messages")) {
    const auto bar = row.find('|');
    const std::string message = row.substr(bar + 1);
    EXPECT_FALSE(told.contains(message)) << message << " was answered with 503";
    EXPECT_TRUE(stored.emplace(std::stoull(row.substr(0, bar)), message).second);
  }
  const auto audit = support::audit_store(ledger.acknowledged(), stored);
  EXPECT_THAT(audit.lost, IsEmpty());
  EXPECT_THAT(audit.changed, IsEmpty());
  EXPECT_THAT(ledger.given_twice(), IsEmpty());
  EXPECT_EQ(other.run("SELECT count(*) - count(DISTINCT message) FROM messages").front(), "0");
}

// Its session stays until what it does there has ended.
TEST_F(PostgresKillTest, OfAServerLetsTheNextOneInWhileItsSessionStillWaits) {
  open();
  const auto app = application(user("alice"), "A1");
  store.reset();
  Process killed = Process::fork([&] {
    open();
    for (;;) append_id(app, "m");
  });
  constexpr const char* kHolder =
      "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735289958 AND granted AND database ="
      " (SELECT oid FROM pg_database WHERE datname = current_database())";
  ASSERT_TRUE(eventually([&] { return value("SELECT count(*) FROM messages") != "0"; }));
  const std::string former = value(kHolder);
  Psql lane(database);
  lane.run("SELECT pg_advisory_lock(1735289957, 0)");
  ASSERT_TRUE(becomes("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = " + former, "1"));
  killed.kill_hard();
  auto next = std::async(std::launch::async, [&] { return try_to_open(database); });
  EXPECT_TRUE(eventually([&] {
    const std::string holder = value(kHolder);
    return holder != former && holder != "nothing";
  }));
  const std::string stored = value("SELECT count(*) FROM messages");
  lane.run("SELECT pg_advisory_unlock(1735289957, 0)");
  auto opened = next.get();
  ASSERT_TRUE(opened) << opened.error().text;
  store = *std::move(opened);
  append_id(app, "after");
  EXPECT_EQ(std::stoi(value("SELECT count(*) FROM messages")), std::stoi(stored) + 1);
}

TEST_F(PostgresKillTest, ASecondServerIsRefusedByTheNameOfTheFirst) {
  open();
  const auto refused = try_to_open(database);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().text,
              testing::AllOf(HasSubstr("is used by another server: \"sharded-gotify\" from local since"),
                             HasSubstr("dbname=" + value("SELECT current_database()"))));
  append_id(application(user("alice"), "A1"), "goes on");
}

// Rows that were handed out are not handed out again.
TEST_F(PostgresKillTest, AReadThatBreaksOffIsRepeatedOnlyIfNothingWasTaken) {
  test::CuttingProxy proxy(database);
  open();
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  for (int i = 0; i < 100; ++i) append_id(app, "m" + std::string(500, 'x'));
  open(proxy.connection());
  int broken = 0;
  for (std::size_t after = 0;; after += 4999) {
    ASSERT_TRUE(listed(alice, {0, 100}));  // prepared
    // The binary form of the user's id and of the greatest cursor.
    proxy.arm(
        {std::string("\0\0\0\x08\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 12), test::CuttingProxy::Way::to_client, after});
    std::vector<std::uint64_t> taken;
    const auto read = store->list_messages(alice, {0, 100}, [&](const model::Message& one) {
      taken.push_back(core::value(one.id));
      return true;
    });
    if (!proxy.has_cut()) break;
    EXPECT_EQ(std::set<std::uint64_t>(taken.begin(), taken.end()).size(), taken.size()) << "at " << after;
    EXPECT_EQ(read.has_value(), taken.size() == 100) << "at " << after;
    if (!read) ++broken;
  }
  EXPECT_GT(broken, 5);
}

}  // namespace
}  // namespace push::store
