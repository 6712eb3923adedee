// A message reaches every subscriber of its user once, in order, and no one else.
#include <gtest/gtest.h>

#include <algorithm>

#include "support/gotify.hpp"
#include "support/server_process.hpp"
#include "support/stream_crowd.hpp"

namespace push::support {
namespace {

constexpr std::size_t kUsers = 5;
constexpr std::size_t kClients = 4;       // of one user
constexpr std::size_t kConnections = 50;  // of one client
constexpr std::size_t kSubscribers = kUsers * kClients * kConnections;
constexpr std::size_t kMessages = 12;  // to one user

struct Party {
  Account account;
  std::vector<Created> applications;
  std::vector<std::string> posted;  // as answered, in the order of posting
  std::size_t first = 0;            // of this user's subscribers in the crowd
};

class Delivery : public testing::Test {
 protected:
  void SetUp() override {
    server_.start();
    ASSERT_EQ(server_.stop(), 0);
    std::vector<Account> accounts = seed_users(server_, kUsers - 1);
    accounts.push_back(admin());
    server_.start();
    for (const Account& account : accounts) parties_.push_back(enter(account));
    ASSERT_EQ(crowd_.size(), kSubscribers);
  }

  Party enter(const Account& account) {
    HttpClient http = server_.http(account.basic());
    Party party{account, {}, {}, crowd_.size()};
    party.applications.push_back(create_application(http, "first of " + account.name));
    party.applications.push_back(create_application(http, "second of " + account.name));
    for (std::size_t i = 0; i < kClients; ++i) {
      crowd_.join(server_.address(), create_client(http, "client").key(), kConnections);
    }
    return party;
  }

  // One message to every user in turn, so that the users' messages interleave.
  void post_to_everybody() {
    for (std::size_t i = 0; i < kMessages; ++i) {
      for (Party& party : parties_) {
        HttpClient http = server_.http(party.applications[i % 2].key());
        party.posted.push_back(post_message(http, "number " + std::to_string(i) + " for " + party.account.name));
      }
      // The default queue holds 5: a crowd on a busy machine is given the time to read.
      ASSERT_TRUE(crowd_.wait_for_messages_each(i + 1));
    }
  }

  ServerProcess server_;
  StreamCrowd crowd_;
  std::vector<Party> parties_;
};

TEST_F(Delivery, EverySubscriberOfAThousandGetsItsUsersMessagesAndNoOthers) {
  EXPECT_EQ(server_.metric("push_stream_connections"), kSubscribers);
  EXPECT_EQ(server_.metric("push_online_users"), kUsers);
  post_to_everybody();
  // After the server's end nothing more can arrive: what is there then is all there is.
  EXPECT_EQ(server_.stop(), 0);
  ASSERT_TRUE(crowd_.wait_for_ends(kSubscribers));

  const auto everybody = crowd_.everybody();
  for (const Party& party : parties_) {
    std::vector<std::string> expected;
    for (const std::string& message : party.posted) expected.push_back(message + "\n");
    ASSERT_EQ(expected.size(), kMessages);
    const auto ids = ids_of(expected);
    EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
    for (std::size_t i = party.first; i < party.first + kClients * kConnections; ++i) {
      ASSERT_EQ(everybody[i].messages, expected) << "subscriber " << i << " of " << party.account.name;
      ASSERT_EQ(everybody[i].wrong, "") << "subscriber " << i;
      ASSERT_FALSE(everybody[i].close_frame) << "subscriber " << i;
    }
  }
}

TEST_F(Delivery, NothingOfThePastIsSentToWhoComesLater) {
  Party& party = parties_.front();
  HttpClient http = server_.http(party.applications[0].key());
  post_message(http, "before");
  ASSERT_TRUE(crowd_.wait_for_messages(kClients * kConnections));
  StreamClient late = server_.stream(party.account.basic());
  const std::string after = post_message(http, "after");
  EXPECT_EQ(late.next_message(), after + "\n");
}

}  // namespace
}  // namespace push::support
