// Which servers may be on one database at the same time.
#include <chrono>
#include <filesystem>
#include <fstream>

#include "store/postgres_fixture.hpp"
#include "store/support.hpp"

namespace push::store {
namespace {

using config::BusKind;
using core::ErrorCode;
using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

class PostgresNodesTest : public PostgresStoreTest {
 protected:
  ~PostgresNodesTest() override { store.reset(); }

  // The error of opening one more.
  std::string refusal(const std::string& name, BusKind bus) {
    metrics::Registry own;
    const auto opened = try_to_open_node(name, own, bus);
    if (opened) return "opened";
    EXPECT_EQ(opened.error().code, ErrorCode::unavailable);
    return opened.error().text;
  }
  // Ends the writer's session of a node, as the end of its process would.
  void end_session(const std::string& name) {
    sql("SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.classid = 1735289959"
        " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        " AND l.objid = hashtext('public " +
        name + "')::oid");
  }
};

TEST_F(PostgresNodesTest, NodesWithOneBusShareADatabase) {
  open_as_node("one", database);
  metrics::Registry own;
  const auto two = try_to_open_node("two", own);
  ASSERT_TRUE(two) << two.error().text;
  EXPECT_THAT(sql("SELECT node, detail->>'bus' FROM sharded_gotify_nodes ORDER BY node"),
              testing::ElementsAre("one|postgres", "two|postgres"));
}

TEST_F(PostgresNodesTest, OneWithoutABusIsAlone) {
  open();
  EXPECT_THAT(refusal("two", BusKind::postgres),
              AllOf(HasSubstr("is used by another server: \"sharded-gotify\" from local since "),
                    HasSubstr("which has no cluster.bus")));
}

TEST_F(PostgresNodesTest, OneWithoutABusIsRefusedBesideACluster) {
  open_as_node("one", database);
  metrics::Registry own;
  const auto alone = store::open(settings(database), own);
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error().text, AllOf(HasSubstr("is used by another server: \"sharded-gotify\" from local since "),
                                        HasSubstr("a cluster of these nodes: one (")));
}

TEST_F(PostgresNodesTest, ANameIsTakenOnce) {
  open_as_node("one", database);
  EXPECT_THAT(refusal("one", BusKind::postgres),
              HasSubstr("has a live node named \"one\" already: \"sharded-gotify\" from local since "));
}

TEST_F(PostgresNodesTest, NodesWithDifferentBusesDoNotMix) {
  open_as_node("one", database);
  EXPECT_THAT(refusal("two", BusKind::nats), HasSubstr("has nodes with cluster.bus \"postgres\", and this one has "
                                                       "\"nats\": \"sharded-gotify\" from local since "));
  store.reset();
  metrics::Registry own;
  const auto two = try_to_open_node("two", own, BusKind::nats);
  EXPECT_TRUE(two) << two.error().text;
}

// The server of a killed process may live a little longer than that.
TEST_F(PostgresNodesTest, ANameIsFreeOnceItsHolderIsGone) {
  open_as_node("one", database);
  metrics::Registry own;
  auto again = std::async(std::launch::async, [&] { return try_to_open_node("one", own); });
  EXPECT_TRUE(
      becomes("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE"
              " 'SELECT pg_advisory_unlock_all%'",
              "1"));
  store.reset();
  const auto opened = again.get();
  EXPECT_TRUE(opened) << opened.error().text;
}

// The writer's connection is lost and comes back: the node is still the only one of its name.
TEST_F(PostgresNodesTest, ALostConnectionTakesItsLocksAgain) {
  open_as_node("one", database);
  const auto app = application(user("alice"), "A1");
  append_id(app, "before");
  end_session("one");
  ASSERT_TRUE(support::eventually([&] { return append(text(app, "after")).has_value(); }));
  EXPECT_THAT(refusal("one", BusKind::postgres), HasSubstr("has a live node named \"one\" already"));
}

TEST_F(PostgresNodesTest, ANodeWithNothingToWriteTakesItsNameAndEpochAgain) {
  open_as_node("one", database);
  store->feed()->report([] { return NodeStatus(); });
  ASSERT_TRUE(store->feed()->join_epoch());
  const auto holders = [&] {
    return sql(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid IN (1735289959, 1735289961) AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  };
  const auto before = holders();
  ASSERT_EQ(before.size(), 2U);
  end_session("one");
  EXPECT_TRUE(support::eventually([&] {
    const auto now = holders();
    return now.size() == 2 && now[0] == now[1] && now[0] != before[0];
  }));
}

TEST_F(PostgresNodesTest, TheDatabaseKnowsItsNodes) {
  open_as_node("one", database);
  const auto newest = append_id(application(user("alice"), "A1"), "m");
  store->feed()->report([newest] { return NodeStatus{newest, 7, true}; });
  const auto epoch = store->feed()->join_epoch();
  ASSERT_TRUE(epoch);
  metrics::Registry own;
  auto two = try_to_open_node("two", own);
  ASSERT_TRUE(two) << two.error().text;
  two->reset();
  const auto is_told = [&] {
    const auto nodes = list_nodes(settings(database));
    return nodes && nodes->size() == 2 && (*nodes)[0].status.sockets == 7 && (*nodes)[0].epoch == epoch->name &&
           !(*nodes)[1].alive;
  };
  ASSERT_TRUE(support::eventually(is_told));
  const auto nodes = *list_nodes(settings(database));
  EXPECT_EQ(nodes[0].name, "one");
  EXPECT_TRUE(nodes[0].alive);
  EXPECT_EQ(nodes[0].bus, "postgres");
  EXPECT_EQ(nodes[0].version, PUSH_VERSION);
  EXPECT_EQ(nodes[0].status.applied, newest);
  EXPECT_TRUE(nodes[0].status.draining);
  EXPECT_EQ(nodes[0].head, newest);
  EXPECT_LT(nodes[0].silent, std::chrono::minutes(1));
  ASSERT_TRUE(nodes[0].started && nodes[0].seen);
  EXPECT_LE(*nodes[0].started, *nodes[0].seen);
  EXPECT_EQ(nodes[1].name, "two");
  EXPECT_FALSE(nodes[1].alive);
  EXPECT_EQ(nodes[1].epoch, "");
}

// A database that was restored from an older copy has no row of it.
TEST_F(PostgresNodesTest, ANodeWhoseRowIsGoneIsKnownAgain) {
  open_as_node("one", database);
  ASSERT_TRUE(becomes("SELECT count(*) FROM sharded_gotify_nodes WHERE detail ? 'applied'", "1"));
  sql("DELETE FROM sharded_gotify_nodes");
  EXPECT_TRUE(becomes("SELECT node, detail->>'bus' FROM sharded_gotify_nodes", "one|postgres"));
  EXPECT_TRUE(list_nodes(settings(database))->at(0).started);
}

TEST_F(PostgresNodesTest, WhereNoServerHasBeenThereAreNoNodes) {
  const auto nodes = list_nodes(settings(database));
  ASSERT_FALSE(nodes);
  EXPECT_EQ(nodes.error().code, ErrorCode::invalid);
  const auto of_sqlite = list_nodes({});
  ASSERT_FALSE(of_sqlite);
  EXPECT_EQ(of_sqlite.error().code, ErrorCode::invalid);
}

TEST_F(PostgresNodesTest, ABusNeedsPostgres) {
  const TemporaryFolder folder;
  config::Database sqlite;
  sqlite.connection = folder.file("gotify.db");
  const auto opened = store::open(sqlite, metrics, &core::wall_now, {}, cluster_of("one"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::invalid);
  EXPECT_THAT(opened.error().text, HasSubstr("cluster.bus needs database.dialect postgres"));
}

TEST(NodeNameTest, IsMadeOnceAndKept) {
  const TemporaryFolder folder;
  const std::string data = folder.file("data");
  const auto made = node_name({}, data);
  ASSERT_TRUE(made) << made.error().text;
  EXPECT_THAT(*made, MatchesRegex("[A-Za-z0-9._-]+-[a-z]{4}"));
  EXPECT_EQ(*node_name({}, data), *made);
  EXPECT_NE(*node_name({}, folder.file("other")), *made);
  config::Cluster named;
  named.node = "one";
  EXPECT_EQ(*node_name(named, data), "one");
  std::ofstream(data + "/node-name") << "two words\n";
  const auto bad = node_name({}, data);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text, HasSubstr(data + "/node-name must hold the name of a node: "));
}

}  // namespace
}  // namespace push::store
