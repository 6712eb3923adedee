// What holds among several servers on one database because each transaction that writes takes the write lock first.
#include <algorithm>
#include <chrono>
#include <future>

#include "store/postgres_fixture.hpp"
#include "support/cutting_proxy.hpp"

namespace push::store {
namespace {

using test::Psql;
using testing::ElementsAre;

constexpr const char* kLastId = "SELECT pg_sequence_last_value('messages_id_seq')";

class PostgresLaneTest : public PostgresStoreTest {
 protected:
  ~PostgresLaneTest() override { store.reset(); }

  void SetUp() override {
    open();
    alice = user("alice");
    app = application(alice, "A1");
    open_as_node("one", database);
    lane.run("SELECT pg_advisory_lock(1735289957, 0)");
  }
  void leave() { lane.run("SELECT pg_advisory_unlock(1735289957, 0)"); }

  core::UserId alice{};
  core::ApplicationId app{};
  Psql lane{database};
};

// Otherwise ids would not be in the order of commits.
TEST_F(PostgresLaneTest, NoIdIsTakenBeforeTheLock) {
  const std::string before = value(kLastId);
  auto appended = std::async(std::launch::async, [&] { return append(text(app, "m")); });
  EXPECT_TRUE(becomes(kWaitingForLocks, "1"));
  EXPECT_EQ(value(kLastId), before);
  leave();
  EXPECT_TRUE(appended.get());
}

// The sequence knows ids of transactions that are not committed yet.
TEST_F(PostgresLaneTest, TheNewestMessageIsACommittedOne) {
  leave();
  const auto newest = append_id(app, "m");
  sql("SELECT nextval('messages_id_seq')");
  EXPECT_EQ(*store->newest_message(), newest);
  EXPECT_TRUE(test::await(*store, &Store::delete_message, alice, newest));
  EXPECT_EQ(value("SELECT head FROM sharded_gotify_events WHERE kind = 'delete'"), std::to_string(core::value(newest)));
  store->begin_epoch();
  EXPECT_EQ(value("SELECT max(message_id) FROM sharded_gotify_epochs"), std::to_string(core::value(newest)));
}

// Another server deletes the other administrator after the rule has seen it.
TEST_F(PostgresLaneTest, AChangeRunsAgainIfWhatItHasReadIsNoLongerSo) {
  sql("INSERT INTO users (id, name, admin) VALUES (101, 'one', true), (102, 'other', true)");
  auto deleted =
      std::async(std::launch::async, [&] { return test::await(*store, &Store::delete_user, core::UserId{101}); });
  ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
  lane.run(
      "DELETE FROM users WHERE id = 102; INSERT INTO sharded_gotify_events (time, kind, user_id) VALUES (0,"
      " 'user_gone', 102)");
  leave();
  expect_failure(deleted.get(), core::Conflict::last_admin, "cannot delete last admin");
  EXPECT_THAT(sql("SELECT id FROM users WHERE admin"), ElementsAre("101"));
}

// A writer, or its network, freezes in the middle of what it sends, after any byte.
TEST_F(PostgresLaneTest, AFrozenWriterDoesNotKeepTheLock) {
  leave();
  test::CuttingProxy proxy(database);
  metrics::Registry others;
  auto frozen = store::open(settings(proxy.connection()), others, &core::wall_now, {}, cluster_of("two"));
  ASSERT_TRUE(frozen) << frozen.error().text;
  int held = 0;
  bool cut = true;
  for (std::size_t after = 1; cut; ++after) {
    const std::string mark = "frozen " + std::to_string(after);
    proxy.arm({mark, test::CuttingProxy::Way::to_server, after, test::CuttingProxy::End::freeze});
    auto answered = std::async(std::launch::async, [&] {
      return core::await<core::Result<StoredMessage>>(
          [&](auto done) { (void)(*frozen)->append(text(app, mark), std::move(done)); });
    });
    const bool ended = support::eventually(
        [&] { return proxy.has_cut() || answered.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    ASSERT_TRUE(ended);
    cut = proxy.has_cut();
    const auto other = append(text(app, "other"));
    if (!other) {
      ++held;
      EXPECT_TRUE(append(text(app, "other"))) << "at " << after;
    }
    proxy.thaw();
    const auto answer = answered.get();
    EXPECT_EQ(value("SELECT count(*) FROM messages WHERE message = '" + mark + "'"), answer ? "1" : "0")
        << "at " << after;
  }
  EXPECT_LE(held, 5) << "bytes of the message that ends the transaction";
}

TEST_F(PostgresLaneTest, SeveralServersWriteInOneOrder) {
  leave();
  metrics::Registry others;
  auto two = try_to_open_node("two", others);
  ASSERT_TRUE(two) << two.error().text;
  std::vector<std::uint64_t> given;
  for (int i = 0; i < 10; ++i) {
    given.push_back(core::value(append_id(app, "of one")));
    store.swap(*two);  // ten times: the fixture's own is there again
  }
  EXPECT_TRUE(std::is_sorted(given.begin(), given.end()));
  EXPECT_EQ(ids(listed_after(alice, {}, 100)), given);
  EXPECT_EQ(core::value(*store->newest_message()), given.back());
}

}  // namespace
}  // namespace push::store
