// Nodes that write much take turns, each with what has come in while the others wrote.
#include <future>
#include <vector>

#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using test::Psql;

class PostgresTurnTest : public PostgresStoreTest {
 protected:
  using Answers = std::vector<std::future<core::Result<StoredMessage>>>;

  ~PostgresTurnTest() override { store.reset(); }
  void SetUp() override {
    open();
    app = application(user("alice"), "A1");
    open_as_node("one", database);
  }
  void post(Answers& answers) {
    answers.push_back(std::async(std::launch::async, [this] { return append(text(app, "m")); }));
  }
  // One message is at the write lock, and two wait behind it.
  void begin(Answers& answers) {
    other.run("SELECT pg_advisory_lock(1735289957, 0)");
    post(answers);
    ASSERT_TRUE(becomes(kWaitingForLocks, "1"));
    post(answers);
    post(answers);
    ASSERT_TRUE(support::eventually([this] { return metric("push_store_queue_length") == 2; }));
  }
  void let_write() { other.run("SELECT pg_advisory_unlock(1735289957, 0)"); }
  void take_turn() { other.run("SELECT pg_advisory_lock(1735289957, 1)"); }
  void end_turn() { other.run("SELECT pg_advisory_unlock(1735289957, 1)"); }
  static void expect_all(Answers& answers) {
    for (auto& answer : answers) EXPECT_TRUE(answer.get());
  }
  std::int64_t metric(const std::string& name) const {
    const std::string text = metrics.text();
    const std::size_t at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1 : std::stoll(text.substr(at + name.size() + 2));
  }

  core::ApplicationId app{};
  Psql other{database};  // another node
};

// A machine may be so slow that a turn is over before the fourth message has come: then once more.
TEST_F(PostgresTurnTest, WhatComesInWhileAnotherHasItsTurnIsInTheSameTransaction) {
  const auto is_one_transaction = [this] {
    Answers answers;
    begin(answers);
    const auto before = metric("push_store_commits_total");
    take_turn();
    let_write();
    EXPECT_TRUE(support::eventually([&] { return metric("push_store_commits_total") == before + 1; }));
    EXPECT_TRUE(becomes(kWaitingForLocks, "1")) << "for its turn";
    post(answers);
    EXPECT_TRUE(support::eventually([&] { return metric("push_store_queue_length") != 2; }));
    end_turn();
    expect_all(answers);
    return metric("push_store_commits_total") == before + 2;
  };
  EXPECT_TRUE(support::eventually(is_one_transaction));
}

TEST_F(PostgresTurnTest, OneThatDoesNotComeIsDoneWithout) {
  take_turn();
  Answers answers;
  begin(answers);
  let_write();
  expect_all(answers);
  EXPECT_EQ(metric("push_store_missed_turns_total"), 1);
  // The others are left in peace for a while.
  Answers more;
  begin(more);
  let_write();
  expect_all(more);
  EXPECT_EQ(metric("push_store_missed_turns_total"), 1);
}

TEST_F(PostgresTurnTest, ItIsOverAfterTheTransaction) {
  Answers answers;
  begin(answers);
  let_write();
  expect_all(answers);
  EXPECT_TRUE(becomes("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1735289957", "0"));
}

TEST_F(PostgresTurnTest, AServerAloneTakesNone) {
  open();
  take_turn();
  Answers answers;
  begin(answers);
  let_write();
  expect_all(answers);
  EXPECT_EQ(metric("push_store_missed_turns_total"), 0) << "as it was registered by the node before";
}

}  // namespace
}  // namespace push::store
