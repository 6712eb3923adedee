// What RetentionPurge asks of a store that cuts its slices as it likes.
#include "store/retention_purge.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <map>
#include <vector>

namespace push::store {
namespace {

using core::Result;
using ::testing::ElementsAre;

constexpr core::ApplicationId kApp{7};

// One application, of which messages are kept for a day. Four messages are a page, two of them a slice.
class SlicingTables final : public RetentionTables {
 public:
  Result<std::optional<OwnedRule>> find_rule(core::ApplicationId application) override {
    EXPECT_EQ(application, kApp);
    return rule;
  }
  Result<std::vector<core::ApplicationId>> applications_after(core::ApplicationId after, Which which) override {
    EXPECT_EQ(which, Which::with_a_rule);
    if (after < kApp) return std::vector{kApp};
    return std::vector<core::ApplicationId>();
  }
  Result<Posted> posted_after(core::MessageId) override { return Posted(); }
  Result<std::optional<core::MessageId>> nth_newest(core::ApplicationId, std::uint64_t) override {
    return std::optional<core::MessageId>();
  }
  Result<bool> list_ids(core::ApplicationId, core::MessageId, core::MessageId, Take) override {
    ADD_FAILURE() << "no rule counts";
    return false;
  }
  Result<bool> list_dates(core::ApplicationId, core::MessageId after, Take take) override {
    auto message = messages.upper_bound(after);
    for (int row = 0; row < 4; ++row, ++message) {
      if (message == messages.end()) return false;
      if (!take(message->first, message->second)) return true;
    }
    return true;
  }

  Result<Deleted> delete_some(const Deletion& deletion) override {
    EXPECT_EQ(deletion.application, kApp);
    EXPECT_EQ(deletion.rule, rule);
    EXPECT_EQ(deletion.time, std::chrono::microseconds(500));
    Deleted deleted;
    for (const Range& range : deletion.ranges) {
      EXPECT_LT(range.after, range.last);
      auto message = messages.upper_bound(range.after);
      while (message != messages.end() && message->first <= range.last) {
        if (deleted.messages == 2) return deleted;
        deleted.up_to = message->first;
        message = messages.erase(message);
        ++deleted.messages;
      }
      deleted.up_to = range.last;
    }
    return deleted;
  }

  const OwnedRule rule{.own = {.days = 1, .count = {}}, .owner = core::UserId{3}};
  std::map<core::MessageId, std::optional<core::WallTime>> messages;
};

TEST(RetentionPurgeTest, AStoreMayEndASliceAnywhereInTheRanges) {
  const core::WallTime now{std::chrono::hours(500'000)};
  SlicingTables tables;
  for (std::uint64_t id = 1; id <= 40; ++id) tables.messages[core::MessageId{id}] = now - std::chrono::hours(25);
  for (const std::uint64_t id : {6, 7, 9, 20, 40}) tables.messages[core::MessageId{id}] = now - std::chrono::hours(23);
  tables.messages[core::MessageId{11}] = std::nullopt;
  metrics::Registry metrics;
  const core::WallClock clock = [now] { return now; };
  RetentionPurge purge(
      tables, [] { return core::MessageId{40}; }, {}, clock, metrics);
  purge.rule_changed(kApp);  // and the survey comes to the same messages
  std::int64_t deleted = 0;
  bool finished = false;
  for (int step = 0; step < 1000 && !finished; ++step) {
    const auto progress = purge.step();
    ASSERT_TRUE(progress);
    EXPECT_LE(progress->deleted, 2);
    deleted += progress->deleted;
    finished = progress->finished;
  }
  EXPECT_TRUE(finished);
  EXPECT_EQ(deleted, 34);
  std::vector<std::uint64_t> left;
  for (const auto& [id, date] : tables.messages) left.push_back(core::value(id));
  EXPECT_THAT(left, ElementsAre(6, 7, 9, 11, 20, 40));
  EXPECT_EQ(metrics.counter("push_retention_deleted_messages_total", "").value(), 34U);
  EXPECT_GE(metrics.histogram("push_retention_slice_seconds", "").count(), 17U);
}

}  // namespace
}  // namespace push::store
