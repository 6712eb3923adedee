// What every store does with messages.
#include <gmock/gmock.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "push/store/feed.hpp"
#include "store/contract.hpp"

namespace push::store {
namespace {

using core::ErrorCode;
using ::testing::ElementsAre;

using MessageContract = ContractTest;

class PageContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    bob = user("bob");
    one = application(alice, "A1");
    two = application(alice, "A2");
    empty = application(alice, "A3");
    other = application(bob, "B1");
    // ids 1..9: one two other one two other one two other
    for (int i = 0; i < 3; ++i) {
      for (const auto app : {one, two, other}) append_id(app, "m");
    }
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ApplicationId one{};
  core::ApplicationId two{};
  core::ApplicationId empty{};
  core::ApplicationId other{};
};

TEST_P(MessageContract, AMessageComesBackAsItWasStored) {
  const auto app = application(user("alice"), "A1");
  NewMessage message = text(app, "\"quoted\" \u2028");
  message.title = "t \u2028";
  message.priority = -9223372036854775807 - 1;
  message.extras = R"({"client::display":{"contentType":"text/markdown"}})";
  message.date = *core::parse_time("2026-11-22T10:53:10.381570Z");
  const core::Result<model::Message> stored = append(message);
  ASSERT_TRUE(stored);
  const auto found = listed(app, {});
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  for (const model::Message& each : {*stored, found->front()}) {
    EXPECT_EQ(core::value(each.id), 1U);
    EXPECT_EQ(each.application, app);
    EXPECT_EQ(each.message, message.message);
    EXPECT_EQ(each.title, message.title);
    EXPECT_EQ(each.priority, message.priority);
    EXPECT_EQ(each.extras, message.extras);
    EXPECT_EQ(each.date, message.date);
  }
}

TEST_P(MessageContract, AMessageForAMissingApplicationStoresNothing) {
  const auto app = application(user("alice"), "A1");
  const auto refused = append(text(core::ApplicationId{99}, "lost"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::not_found);
  EXPECT_EQ(core::value(append_id(app, "kept")), 1U);
}

TEST_P(MessageContract, DeletingAMessageNeedsItsOwner) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto app = application(alice, "A1");
  const auto id = append_id(app, "m");
  for (const auto& [who, what] : {std::pair{bob, id}, std::pair{alice, core::MessageId{99}}}) {
    const auto refused = test::await(*store, &Store::delete_message, who, what);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::not_found);
    EXPECT_EQ(refused.error().text, "message does not exist");
  }
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(1));
  EXPECT_TRUE(test::await(*store, &Store::delete_message, alice, id));
  EXPECT_FALSE(test::await(*store, &Store::delete_message, alice, id));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre());
}

TEST_P(MessageContract, DeletingMessagesLeavesThoseOfOthers) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  const auto other = application(bob, "B1");
  for (const auto app : {one, two, other, one, two}) append_id(app, "m");
  ASSERT_TRUE(purge(*store, one));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(5, 2));
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre());
  EXPECT_THAT(ids(listed(bob, {})), ElementsAre(3));
  EXPECT_TRUE(purge(*store, alice)) << "also when there are none";
}

TEST_P(MessageContract, APurgeStopsAtItsUpperEnd) {
  const auto alice = user("alice");
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  const auto other = application(user("bob"), "B1");
  for (const auto app : {one, two, other, one, two, one}) append_id(app, "m");
  ASSERT_TRUE(purge(*store, one, core::MessageId{4}));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(6, 5, 2));
  ASSERT_TRUE(purge(*store, alice, core::MessageId{0}));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(6, 5, 2));
  ASSERT_TRUE(purge(*store, alice, core::MessageId{5}));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(6));
  EXPECT_EQ(ids(listed(other, {})).size(), 1U);
  ASSERT_TRUE(purge(*store, alice, core::MessageId{std::numeric_limits<std::uint64_t>::max()}));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre());
}

TEST_P(MessageContract, ListedMessagesAreDeletedIfTheyAreTheUsers) {
  const auto alice = user("alice");
  const auto bob = user("bob");
  const auto one = application(alice, "A1");
  const auto two = application(alice, "A2");
  const auto other = application(bob, "B1");
  for (const auto app : {one, two, other, one, two}) append_id(app, "m");
  const auto remove = [this](core::UserId who, std::vector<core::MessageId> which) {
    const auto deleted = test::await(*store, &Store::delete_listed, who, std::move(which));
    EXPECT_TRUE(deleted) << deleted.error().text;
    return deleted ? *deleted : 99;
  };
  constexpr core::MessageId kNone{std::numeric_limits<std::uint64_t>::max()};
  EXPECT_EQ(remove(alice, {core::MessageId{5}, core::MessageId{1}, core::MessageId{3}, core::MessageId{5}, kNone}), 2U);
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(4, 2));
  EXPECT_THAT(ids(listed(bob, {})), ElementsAre(3));
  EXPECT_EQ(remove(alice, {core::MessageId{5}, core::MessageId{3}}), 0U);
  EXPECT_EQ(remove(bob, {core::MessageId{3}}), 1U);
}

TEST_P(MessageContract, TheDatabaseHasASizeAndNoOtherServers) {
  const auto bytes = store->disk_bytes();
  ASSERT_TRUE(bytes) << bytes.error().text;
  EXPECT_GE(*bytes, 4096U);
  const auto nodes = store->list_nodes();
  ASSERT_TRUE(nodes) << nodes.error().text;
  EXPECT_TRUE(nodes->empty());
}

TEST_P(MessageContract, AfterDrainFindsWorkAndChangesAreRefused) {
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  append_id(app, "m");
  store->drain();
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(1));
  EXPECT_TRUE(store->ping());
  const auto refused = append(text(app, "late"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_FALSE(test::await(*store, &Store::create_user, NewUser{"late", "", false}));
  store->drain();
}

TEST_P(MessageContract, IdsAreNotUsedAgain) {
  const auto alice = user("alice");
  const auto app = application(alice, "A1");
  for (int i = 0; i < 5; ++i) append_id(app, "m");
  ASSERT_TRUE(purge(*store, alice));
  EXPECT_EQ(core::value(append_id(app, "m")), 6U);
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{6}));
  EXPECT_EQ(core::value(append_id(app, "m")), 7U);
}

TEST_P(MessageContract, MessagesOfAnApplicationKeepTheirOrder) {
  const auto alice = user("alice");
  const core::ApplicationId missing{99};  // only its messages fail
  std::map<core::ApplicationId, std::vector<std::string>> sent;
  std::map<core::ApplicationId, std::vector<std::string>> answered;
  const core::ApplicationId to[] = {application(alice, "A1"), application(alice, "A2"), missing};
  for (int i = 0; i < 3000; ++i) {
    const auto app = to[i % 10 == 0 ? 2 : i % 2];
    const std::string message = std::to_string(i);
    sent[app].push_back(app == missing ? message + " application does not exist" : message);
    ASSERT_TRUE(store->append(text(app, message), [&, app, message](const core::Result<model::Message>& stored) {
      answered[app].push_back(stored ? stored->message : message + " " + stored.error().text);
    }));
  }
  store->drain();
  EXPECT_EQ(answered, sent);
  EXPECT_EQ(ids(listed(alice, {.since = 0, .limit = 5000})).size(), 2700U);
}

TEST_P(PageContract, AUserSeesAllOfItsApplicationsNewestFirst) {
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(8, 7, 5, 4, 2, 1));
  EXPECT_THAT(ids(listed(bob, {})), ElementsAre(9, 6, 3));
  EXPECT_THAT(ids(listed(core::UserId{99}, {})), ElementsAre());
}

TEST_P(PageContract, SinceIsExclusiveAndTheLimitHolds) {
  EXPECT_THAT(ids(listed(alice, {.since = 0, .limit = 2})), ElementsAre(8, 7));
  EXPECT_THAT(ids(listed(alice, {.since = 7, .limit = 2})), ElementsAre(5, 4));
  EXPECT_THAT(ids(listed(alice, {.since = 4, .limit = 3})), ElementsAre(2, 1));
  EXPECT_THAT(ids(listed(alice, {.since = 1, .limit = 3})), ElementsAre());
  EXPECT_THAT(ids(listed(alice, {.since = 6, .limit = 1})), ElementsAre(5)) << "an id of another user";
  EXPECT_THAT(ids(listed(alice, {.since = 0, .limit = 0})), ElementsAre());
}

TEST_P(PageContract, AnySinceIsUnderstood) {
  const auto most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THAT(ids(listed(alice, {.since = most, .limit = most})), ElementsAre(8, 7, 5, 4, 2, 1));
  EXPECT_THAT(ids(listed(one, {.since = most, .limit = most})), ElementsAre(7, 4, 1));
}

TEST_P(PageContract, AnApplicationsMessagesNewestFirst) {
  EXPECT_THAT(ids(listed(one, {})), ElementsAre(7, 4, 1));
  EXPECT_THAT(ids(listed(two, {.since = 8, .limit = 1})), ElementsAre(5));
  EXPECT_THAT(ids(listed(empty, {})), ElementsAre());
  EXPECT_THAT(ids(listed(core::ApplicationId{99}, {})), ElementsAre());
}

TEST_P(PageContract, AUserWithManyApplicationsGetsOneMergedPage) {
  std::vector<core::ApplicationId> apps;
  for (int i = 0; i < 50; ++i) apps.push_back(application(bob, "many" + std::to_string(i)));
  std::vector<std::uint64_t> expected;
  for (std::size_t i = 0; i < 200; ++i) {
    expected.insert(expected.begin(), core::value(append_id(apps[(i * 7) % apps.size()], "m")));
  }
  expected.resize(120);
  EXPECT_EQ(ids(listed(bob, {.since = 0, .limit = 120})), expected);
}

TEST_P(PageContract, AMessageIsFoundByItsId) {
  const auto found = store->find_message(core::MessageId{4});
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, core::MessageId{4});
  EXPECT_EQ((*found)->application, one);
  EXPECT_EQ((*found)->message, "m");
  EXPECT_FALSE(*store->find_message(core::MessageId{99}));
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, core::MessageId{4}));
  EXPECT_FALSE(*store->find_message(core::MessageId{4}));
}

TEST_P(PageContract, WhatFollowsACursorRises) {
  const auto after = [&](std::uint64_t id, std::size_t limit) {
    return ids(listed_after(alice, core::MessageId{id}, limit));
  };
  EXPECT_THAT(after(0, 100), ElementsAre(1, 2, 4, 5, 7, 8));
  EXPECT_THAT(after(2, 3), ElementsAre(4, 5, 7)) << "exclusive";
  EXPECT_THAT(after(3, 1), ElementsAre(4)) << "an id of another user";
  EXPECT_THAT(after(7, 2), ElementsAre(8));
  EXPECT_THAT(after(8, 2), ElementsAre());
  const auto greatest = std::numeric_limits<std::uint64_t>::max();
  EXPECT_THAT(after(greatest, 100), ElementsAre());
  EXPECT_THAT(after(greatest / 2, 100), ElementsAre());
  EXPECT_THAT(after(0, std::numeric_limits<std::size_t>::max()), ElementsAre(1, 2, 4, 5, 7, 8));
  EXPECT_THAT(ids(listed_after(core::UserId{99}, {}, 100)), ElementsAre());
}

TEST_P(PageContract, WhatFollowsACursorIsMergedOfManyApplications) {
  std::vector<core::ApplicationId> apps;
  for (int i = 0; i < 50; ++i) apps.push_back(application(bob, "many" + std::to_string(i)));
  std::vector<std::uint64_t> expected;
  for (std::size_t i = 0; i < 200; ++i) expected.push_back(core::value(append_id(apps[(i * 7) % apps.size()], "m")));
  EXPECT_EQ(ids(listed_after(bob, core::MessageId{9}, 1000)), expected);
  expected.resize(120);
  EXPECT_EQ(ids(listed_after(bob, core::MessageId{9}, 120)), expected);
}

TEST_P(PageContract, WhatFollowsACursorIsCounted) {
  const auto count = [&](core::UserId owner, std::uint64_t after, std::uint64_t most) {
    const auto counted = store->count_messages_after(owner, core::MessageId{after}, most);
    EXPECT_TRUE(counted);
    return counted ? *counted : 0;
  };
  EXPECT_EQ(count(alice, 0, 100), 6U);
  EXPECT_EQ(count(alice, 2, 100), 4U);
  EXPECT_EQ(count(alice, 2, 3), 3U) << "no further than asked";
  EXPECT_EQ(count(alice, 8, 100), 0U);
  EXPECT_EQ(count(alice, std::numeric_limits<std::uint64_t>::max(), 100), 0U);
  EXPECT_EQ(count(core::UserId{99}, 0, 100), 0U);
}

TEST_P(PageContract, TheNewestMessageIsKnownEvenAfterItsDeletion) {
  const auto newest = [&] { return core::value(store->newest_message().value()); };
  const std::uint64_t before = newest();
  const core::MessageId last = append_id(one, "last");
  EXPECT_EQ(core::value(last), before + 1);
  EXPECT_EQ(newest(), core::value(last));
  ASSERT_TRUE(test::await(*store, &Store::delete_message, alice, last));
  EXPECT_EQ(newest(), core::value(last));
}

TEST_P(PageContract, IsReadNoFurtherThanItIsTaken) {
  const auto first_two = [this](auto owner) {
    std::vector<std::uint64_t> taken;
    const auto read = store->list_messages(owner, {}, [&taken](const model::Message& message) {
      taken.push_back(core::value(message.id));
      return taken.size() < 2;
    });
    EXPECT_TRUE(read);
    return taken;
  };
  EXPECT_THAT(first_two(alice), ElementsAre(8, 7));
  EXPECT_THAT(first_two(one), ElementsAre(7, 4));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(8, 7, 5, 4, 2, 1)) << "the reader is as good as new";
}

TEST_P(PageContract, MessagesOfADeletedApplicationAreInvisible) {
  ASSERT_TRUE(test::await(*store, &Store::delete_application, alice, one));
  EXPECT_THAT(ids(listed(alice, {})), ElementsAre(8, 5, 2));
  EXPECT_THAT(ids(listed_after(alice, {}, 100)), ElementsAre(2, 5, 8));
  EXPECT_THAT(ids(listed(one, {})), ElementsAre());
  EXPECT_FALSE(*store->find_message(core::MessageId{7}));
  EXPECT_FALSE(test::await(*store, &Store::delete_message, alice, core::MessageId{7}));
}

INSTANTIATE_TEST_SUITE_P(Every, PageContract, every_store(), name_of_store);
INSTANTIATE_TEST_SUITE_P(Every, MessageContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
