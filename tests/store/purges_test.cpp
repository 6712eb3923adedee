// What the purges ask of a store, however it cuts its slices.
#include "store/purges.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace push::store {
namespace {

using core::ApplicationId;
using core::Result;
using ::testing::ElementsAre;

constexpr core::UserId kAlice{3};
constexpr core::MessageId kBound{50};
constexpr core::WallTime kNow{std::chrono::hours(500'000)};

// Answers one prepared slice after the other, and writes down what was asked.
class PreparedTables final : public PurgeTables {
 public:
  explicit PreparedTables(std::vector<Deleted> slices) : slices_(std::move(slices)) {}

  Result<std::vector<ApplicationId>> applications_of(core::UserId user) override {
    EXPECT_EQ(user, kAlice);
    return std::vector{ApplicationId{1}, ApplicationId{2}, ApplicationId{4}};
  }
  Result<core::UserId> owner_of(ApplicationId application) override {
    return application == ApplicationId{1} ? kAlice : core::UserId{};
  }
  Result<std::vector<ApplicationId>> noted() override { return std::vector<ApplicationId>(); }

  Result<Deleted> delete_messages(std::span<const ApplicationId> applications, core::MessageId bound,
                                  const std::optional<model::Event>& event, std::chrono::microseconds time) override {
    EXPECT_EQ(bound, kBound);
    EXPECT_EQ(time, std::chrono::milliseconds(2));
    std::string call;
    for (const ApplicationId application : applications) call += std::to_string(core::value(application)) + " ";
    if (event) call += "event of " + std::to_string(core::value(event->application));
    calls.push_back(call);
    return slices_.at(calls.size() - 1);
  }
  Result<std::int64_t> delete_noted(std::span<const ApplicationId>, std::chrono::microseconds) override {
    ADD_FAILURE() << "none is noted";
    return 0;
  }

  std::vector<std::string> calls;

 private:
  const std::vector<Deleted> slices_;
};

class PurgesTest : public ::testing::Test {
 protected:
  // The number of messages that it deletes until it has finished.
  static std::int64_t run(MessagePurge purge) {
    std::int64_t deleted = 0;
    while (true) {
      const auto progress = purge();
      if (!progress) return -1;
      deleted += progress->deleted;
      if (progress->finished) return deleted;
    }
  }

  const core::WallClock clock = [] { return kNow; };
};

TEST_F(PurgesTest, TheEventIsOfferedUntilASliceDeletesAny) {
  PreparedTables tables({{0, 1}, {5, 0}, {3, 1}, {2, 1}});
  EXPECT_EQ(run({tables, clock, kBound, kAlice}), 10);
  EXPECT_THAT(tables.calls, ElementsAre("1 2 4 event of 0", "2 4 event of 0", "2 4 ", "4 "));
}

TEST_F(PurgesTest, AnApplicationThatIsGoneHasNoEvent) {
  PreparedTables there({{5, 1}});
  EXPECT_EQ(run({there, clock, kBound, ApplicationId{1}}), 5);
  EXPECT_THAT(there.calls, ElementsAre("1 event of 1"));
  PreparedTables gone({{5, 1}});
  EXPECT_EQ(run({gone, clock, kBound, ApplicationId{9}}), 5);
  EXPECT_THAT(gone.calls, ElementsAre("9 "));
}

}  // namespace
}  // namespace push::store
