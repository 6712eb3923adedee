// What every store does with clients.
#include <gmock/gmock.h>

#include <chrono>
#include <limits>

#include "store/contract.hpp"

namespace push::store {
namespace {

using core::Conflict;
using core::ErrorCode;
using std::chrono::hours;
using std::chrono::seconds;

class ClientContract : public ContractTest {
 protected:
  void SetUp() override {
    ContractTest::SetUp();
    alice = user("alice");
    bob = user("bob");
    phone = client(alice, "C1", 0);
  }

  // Uses the client and waits until that is written.
  void use(core::ClientId id, core::WallTime at) {
    ASSERT_TRUE(store->touch_clients({id}, at));
    ASSERT_TRUE(test::await(*store, &Store::set_password, alice, "a change behind it"));
  }

  void expect_every_change_refused(core::UserId owner, core::ClientId id) {
    const std::string gone = "client does not exist";
    expect_failure(test::await(*store, &Store::update_client, owner, id, ClientChange{"stolen", 5}),
                   ErrorCode::not_found, gone);
    expect_failure(test::await(*store, &Store::elevate_client, owner, id, core::wall_now()), ErrorCode::not_found,
                   gone);
    expect_failure(test::await(*store, &Store::delete_client, owner, id), ErrorCode::not_found, gone);
  }

  core::UserId alice{};
  core::UserId bob{};
  core::ClientId phone{};
};

TEST_P(ClientContract, NothingIsCreatedForAMissingUser) {
  const auto application =
      test::await(*store, &Store::create_application, NewApplication{core::UserId{99}, "A1", "x", "", 0, ""});
  ASSERT_FALSE(application);
  EXPECT_EQ(application.error().code, ErrorCode::not_found);
  const auto client = test::await(*store, &Store::create_client, NewClient{core::UserId{99}, "C1", "x", 0});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().code, ErrorCode::not_found);
}

TEST_P(ClientContract, AClientIsFoundByIdAndByToken) {
  const auto owner = user("carol");
  const auto created = test::await(*store, &Store::create_client, NewClient{owner, "Ctoken", "phone", 60});
  ASSERT_TRUE(created);
  EXPECT_EQ(created->expires_at, created->created_at + std::chrono::seconds(60));
  const auto found = store->find_client_by_token("Ctoken");
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->id, created->id);
  EXPECT_EQ((*found)->user, owner);
  EXPECT_EQ((*found)->name, "phone");
  EXPECT_EQ((*found)->created_at, created->created_at);
  EXPECT_EQ((*found)->expires_after_inactivity_seconds, 60U);
  EXPECT_EQ((*found)->expires_at, created->expires_at);
  EXPECT_FALSE((*found)->last_used);
  EXPECT_FALSE((*found)->elevated_until);
  EXPECT_TRUE(*store->find_client(created->id));
  EXPECT_FALSE(*store->find_client_by_token("nope"));
}

TEST_P(ClientContract, AnExpiryPastTheEndOfTimeIsNever) {
  const auto owner = user("carol");
  const auto client = test::await(*store, &Store::create_client, NewClient{owner, "C9", "x", std::uint64_t{1} << 62U});
  ASSERT_TRUE(client);
  EXPECT_FALSE(client->expires_at);
  EXPECT_EQ((*store->find_client(client->id))->expires_after_inactivity_seconds, std::uint64_t{1} << 62U);
  EXPECT_FALSE(test::await(*store, &Store::create_client, NewClient{owner, "C2", "x", std::uint64_t{1} << 63U}));
}

TEST_P(ClientContract, AnElevationIsStoredWithANewClientAndByAChange) {
  const auto until = now() + hours(1);
  const auto created = test::await(*store, &Store::create_client, NewClient{alice, "C2", "browser", 0, until});
  ASSERT_TRUE(created);
  EXPECT_EQ(created->elevated_until, until);
  EXPECT_EQ(stored(created->id).elevated_until, until);
  ASSERT_TRUE(test::await(*store, &Store::elevate_client, alice, phone, until + hours(1)));
  EXPECT_EQ(stored(phone).elevated_until, until + hours(1));
  ASSERT_TRUE(test::await(*store, &Store::elevate_client, alice, phone, std::nullopt));
  EXPECT_FALSE(stored(phone).elevated_until);
  EXPECT_EQ(stored(created->id).elevated_until, until);
}

TEST_P(ClientContract, AChangeOfTheNameKeepsTheExpiry) {
  const auto tablet = client(alice, "C2", 600);
  const auto before = stored(tablet);
  const auto updated = test::await(*store, &Store::update_client, alice, tablet, ClientChange{"tablet", std::nullopt});
  ASSERT_TRUE(updated) << updated.error().text;
  for (const auto& seen : {*updated, stored(tablet)}) {
    EXPECT_EQ(seen.name, "tablet");
    EXPECT_EQ(seen.expires_after_inactivity_seconds, 600U);
    EXPECT_EQ(seen.expires_at, before.expires_at);
    EXPECT_EQ(seen.token, "C2");
  }
}

TEST_P(ClientContract, AForeignOrMissingClientIsNotFoundAndStays) {
  expect_every_change_refused(bob, phone);
  expect_every_change_refused(alice, core::ClientId{99});
  EXPECT_EQ(stored(phone).name, "name of C1");
  EXPECT_FALSE(stored(phone).elevated_until);
}

TEST_P(ClientContract, ADeletedClientIsGoneAndNoOther) {
  const auto tablet = client(alice, "C2", 0);
  ASSERT_TRUE(test::await(*store, &Store::delete_client, alice, phone));
  EXPECT_FALSE(*store->find_client_by_token("C1"));
  EXPECT_EQ(stored(tablet).token, "C2");
  expect_failure(test::await(*store, &Store::delete_client, alice, phone), ErrorCode::not_found,
                 "client does not exist");
}

TEST_P(ClientContract, ATokenIsUnique) {
  expect_failure(test::await(*store, &Store::create_client, NewClient{bob, "C1", "x", 0}), Conflict::token,
                 "client token is not unique");
  EXPECT_TRUE(clients_of(bob)->empty());
}

TEST_P(ClientContract, AChangedExpiryCountsFromTheLastUseOrTheCreation) {
  auto updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 3600});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->expires_at, updated->created_at + seconds(3600));
  EXPECT_EQ(stored(phone).expires_at, updated->expires_at);
  const auto at = now() + hours(1);
  use(phone, at);
  updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 60});
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->expires_at, at + seconds(60));
  updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", 0});
  ASSERT_TRUE(updated);
  EXPECT_FALSE(updated->expires_at);
  EXPECT_FALSE(stored(phone).expires_at);
}

TEST_P(ClientContract, AnExpiryBeyondTheLastTimeIsNeverAndBeyondTheColumnIsRefused) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto updated = test::await(*store, &Store::update_client, alice, phone, ClientChange{"phone", kLargest});
  ASSERT_TRUE(updated) << updated.error().text;
  EXPECT_FALSE(updated->expires_at);
  EXPECT_EQ(stored(phone).expires_after_inactivity_seconds, kLargest);
  const auto refused = test::await(*store, &Store::update_client, alice, phone, ClientChange{"renamed", kLargest + 1});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid);
  EXPECT_EQ(stored(phone).name, "phone");
}

TEST_P(ClientContract, AnExpiredClientIsInvisibleAndGoneForEveryChange) {
  const auto expired = client(alice, "C2", 60);
  const auto later = client(alice, "C3", 7200);
  ahead = hours(1);
  EXPECT_FALSE(*store->find_client(expired));
  EXPECT_FALSE(*store->find_client_by_token("C2"));
  const auto clients = clients_of(alice);
  ASSERT_EQ(clients->size(), 2U);
  EXPECT_EQ((*clients)[0].id, phone);
  EXPECT_EQ((*clients)[1].id, later);
  expect_every_change_refused(alice, expired);
  use(expired, core::wall_now() + hours(2));
  EXPECT_TRUE(*store->find_client(expired)) << "it is in use";
}

TEST_P(ClientContract, WhateverHasExpiredIsDeletedAndNothingElse) {
  const auto now = core::wall_now() + hours(1);
  EXPECT_TRUE(delete_expired(now)->empty());
  const auto expired = client(alice, "C2", 60);
  const auto later = client(bob, "C3", 7200);
  EXPECT_TRUE(delete_expired(core::wall_now())->empty());
  const auto due = *stored(later).expires_at;
  EXPECT_TRUE(store->delete_expired_clients({{bob, later}, {alice, phone}}, now)->empty()) << "they have not expired";
  auto deleted = delete_expired(now);
  ASSERT_TRUE(deleted) << deleted.error().text;
  ASSERT_EQ(deleted->size(), 1U);
  EXPECT_EQ(deleted->front().user, alice);
  EXPECT_EQ(deleted->front().client, expired);
  EXPECT_TRUE(delete_expired(now)->empty());
  deleted = delete_expired(due);
  ASSERT_EQ(deleted->size(), 1U) << "this very moment counts";
  EXPECT_EQ(deleted->front().client, later);
  EXPECT_TRUE(*store->find_client(phone));
}

TEST_P(ClientContract, WhatIsNotNamedIsNotDeletedThoughItHasExpired) {
  const auto now = core::wall_now() + hours(1);
  const auto held = client(alice, "C2", 60);
  const auto other = client(alice, "C3", 60);
  EXPECT_EQ(store->delete_expired_clients({{alice, other}}, now)->size(), 1U);
  EXPECT_TRUE(*store->find_client(held));
  EXPECT_FALSE(*store->find_client(other));
}

TEST_P(ClientContract, NoTimeMovesBackWhenTheClockDoes) {
  const auto tablet = client(alice, "C2", 600);
  const auto created = *stored(tablet).expires_at;
  use(tablet, core::wall_now() - hours(1));
  EXPECT_EQ(stored(tablet).expires_at, created);
  const auto at = now() + hours(1);
  use(tablet, at);
  use(tablet, at - hours(24 * 365));
  EXPECT_EQ(stored(tablet).last_used, at);
  EXPECT_EQ(stored(tablet).expires_at, at + seconds(600));
  use(tablet, at + hours(1));
  EXPECT_EQ(stored(tablet).last_used, at + hours(1));
}

TEST_P(ClientContract, AUseIsItsLastUseAndMovesTheExpiry) {
  const auto tablet = client(alice, "C2", 600);
  const auto at = now() + hours(1);
  ASSERT_TRUE(store->touch_clients({phone, tablet, core::ClientId{99}}, at));
  store->drain();
  EXPECT_EQ(stored(phone).last_used, at);
  EXPECT_FALSE(stored(phone).expires_at);
  EXPECT_EQ(stored(tablet).last_used, at);
  EXPECT_EQ(stored(tablet).expires_at, at + seconds(600));
  EXPECT_FALSE(store->touch_clients({phone}, at)) << "after the end";
}

INSTANTIATE_TEST_SUITE_P(Every, ClientContract, every_store(), name_of_store);

}  // namespace
}  // namespace push::store
