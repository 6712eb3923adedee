// For each change: what is forgotten, whose streams are closed, what they are told, and in which order.
#include "push/api/accounts.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "push/hub/hub.hpp"
#include "push/stream/courier.hpp"
#include "support/await.hpp"
#include "support/memory_store.hpp"

namespace push::api {
namespace {

using Kind = model::AccountChange::Kind;
using Log = std::vector<std::string>;

const core::UserId kFirst{1};
const core::UserId kSecond{2};
const core::ClientId kClient{1};
const core::ApplicationId kApplication{1};

// Records which streams are closed and what a user's streams are told, and whether user 1 was still remembered by then.
struct Notes final : stream::Courier {
  std::function<bool()> remembered;
  Log log;

  void note(const std::string& what) { log.push_back(what + (remembered() ? ", remembered" : ", forgotten")); }
  void deliver(hub::LoopSet, const stream::Message& message) override {
    note("tell U" + std::to_string(core::value(message.user())) + " " + std::string(message.json()));
  }
  void disconnect(hub::LoopSet, hub::Selection which) override {
    note("close U" + std::to_string(core::value(which.user)) +
         (which.client ? " C" + std::to_string(core::value(*which.client)) : ""));
  }
  std::size_t backlog() const override { return 0; }
};

// What a stream is told.
std::string told(int user, const std::string& what, int id, const std::string& change) {
  return "tell U" + std::to_string(user) + " {\"event\":\"" + what + "\",\"id\":" + std::to_string(id) +
         ",\"change\":\"" + change + "\"}";
}

std::vector<core::ClientId> not_in_use(const std::vector<store::OwnedClient>&) {
  return {};
}

class AccountsTest : public testing::Test {
 protected:
  AccountsTest() {
    notes.remembered = [this] { return remembers("Cone"); };
    store.add_user(1, "first", "", true);
    store.add_user(2, "second", "", true);
    store.add_application(1, 1, "Aone", "one");
    store.add_client(1, 1, "Cone");
    store.add_client(2, 2, "Ctwo");
    for (const core::UserId user : {kFirst, kSecond}) hub.join(user, 0);
    for (const char* token : {"Cone", "Ctwo"}) {
      EXPECT_TRUE(authenticator.authenticate(auth::Access::client, {token, false, {}}));
    }
  }
  bool remembers(const char* token) {
    return authenticator.recall(auth::Access::client, {token, false, {}}).has_value();
  }

  metrics::Registry metrics;
  test::MemoryStore store;
  auth::Authenticator authenticator{store, {}, metrics};
  hub::Hub hub{1};
  Notes notes;
  core::WorkerPool workers{1, 1};
  delivery::History history{store, workers, metrics, 10000};
  delivery::Publisher publisher{store, hub, notes, history, metrics, 64};
  Accounts accounts{store, authenticator, publisher};
};

struct AccountChange {
  const char* name;
  std::function<bool(Accounts&)> change;  // whether it was committed
  bool forgets;
  Log log;
};

const AccountChange kRows[] = {
    {"create_user",
     [](Accounts& a) {
       return test::await(a, &Accounts::create_user, store::NewUser{"third", "", false}).has_value();
     },
     false,
     {}},
    {"update_user",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_user, kFirst, store::UserChange{"renamed", false, ""}).has_value();
     },
     true,
     {}},
    {"set_password",
     [](Accounts& a) { return test::await(a, &Accounts::set_password, kFirst, "hash").has_value(); },
     true,
     {"close U1 C0, forgotten"}},
    {"update_user_and_password",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_user, kFirst, store::UserChange{"renamed", false, "hash"}).has_value();
     },
     true,
     {"close U1 C0, forgotten"}},
    {"delete_user",
     [](Accounts& a) { return test::await(a, &Accounts::delete_user, kFirst).has_value(); },
     true,
     {"close U1, forgotten"}},
    {"create_application",
     [](Accounts& a) {
       return test::await(a, &Accounts::create_application, store::NewApplication{kFirst, "Atwo", "two", "", 0, ""})
           .has_value();
     },
     false,
     {told(1, "application", 2, "added") + ", remembered"}},
    {"update_application",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_application, kFirst, kApplication,
                          store::ApplicationChange{"new", "", 0, ""})
           .has_value();
     },
     true,
     {told(1, "application", 1, "changed") + ", forgotten"}},
    {"set_application_token",
     [](Accounts& a) {
       return test::await(a, &Accounts::set_application_token, kFirst, kApplication, "Anew").has_value();
     },
     true,
     {told(1, "application", 1, "changed") + ", forgotten"}},
    {"set_application_image",
     [](Accounts& a) {
       return test::await(a, &Accounts::set_application_image, kFirst, kApplication, "x.png").has_value();
     },
     false,
     {told(1, "application", 1, "changed") + ", remembered"}},
    {"delete_application",
     [](Accounts& a) { return test::await(a, &Accounts::delete_application, kFirst, kApplication).has_value(); },
     true,
     {told(1, "application", 1, "deleted") + ", forgotten"}},
    {"create_client",
     [](Accounts& a) {
       return test::await(a, &Accounts::create_client, store::NewClient{kFirst, "Cthree", "c", 0, {}}).has_value();
     },
     false,
     {told(1, "client", 3, "added") + ", remembered"}},
    {"update_client",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_client, kFirst, kClient, store::ClientChange{"new", 60}).has_value();
     },
     true,
     {told(1, "client", 1, "changed") + ", forgotten"}},
    {"elevate_client",
     [](Accounts& a) { return test::await(a, &Accounts::elevate_client, kFirst, kClient, std::nullopt).has_value(); },
     true,
     {told(1, "client", 1, "changed") + ", forgotten"}},
    {"delete_client",
     [](Accounts& a) { return test::await(a, &Accounts::delete_client, kFirst, kClient).has_value(); },
     true,
     {"close U1 C1, forgotten", told(1, "client", 1, "deleted") + ", forgotten"}},
    {"end_session",
     [](Accounts& a) { return test::await(a, &Accounts::end_session, kFirst, kClient).has_value(); },
     true,
     {"close U1 C1, forgotten", told(1, "client", 1, "deleted") + ", forgotten"}},
    {"touch_clients", [](Accounts& a) { return a.touch_clients({kClient}, core::wall_now()); }, false, {}},
};

class Change : public AccountsTest, public testing::WithParamInterface<AccountChange> {};

TEST_P(Change, IsCommittedThenForgottenThenDisconnectedThenAnnounced) {
  EXPECT_TRUE(GetParam().change(accounts));
  EXPECT_EQ(notes.log, GetParam().log);
  EXPECT_EQ(remembers("Cone"), !GetParam().forgets);
  EXPECT_TRUE(remembers("Ctwo")) << "nobody else is forgotten";
}

TEST_P(Change, ThatIsNotCommittedHasNoConsequence) {
  store.broken = true;
  EXPECT_FALSE(GetParam().change(accounts));
  EXPECT_EQ(notes.log, Log{});
  EXPECT_TRUE(remembers("Cone"));
}

INSTANTIATE_TEST_SUITE_P(Accounts, Change, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST_F(AccountsTest, TheAnswerComesLast) {
  Log by_then;
  accounts.delete_client(kFirst, kClient, [&](const core::Result<void>& deleted) {
    EXPECT_TRUE(deleted);
    by_then = notes.log;
  });
  EXPECT_EQ(by_then, (Log{"close U1 C1, forgotten", told(1, "client", 1, "deleted") + ", forgotten"}));
}

TEST_F(AccountsTest, ExpiredClientsAreForgottenClosedAndAnnouncedEach) {
  const core::WallTime now = core::wall_now();
  store.add_client(3, 1, "Cthree").expires_at = now;
  store.clients[0].expires_at = now;
  const auto deleted = accounts.delete_expired_clients(now, not_in_use);
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*deleted, 2u);
  EXPECT_EQ(notes.log, (Log{"close U1 C1, forgotten", told(1, "client", 1, "deleted") + ", forgotten",
                            "close U1 C3, forgotten", told(1, "client", 3, "deleted") + ", forgotten"}));
  EXPECT_TRUE(remembers("Ctwo"));
  EXPECT_EQ(*accounts.delete_expired_clients(now, not_in_use), 0u);
  EXPECT_EQ(notes.log.size(), 4u);
  store.broken = true;
  EXPECT_FALSE(accounts.delete_expired_clients(now, not_in_use));
  EXPECT_EQ(notes.log.size(), 4u);
}

TEST_F(AccountsTest, AnExpiredClientInUseIsTouchedInstead) {
  const core::WallTime now = core::wall_now();
  for (model::Client& client : store.clients) {
    client.expires_after_inactivity_seconds = 60;
    client.expires_at = now - std::chrono::seconds(1);
  }
  const auto deleted = accounts.delete_expired_clients(now, [](const std::vector<store::OwnedClient>& expired) {
    EXPECT_EQ(expired.size(), 2u);
    return std::vector<core::ClientId>{kClient, kClient};
  });
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*deleted, 1u);
  ASSERT_EQ(store.clients.size(), 1u);
  EXPECT_EQ(store.clients[0].id, kClient);
  EXPECT_GT(*store.clients[0].expires_at, now);
  EXPECT_TRUE(remembers("Cone"));
  EXPECT_EQ(notes.log, (Log{"close U2 C2, remembered", told(2, "client", 2, "deleted") + ", remembered"}));
}

// The touch may be refused; being in use is enough.
TEST_F(AccountsTest, AnExpiredClientInUseIsKeptEvenIfItCannotBeTouched) {
  store.clients[0].expires_at = core::wall_now();
  store.full = true;
  const auto in_use = [](const auto&) { return std::vector<core::ClientId>{kClient}; };
  EXPECT_EQ(*accounts.delete_expired_clients(core::wall_now(), in_use), 0u);
  EXPECT_EQ(store.clients.size(), 2u);
}

TEST_F(AccountsTest, WhatANodeHasCommittedIsForgottenClosedAndToldHere) {
  struct {
    const char* name;
    model::AccountChange change;
    bool forgets;
    Log log;
  } const rows[] = {
      {"client_added",
       {Kind::client_added, kFirst, kClient, {}},
       false,
       {told(1, "client", 1, "added") + ", remembered"}},
      {"client_changed",
       {Kind::client_changed, kFirst, kClient, {}},
       true,
       {told(1, "client", 1, "changed") + ", forgotten"}},
      {"client_gone",
       {Kind::client_gone, kFirst, kClient, {}},
       true,
       {"close U1 C1, forgotten", told(1, "client", 1, "deleted") + ", forgotten"}},
      {"application_added",
       {Kind::application_added, kFirst, {}, kApplication},
       false,
       {told(1, "application", 1, "added") + ", remembered"}},
      {"application_changed",
       {Kind::application_changed, kFirst, {}, kApplication},
       true,
       {told(1, "application", 1, "changed") + ", forgotten"}},
      {"application_gone",
       {Kind::application_gone, kFirst, {}, kApplication},
       true,
       {told(1, "application", 1, "deleted") + ", forgotten"}},
      {"user_added", {Kind::user_added, kFirst, {}, {}}, false, {}},
      {"user_changed", {Kind::user_changed, kFirst, {}, {}}, true, {}},
      {"password_changed", {Kind::password_changed, kFirst, {}, {}}, true, {"close U1 C0, forgotten"}},
      {"user_gone", {Kind::user_gone, kFirst, {}, {}}, true, {"close U1, forgotten"}},
  };
  for (const auto& row : rows) {
    notes.log.clear();
    EXPECT_TRUE(authenticator.authenticate(auth::Access::client, {"Cone", false, {}}));
    accounts.on_change(row.change);
    EXPECT_EQ(notes.log, row.log) << row.name;
    EXPECT_EQ(remembers("Cone"), !row.forgets) << row.name;
    EXPECT_TRUE(remembers("Ctwo"));
  }
}

TEST_F(AccountsTest, AfterAGapNothingIsRememberedOfAnybody) {
  accounts.on_gap();
  EXPECT_FALSE(remembers("Cone"));
  EXPECT_FALSE(remembers("Ctwo"));
  EXPECT_EQ(notes.log, Log{});
}

TEST_F(AccountsTest, ASessionThatIsGoneAlreadyIsClosedButNotAnnouncedAgain) {
  store.clients.erase(store.clients.begin());
  EXPECT_TRUE(test::await(accounts, &Accounts::end_session, kFirst, kClient));
  EXPECT_EQ(notes.log, Log{"close U1 C1, forgotten"});
}

TEST_F(AccountsTest, WhatIsStaleIsForgottenAndNoMore) {
  accounts.forget_stale(kFirst);
  EXPECT_FALSE(remembers("Cone"));
  EXPECT_TRUE(remembers("Ctwo"));
  EXPECT_EQ(notes.log, Log{});
}

TEST_F(AccountsTest, ARecheckClosesTheStreamsOfWhoIsGone) {
  const auto closed = [this](core::UserId user, core::ClientId client, const std::string& pass_hash = "") {
    notes.log.clear();
    const bool basic = client == core::ClientId{};
    const auto kind = basic ? auth::Principal::Kind::basic : auth::Principal::Kind::client;
    accounts.recheck(
        {.kind = kind, .user = user, .client = client, .pass_hash = std::make_shared<const std::string>(pass_hash)});
    return !notes.log.empty();
  };
  EXPECT_FALSE(closed(kFirst, kClient));
  EXPECT_FALSE(closed(kFirst, {}));
  EXPECT_TRUE(closed(kFirst, {}, "another hash")) << "its password has changed";
  EXPECT_TRUE(closed(kSecond, kClient)) << "another user's client";
  EXPECT_TRUE(closed(kFirst, core::ClientId{9}));
  store.broken = true;
  EXPECT_TRUE(closed(kFirst, kClient)) << "the store cannot tell";
  EXPECT_TRUE(closed(kFirst, {}));
  EXPECT_TRUE(remembers("Cone"));
  store.broken = false;
  store.users.pop_back();
  EXPECT_TRUE(closed(kSecond, {}));
}

}  // namespace
}  // namespace push::api
