// Changes of accounts where several nodes share a database.
#include <gtest/gtest.h>

#include <vector>

#include "delivery/follower_fixture.hpp"
#include "push/api/accounts.hpp"
#include "support/await.hpp"

namespace push::api {
namespace {

struct AccountsOfNodes : testing::Test {
  AccountsOfNodes() {
    node.store.add_user(1, "u", "", false);
    node.online(core::UserId{1});
  }

  delivery::SharedDatabase database;
  delivery::FollowingNode node{database, "here", delivery::kStill};
  auth::Authenticator authenticator{node.store, {}, node.registry};
  Accounts accounts{node.store, authenticator, node.publisher};
};

TEST_F(AccountsOfNodes, AClientIsDeletedWhenTheOtherNodesHaveSeenThatItExpired) {
  const core::WallTime now = core::wall_now();
  node.store.add_client(1, 1, "Cone").expires_at = now - Accounts::kOthersLook + std::chrono::seconds(1);
  node.store.add_client(2, 1, "Ctwo").expires_at = now - Accounts::kOthersLook;
  const auto deleted = accounts.delete_expired_clients(now, [](const auto& expired) {
    EXPECT_EQ(expired.size(), 2U) << "its streams here are in use at once";
    return std::vector<core::ClientId>();
  });
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*deleted, 1U);
  ASSERT_EQ(node.store.clients.size(), 1U);
  EXPECT_EQ(node.store.clients[0].id, core::ClientId{1});
}

TEST_F(AccountsOfNodes, DevicesHearOfAChangeFromTheLogAndOnce) {
  const auto stored = test::await(accounts, &Accounts::create_application,
                                  store::NewApplication{core::UserId{1}, "Aone", "one", "", 0, ""});
  ASSERT_TRUE(stored);
  EXPECT_TRUE(node.streams.given().empty());
  accounts.on_change({model::AccountChange::Kind::application_added, core::UserId{1}, {}, stored->id});
  ASSERT_EQ(node.streams.given().size(), 1U);
  EXPECT_EQ(node.streams.given()[0].json(), R"({"event":"application","id":1,"change":"added"})");
}

}  // namespace
}  // namespace push::api
