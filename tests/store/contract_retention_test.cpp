// How every store deletes messages that are too old or too many.
#include <gmock/gmock.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "store/contract.hpp"
#include "support/wait.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using support::eventually;
using ::testing::ElementsAre;

class RetentionContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    bob = user("bob");
    app = application(alice, "A1");
    other = application(bob, "B1");
  }

  void keep(core::ApplicationId id, Retention rule) {
    const auto set = test::await(*store, &Store::set_retention, id == other ? bob : alice, id, rule);
    EXPECT_TRUE(set) << set.error().text;
  }
  core::MessageId append_aged(core::ApplicationId id, std::chrono::nanoseconds age) {
    NewMessage message = text(id, "m");
    message.date = core::wall_now() - age;
    const auto stored = append(std::move(message));
    EXPECT_TRUE(stored);
    return stored ? stored->id : core::MessageId{};
  }
  bool comes_to(core::ApplicationId id, const std::vector<std::uint64_t>& wanted) {
    return eventually([&] { return ids(listed(id, {})) == wanted; });
  }
  std::uint64_t floor(core::UserId id) {
    const auto found = store->retention_floor(id);
    EXPECT_TRUE(found);
    return found ? core::value(*found) : 0;
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId app{};
  core::ApplicationId other{};
};

// Of the newest two messages, and what is at most three days old.
class ConfiguredRetentionContract : public RetentionContract {
 protected:
  ConfiguredRetentionContract() { configured = {.days = 3, .count = 2}; }
};

constexpr std::chrono::hours kDay{24};

TEST_P(RetentionContract, WithoutARuleEverythingIsKept) {
  append_aged(app, 3000 * kDay);
  for (int i = 0; i < 5; ++i) append_id(app, "m");
  EXPECT_EQ(*store->find_retention(app), Retention());
  keep(app, {.days = 0, .count = 0});
  EXPECT_EQ(*store->find_retention(app), (Retention{.days = 0, .count = 0}));
  keep(other, {.days = 1, .count = {}});  // looked at after the first one
  append_aged(other, 2 * kDay);
  keep(other, {.days = {}, .count = 1});
  append_id(other, "m");
  ASSERT_TRUE(comes_to(other, {8}));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(6, 5, 4, 3, 2, 1));
  EXPECT_EQ(floor(alice), 0U);
}

TEST_P(RetentionContract, ARuleIsFoundAsItWasSetAndForgotten) {
  keep(app, {.days = 7, .count = {}});
  EXPECT_EQ(*store->find_retention(app), (Retention{.days = 7, .count = {}}));
  keep(app, {.days = {}, .count = 0});
  EXPECT_EQ(*store->find_retention(app), (Retention{.days = {}, .count = 0}));
  keep(app, {.days = kMaxRetentionDays, .count = kMaxRetentionCount});
  EXPECT_EQ(*store->find_retention(app), (Retention{.days = kMaxRetentionDays, .count = kMaxRetentionCount}));
  keep(app, {});
  EXPECT_EQ(*store->find_retention(app), Retention());
  EXPECT_EQ(*store->find_retention(core::ApplicationId{99}), Retention());
}

TEST_P(RetentionContract, ARuleNeedsItsOwnerAndARange) {
  const Retention rule{.days = 7, .count = {}};
  for (const auto& [who, what] : {std::pair{bob, app}, std::pair{alice, core::ApplicationId{99}}}) {
    expect_failure(test::await(*store, &Store::set_retention, who, what, rule), ErrorCode::not_found,
                   "application does not exist");
  }
  expect_failure(
      test::await(*store, &Store::set_retention, alice, app, Retention{.days = kMaxRetentionDays + 1, .count = {}}),
      ErrorCode::invalid, "days is out of range");
  expect_failure(
      test::await(*store, &Store::set_retention, alice, app, Retention{.days = {}, .count = kMaxRetentionCount + 1}),
      ErrorCode::invalid, "count is out of range");
  EXPECT_EQ(*store->find_retention(app), Retention());
}

TEST_P(RetentionContract, WhatIsTooOldGoesAndRaisesTheFloorOfItsOwner) {
  append_aged(app, 8 * kDay);                            // 1
  append_aged(other, 8 * kDay);                          // 2
  append_aged(app, 7 * kDay + std::chrono::minutes(1));  // 3
  append_aged(app, 7 * kDay - std::chrono::minutes(1));  // 4
  append_id(app, "new");                                 // 5
  keep(app, {.days = 7, .count = {}});
  ASSERT_TRUE(comes_to(app, {5, 4}));
  EXPECT_TRUE(eventually([&] { return floor(alice) == 3; }));
  EXPECT_THAT(ids(listed(other, {})), ElementsAre(2)) << "it has no rule";
  EXPECT_EQ(floor(bob), 0U);
  EXPECT_EQ(floor(core::UserId{99}), 0U);
}

TEST_P(RetentionContract, MessagesAgeWhileTheStoreIsOpen) {
  append_id(app, "first");
  keep(app, {.days = 1, .count = {}});
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(1));
  ahead = kDay - std::chrono::minutes(1);
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(1));
  ahead = kDay + std::chrono::seconds(1);
  EXPECT_TRUE(comes_to(app, {}));
}

TEST_P(RetentionContract, OnlyTheNewestAreKept) {
  for (int i = 0; i < 5; ++i) append_id(app, "m");
  append_id(other, "m");
  keep(app, {.days = {}, .count = 3});
  ASSERT_TRUE(comes_to(app, {5, 4, 3}));
  EXPECT_TRUE(eventually([&] { return floor(alice) == 2; }));
  append_id(app, "m");
  append_id(app, "m");
  ASSERT_TRUE(comes_to(app, {8, 7, 5}));
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{7}));
  append_id(app, "m");
  EXPECT_TRUE(comes_to(app, {9, 8, 5})) << "what its user deleted is not kept in its place";
  EXPECT_EQ(floor(alice), 4U) << "nor does it count";
}

TEST_P(RetentionContract, OneAfterAnotherByBothRules) {
  append_aged(app, 3 * kDay);  // 1
  for (int i = 0; i < 4; ++i) append_id(app, "m");
  keep(app, {.days = 2, .count = 100});
  ASSERT_TRUE(comes_to(app, {5, 4, 3, 2}));
  keep(app, {.days = 2, .count = 1});
  ASSERT_TRUE(comes_to(app, {5}));
  EXPECT_TRUE(eventually([&] { return floor(alice) == 4; }));
}

// Somebody who has the messages and follows the events has what the store has.
TEST_P(RetentionContract, EventsSayWhatWasDeleted) {
  for (const int days : {9, 2, 8, 0, 7, 0}) append_aged(app, days * kDay);  // 1 to 6, not in the order of their ages
  append_id(other, "m");                                                    // 7
  std::set<core::MessageId> copy;
  for (const std::uint64_t id : ids(listed(alice, {}))) copy.insert(core::MessageId{id});
  keep(app, {.days = 5, .count = {}});
  ASSERT_TRUE(comes_to(app, {6, 4, 2}));
  keep(app, {.days = {}, .count = 1});
  ASSERT_TRUE(comes_to(app, {6}));
  const auto log = [this] { return store->events_after(alice, {}, 100); };
  ASSERT_TRUE(eventually([&] {
    const auto page = log();
    return page && !page->events.empty() && page->events.back().up_to == core::MessageId{4};
  }));
  const auto page = log();
  for (const model::Event& event : page->events) {
    EXPECT_EQ(event.kind, model::Event::Kind::deleted);
    for (const core::MessageId id : event.ids) copy.erase(id);
    if (!event.ids.empty()) continue;
    EXPECT_EQ(event.application, app);
    copy.erase(copy.begin(), copy.upper_bound(event.up_to));
  }
  EXPECT_THAT(copy, ElementsAre(core::MessageId{6}));
  EXPECT_TRUE(store->events_after(bob, {}, 100)->events.empty());
}

TEST_P(RetentionContract, ReadMarksGoWithTheirMessages) {
  for (int i = 0; i < 3; ++i) append_id(app, "m");
  ASSERT_TRUE(test::await(*store, &Store::mark_read, alice,
                          std::vector<core::MessageId>{core::MessageId{1}, core::MessageId{3}}));
  keep(app, {.days = {}, .count = 1});
  ASSERT_TRUE(comes_to(app, {3}));
  EXPECT_THAT(store->find_read_marks(alice)->ids, ElementsAre(core::MessageId{3}));
}

TEST_P(RetentionContract, WhatUsersDeleteNeverTouchesTheFloor) {
  const auto second = application(alice, "A2");
  for (const auto id : {app, app, second}) append_id(id, "m");
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{1}));
  ASSERT_TRUE(purge(*store, app));
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, second));
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_EQ(floor(alice), 0U);
}

TEST_P(RetentionContract, ARuleGoesWithItsApplicationAndTheFloorWithItsUser) {
  const auto second = application(alice, "A2");
  keep(app, {.days = {}, .count = 1});
  keep(second, {.days = 5, .count = {}});
  for (int i = 0; i < 3; ++i) append_id(app, "m");
  ASSERT_TRUE(eventually([&] { return floor(alice) == 2; }));
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, app));
  EXPECT_EQ(*store->find_retention(app), Retention());
  EXPECT_EQ(floor(alice), 2U) << "what is gone is gone";
  ASSERT_TRUE(test::await(*store, &Store::delete_user, alice));
  EXPECT_EQ(*store->find_retention(second), Retention());
  EXPECT_EQ(floor(alice), 0U);
}

TEST_P(ConfiguredRetentionContract, HoldsForApplicationsWithoutARule) {
  for (int i = 0; i < 4; ++i) append_id(app, "m");
  ASSERT_TRUE(comes_to(app, {4, 3}));
  EXPECT_EQ(*store->find_retention(app), Retention()) << "no row of its own";
  ahead = 3 * kDay + std::chrono::seconds(1);
  ASSERT_TRUE(comes_to(app, {}));
  EXPECT_TRUE(eventually([&] { return floor(alice) == 4; }));
}

TEST_P(ConfiguredRetentionContract, ARulesOwnPartsReplaceTheConfiguredOnes) {
  keep(app, {.days = {}, .count = 0});    // all of them, for three days
  keep(other, {.days = 0, .count = {}});  // the newest two, for ever
  for (int i = 0; i < 4; ++i) {
    append_id(app, "m");
    append_id(other, "m");
  }
  ASSERT_TRUE(comes_to(other, {8, 6}));
  EXPECT_THAT(ids(listed(app, {})), ElementsAre(7, 5, 3, 1));
  ahead = 4 * kDay;
  ASSERT_TRUE(comes_to(app, {}));
  EXPECT_THAT(ids(listed(other, {})), ElementsAre(8, 6));
  keep(other, {});
  EXPECT_TRUE(comes_to(other, {})) << "as configured again";
}

INSTANTIATE_TEST_SUITE_P(EveryStore, RetentionContract, every_store(), name_of_store);
INSTANTIATE_TEST_SUITE_P(EveryStore, ConfiguredRetentionContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
