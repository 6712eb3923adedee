// The connection breaks while a transaction is under way: whatever was answered is what is in the database.
#include <algorithm>
#include <atomic>

#include "store/lost_answers.hpp"
#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using test::CuttingProxy;
using testing::IsEmpty;
using Way = CuttingProxy::Way;

constexpr std::size_t kStep = 53;  // bytes; tests/reliability has each

class PostgresLostAnswerTest : public PostgresStoreTest {
 protected:
  ~PostgresLostAnswerTest() override { store.reset(); }

  void SetUp() override {
    open();
    alice = user("alice");
    app = application(alice, "A1");
    other = application(alice, "A2");
    open(proxy.connection());
  }
  LostAnswers answers() {
    const core::ApplicationId missing{core::value(other) + 1000};
    return LostAnswers({*store, proxy, database, alice, app, other, missing, [this] { return heard.ids(); }});
  }

  CuttingProxy proxy{database};
  core::UserId alice{};
  core::ApplicationId app{};
  core::ApplicationId other{};
};

TEST_F(PostgresLostAnswerTest, OfMessages) {
  LostAnswers trials = answers();
  trials.messages(Way::to_server, kStep);
  EXPECT_GT(trials.counts().refused, 10);
  trials.messages(Way::to_client, kStep);
  EXPECT_GT(trials.counts().stored, 2);
  EXPECT_THAT(trials.faults(), IsEmpty());
}

TEST_F(PostgresLostAnswerTest, OfAChangeByRules) {
  LostAnswers trials = answers();
  trials.change_by_rules(Way::to_server, kStep);
  EXPECT_GT(trials.counts().refused, 10);
  trials.change_by_rules(Way::to_client, kStep);
  EXPECT_GT(trials.counts().stored, 2);
  EXPECT_THAT(trials.faults(), IsEmpty());
}

TEST_F(PostgresLostAnswerTest, OfBlindChanges) {
  LostAnswers trials = answers();
  trials.blind_changes(Way::to_server, 5 * kStep);
  EXPECT_GT(trials.counts().refused, 10);
  trials.blind_changes(Way::to_client, kStep);
  EXPECT_GT(trials.counts().stored, 2);
  EXPECT_THAT(trials.faults(), IsEmpty());
}

}  // namespace
}  // namespace push::store
