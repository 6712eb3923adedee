// For each change: what is forgotten, whose streams are closed, what is announced, and in which order.
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

using Kind = cluster::Event::Kind;
using Log = std::vector<std::string>;

const core::UserId kFirst{1};
const core::UserId kSecond{2};
const core::ClientId kClient{1};
const core::ApplicationId kApplication{1};

std::string name_of(Kind kind) {
  constexpr const char* kNames[] = {"client_added",      "client_changed",      "client_gone",
                                    "application_added", "application_changed", "application_gone",
                                    "user_changed",      "password_changed",    "user_gone"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Records which streams are closed and what is announced, and whether user 1 was still remembered by then.
struct Notes final : stream::Courier, cluster::Backplane {
  std::function<bool()> remembered;
  Log log;

  void note(const std::string& what) { log.push_back(what + (remembered() ? ", remembered" : ", forgotten")); }
  void deliver(hub::LoopSet, const stream::Message&) override {}
  void disconnect(hub::LoopSet, hub::Selection which) override {
    note("close U" + std::to_string(core::value(which.user)) +
         (which.client ? " C" + std::to_string(core::value(*which.client)) : ""));
  }
  std::size_t backlog() const override { return 0; }
  void start(cluster::MessageListener&, cluster::EventListener&) override {}
  void stop() override {}
  void announce(const stream::Batch&) override {}
  void announce(const cluster::Event& event) override {
    note(name_of(event.kind) + " U" + std::to_string(core::value(event.user)) + " C" +
         std::to_string(core::value(event.client)) + " A" + std::to_string(core::value(event.application)));
  }
};

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
  delivery::Publisher publisher{store, hub, notes, history, notes, metrics, 64};
  Accounts accounts{store, authenticator, publisher, notes};
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
     {"user_changed U1 C0 A0, forgotten"}},
    {"set_password",
     [](Accounts& a) { return test::await(a, &Accounts::set_password, kFirst, "hash").has_value(); },
     true,
     {"close U1 C0, forgotten", "password_changed U1 C0 A0, forgotten"}},
    {"update_user_and_password",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_user, kFirst, store::UserChange{"renamed", false, "hash"}).has_value();
     },
     true,
     {"close U1 C0, forgotten", "password_changed U1 C0 A0, forgotten"}},
    {"delete_user",
     [](Accounts& a) { return test::await(a, &Accounts::delete_user, kFirst).has_value(); },
     true,
     {"close U1, forgotten", "user_gone U1 C0 A0, forgotten"}},
    {"create_application",
     [](Accounts& a) {
       return test::await(a, &Accounts::create_application, store::NewApplication{kFirst, "Atwo", "two", "", 0, ""})
           .has_value();
     },
     false,
     {"application_added U1 C0 A2, remembered"}},
    {"update_application",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_application, kFirst, kApplication,
                          store::ApplicationChange{"new", "", 0, ""})
           .has_value();
     },
     true,
     {"application_changed U1 C0 A1, forgotten"}},
    {"set_application_token",
     [](Accounts& a) {
       return test::await(a, &Accounts::set_application_token, kFirst, kApplication, "Anew").has_value();
     },
     true,
     {"application_changed U1 C0 A1, forgotten"}},
    {"set_application_image",
     [](Accounts& a) {
       return test::await(a, &Accounts::set_application_image, kFirst, kApplication, "x.png").has_value();
     },
     false,
     {"application_changed U1 C0 A1, remembered"}},
    {"delete_application",
     [](Accounts& a) { return test::await(a, &Accounts::delete_application, kFirst, kApplication).has_value(); },
     true,
     {"application_gone U1 C0 A1, forgotten"}},
    {"create_client",
     [](Accounts& a) {
       return test::await(a, &Accounts::create_client, store::NewClient{kFirst, "Cthree", "c", 0, {}}).has_value();
     },
     false,
     {"client_added U1 C3 A0, remembered"}},
    {"update_client",
     [](Accounts& a) {
       return test::await(a, &Accounts::update_client, kFirst, kClient, store::ClientChange{"new", 60}).has_value();
     },
     true,
     {"client_changed U1 C1 A0, forgotten"}},
    {"elevate_client",
     [](Accounts& a) { return test::await(a, &Accounts::elevate_client, kFirst, kClient, std::nullopt).has_value(); },
     true,
     {"client_changed U1 C1 A0, forgotten"}},
    {"delete_client",
     [](Accounts& a) { return test::await(a, &Accounts::delete_client, kFirst, kClient).has_value(); },
     true,
     {"close U1 C1, forgotten", "client_gone U1 C1 A0, forgotten"}},
    {"end_session",
     [](Accounts& a) { return test::await(a, &Accounts::end_session, kFirst, kClient).has_value(); },
     true,
     {"close U1 C1, forgotten", "client_gone U1 C1 A0, forgotten"}},
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
  EXPECT_EQ(by_then, (Log{"close U1 C1, forgotten", "client_gone U1 C1 A0, forgotten"}));
}

TEST_F(AccountsTest, ExpiredClientsAreForgottenClosedAndAnnouncedEach) {
  const core::WallTime now = core::wall_now();
  store.add_client(3, 1, "Cthree").expires_at = now;
  store.clients[0].expires_at = now;
  const auto deleted = accounts.delete_expired_clients(now, not_in_use);
  ASSERT_TRUE(deleted);
  EXPECT_EQ(*deleted, 2u);
  EXPECT_EQ(notes.log, (Log{"close U1 C1, forgotten", "client_gone U1 C1 A0, forgotten", "close U1 C3, forgotten",
                            "client_gone U1 C3 A0, forgotten"}));
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
  EXPECT_EQ(notes.log, (Log{"close U2 C2, remembered", "client_gone U2 C2 A0, remembered"}));
}

// The touch may be refused; being in use is enough.
TEST_F(AccountsTest, AnExpiredClientInUseIsKeptEvenIfItCannotBeTouched) {
  store.clients[0].expires_at = core::wall_now();
  store.full = true;
  const auto in_use = [](const auto&) { return std::vector<core::ClientId>{kClient}; };
  EXPECT_EQ(*accounts.delete_expired_clients(core::wall_now(), in_use), 0u);
  EXPECT_EQ(store.clients.size(), 2u);
}

TEST_F(AccountsTest, WhatAnotherNodeHasCommittedIsForgottenAndClosedHereButNotAnnouncedAgain) {
  struct {
    cluster::Event event;
    bool forgets;
    Log log;
  } const rows[] = {
      {{Kind::client_added, kFirst, kClient, {}}, false, {}},
      {{Kind::client_changed, kFirst, kClient, {}}, true, {}},
      {{Kind::client_gone, kFirst, kClient, {}}, true, {"close U1 C1, forgotten"}},
      {{Kind::application_added, kFirst, {}, kApplication}, false, {}},
      {{Kind::application_changed, kFirst, {}, kApplication}, true, {}},
      {{Kind::application_gone, kFirst, {}, kApplication}, true, {}},
      {{Kind::user_changed, kFirst, {}, {}}, true, {}},
      {{Kind::password_changed, kFirst, {}, {}}, true, {"close U1 C0, forgotten"}},
      {{Kind::user_gone, kFirst, {}, {}}, true, {"close U1, forgotten"}},
  };
  for (const auto& row : rows) {
    notes.log.clear();
    EXPECT_TRUE(authenticator.authenticate(auth::Access::client, {"Cone", false, {}}));
    accounts.on_event(row.event);
    EXPECT_EQ(notes.log, row.log) << name_of(row.event.kind);
    EXPECT_EQ(remembers("Cone"), !row.forgets) << name_of(row.event.kind);
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
    accounts.recheck({kind, false, user, client, {}, nullptr, std::make_shared<const std::string>(pass_hash)});
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
