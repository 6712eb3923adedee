// The epochs of several nodes: which one a node is in decides whether a cursor of a client can be trusted.
#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

class PostgresEpochTest : public PostgresStoreTest {
 protected:
  ~PostgresEpochTest() override {
    two.reset();
    store.reset();
  }

  void SetUp() override {
    open_as_node("one", database);
    app = application(user("alice"), "A1");
    open_two();
  }
  void open_two() {
    auto opened = try_to_open_node("two", others);
    ASSERT_TRUE(opened) << opened.error().text;
    two = *std::move(opened);
  }
  static std::string join(Store& node) { return name(node.feed()->join_epoch()); }
  static std::string renew(Store& node, const std::string& known) { return name(node.feed()->renew_epoch(known)); }
  static std::string name(const core::Result<Epoch>& epoch) {
    EXPECT_TRUE(epoch) << epoch.error().text;
    return epoch ? epoch->name : "none";
  }
  std::string newest() { return value("SELECT name FROM sharded_gotify_epochs ORDER BY id DESC LIMIT 1"); }
  // Ends a node, and waits until PostgreSQL knows: a moment after its connection is closed.
  void end(std::unique_ptr<Store>& node) {
    node.reset();
    EXPECT_TRUE(
        becomes("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735289959 AND database ="
                " (SELECT oid FROM pg_database WHERE datname = current_database())",
                "1"));
  }
  // As a copy from before it has the table.
  void restore_to_before(const std::string& epoch) {
    sql("DELETE FROM sharded_gotify_epochs WHERE id >= (SELECT id FROM sharded_gotify_epochs WHERE name = '" + epoch +
        "')");
  }

  metrics::Registry others;
  std::unique_ptr<Store> two;
  core::ApplicationId app{};
};

TEST_F(PostgresEpochTest, TheFirstNodeBeginsOneAndTheNextJoinsIt) {
  append_id(app, "m");
  const auto first = store->feed()->join_epoch();
  ASSERT_TRUE(first) << first.error().text;
  EXPECT_EQ(first->name, newest());
  EXPECT_EQ(first->extent, *two->feed()->extent());
  const auto newer = append_id(app, "m");
  const auto second = two->feed()->join_epoch();
  ASSERT_TRUE(second) << second.error().text;
  EXPECT_EQ(second->name, first->name);
  EXPECT_EQ(second->extent.message, newer);
  EXPECT_EQ(value("SELECT count(*) FROM sharded_gotify_epochs"), "1");
  EXPECT_TRUE(becomes("SELECT count(*) FROM sharded_gotify_nodes WHERE detail->>'epoch' = '" + first->name + "'", "2"));
}

// What the rows of nodes say of an earlier run is no matter, even of one that is alive and has not joined yet.
TEST_F(PostgresEpochTest, OneThatNobodyIsInIsNotJoined) {
  const std::string first = join(*store);
  end(store);
  sql("UPDATE sharded_gotify_nodes SET detail = detail || jsonb_build_object('epoch', '" + first + "')");
  EXPECT_NE(join(*two), first);
}

TEST_F(PostgresEpochTest, ANodeThatConnectsAgainIsStillInIt) {
  const std::string first = join(*store);
  sql("SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.classid = 1735289961"
      " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())");
  ASSERT_TRUE(support::eventually([&] { return append(text(app, "m")).has_value(); }));
  EXPECT_EQ(join(*two), first);
}

TEST_F(PostgresEpochTest, OneOfTheNodesRenewsItAndTheOthersFollow) {
  const std::string first = join(*store);
  ASSERT_EQ(join(*two), first);
  const auto end = append_id(app, "m");
  const std::string second = renew(*two, first);
  EXPECT_NE(second, first);
  EXPECT_EQ(renew(*store, first), second);
  EXPECT_EQ((*store->find_epoch(first))->message, end);
  EXPECT_NE(renew(*store, second), second) << "the database has gone back once more";
}

TEST_F(PostgresEpochTest, AfterACopyFromBeforeItTheFirstRenewsIt) {
  join(*store);
  const std::string known = renew(*store, newest());
  ASSERT_EQ(join(*two), known);
  restore_to_before(known);
  const std::string older = newest();
  const std::string renewed = renew(*store, known);
  EXPECT_NE(renewed, older);
  EXPECT_EQ(renew(*two, known), renewed);
  EXPECT_EQ(newest(), renewed);
  EXPECT_EQ(*store->find_epoch(known), std::nullopt);
}

// It is in the table, but whoever has begun it is gone: the cursors that were given in it may be too great.
TEST_F(PostgresEpochTest, ANewerOneOfNobodyIsNotJoined) {
  const std::string known = join(*store);
  ASSERT_EQ(join(*two), known);
  const std::string newer = renew(*two, known);
  end(two);
  const std::string renewed = renew(*store, known);
  EXPECT_NE(renewed, newer);
  EXPECT_NE(renewed, known);
}

TEST_F(PostgresEpochTest, WhatWasLeftIsNotJoinedByOthers) {
  const std::string first = join(*store);
  const std::string second = renew(*store, first);
  sql("DELETE FROM sharded_gotify_epochs WHERE name = '" + second + "'");
  EXPECT_NE(join(*two), first);
}

}  // namespace
}  // namespace push::store
