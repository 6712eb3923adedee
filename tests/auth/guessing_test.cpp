// What the authenticator does about wrong passwords and unknown tokens.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "auth/memory.hpp"
#include "push/auth/authenticator.hpp"
#include "push/auth/password.hpp"
#include "support/cpu_time.hpp"
#include "support/memory_store.hpp"

namespace push::auth {
namespace {

using core::ErrorCode;
using std::chrono::milliseconds;
using std::chrono::seconds;

core::SteadyTime guessing_now{seconds(1000)};

class Guessing : public testing::Test {
 protected:
  Guessing() {
    guessing_now = core::SteadyTime{seconds(1000)};
    store.add_user(1, "admin", *hash_password("pw", 4), true);
    store.add_user(2, "m\xC3\xBCller", *hash_password("gr\xC3\xBC\xC3\x9F", 4), false);
    store.add_application(11, 1, "Aapp", "app");
    store.add_client(21, 1, "Cone");
  }

  static Options options(unsigned cost = 4) {
    Options out;
    out.password_cost = cost;
    out.clock = [] { return guessing_now; };
    return out;
  }
  static Credentials basic(std::string name, std::string password, std::string token = {}) {
    Credentials credentials;
    credentials.token = std::move(token);
    credentials.basic = Credentials::Basic{std::move(name), std::move(password), core::Address::parse("198.51.100.7")};
    return credentials;
  }
  static Credentials token(std::string text) {
    Credentials credentials;
    credentials.token = std::move(text);
    return credentials;
  }
  // As a request does: from memory, or by a look-up.
  core::Result<Admitted> ask(const Credentials& credentials, Access access = Access::client) {
    if (auto known = authenticator.recall(access, credentials)) return *std::move(known);
    return authenticator.authenticate(access, credentials);
  }
  ErrorCode refusal(const Credentials& credentials, Access access = Access::client) {
    const auto answer = ask(credentials, access);
    EXPECT_FALSE(answer);
    return answer ? ErrorCode::internal : answer.error().code;
  }
  void spend_the_tries() {
    for (int i = 0; i < 10; ++i) {
      ASSERT_EQ(refusal(basic("admin", "wrong" + std::to_string(i))), ErrorCode::unauthorized) << i;
    }
  }
  std::uint64_t unknown_tokens() { return metrics.counter("push_unknown_tokens_total", "").value(); }

  metrics::Registry metrics;
  test::MemoryStore store;
  Authenticator authenticator{store, options(), metrics};
};

TEST_F(Guessing, TheEleventhTryMustWaitAndIsNotChecked) {
  spend_the_tries();
  const int lookups = store.lookups;
  const auto refused = ask(basic("admin", "pw"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::throttled);
  EXPECT_EQ(refused.error().retry_after, seconds(1));
  EXPECT_EQ(refused.error().text, "too many wrong passwords, try again in 1 second");
  EXPECT_EQ(refusal(basic("admin", "wrong11"), Access::post_message), ErrorCode::throttled);
  EXPECT_EQ(refusal(basic("admin", "wrong11"), Access::optional), ErrorCode::throttled);
  EXPECT_EQ(refusal(basic("admin", "pw"), Access::password), ErrorCode::throttled);
  EXPECT_EQ(store.lookups, lookups);
  guessing_now += seconds(1);
  EXPECT_TRUE(ask(basic("admin", "pw")));
  for (int i = 12; i < 22; ++i) {
    EXPECT_EQ(refusal(basic("admin", "wrong" + std::to_string(i))), ErrorCode::unauthorized)
        << "a success gives the tries back";
  }
}

TEST_F(Guessing, UnknownNamesCountLikeKnownOnes) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(refusal(basic("nobody", "wrong" + std::to_string(i))), ErrorCode::unauthorized) << i;
  }
  EXPECT_EQ(refusal(basic("nobody", "wrong10")), ErrorCode::throttled);
}

TEST_F(Guessing, WhatIsKnownPasses) {
  ASSERT_TRUE(ask(basic("admin", "pw")));
  ASSERT_TRUE(ask(token("Cone")));
  for (int i = 0; i < 10; ++i) static_cast<void>(ask(basic("admin", "wrong" + std::to_string(i))));
  EXPECT_EQ(refusal(basic("admin", "wrong10")), ErrorCode::throttled);
  EXPECT_TRUE(ask(basic("admin", "pw"))) << "remembered as good";
  EXPECT_TRUE(ask(token("Cone")));
  EXPECT_TRUE(ask(basic("admin", "wrong10", "Cone"))) << "a token beside the password";
  EXPECT_TRUE(ask(basic("admin", "wrong10", "Aapp"), Access::post_message));
  EXPECT_EQ(refusal(basic("admin", "wrong10", "Cnobody")), ErrorCode::throttled);
}

TEST_F(Guessing, TheSameWrongPasswordIsAnsweredFromMemory) {
  EXPECT_EQ(refusal(basic("admin", "old")), ErrorCode::unauthorized);
  const int lookups = store.lookups;
  for (int i = 1; i < 10; ++i) {
    ASSERT_EQ(authenticator.recall(Access::client, basic("admin", "old"))->error().code, ErrorCode::unauthorized);
  }
  EXPECT_EQ(store.lookups, lookups);
  EXPECT_EQ(refusal(basic("admin", "old")), ErrorCode::throttled) << "each of them was a try";
  for (int i = 0; i < 20; ++i) {
    guessing_now += seconds(1);
    ASSERT_EQ(refusal(basic("admin", "old")), ErrorCode::unauthorized);
  }
  guessing_now += seconds(1);
  EXPECT_TRUE(ask(basic("admin", "pw"))) << "its owner is not locked out";
}

// After any change of any account it is hashed again, because it might be right by now.
TEST_F(Guessing, AnOutdatedPasswordLocksNobodyOutWhileAccountsChange) {
  for (int i = 0; i < 30; ++i) {
    static_cast<void>(ask(basic("admin", "old")));
    authenticator.added();
  }
  EXPECT_TRUE(ask(basic("admin", "pw")));
}

// Browsers send a proxy's own password to us, too: that must not wait behind the passwords of strangers.
TEST_F(Guessing, AKnownTokenBesideAPasswordThatIsKnownToBeWrongIsAnsweredFromMemory) {
  const Credentials both = basic("proxy", "its own", "Cone");
  EXPECT_FALSE(authenticator.recall(Access::client, both));
  ASSERT_TRUE(authenticator.authenticate(Access::client, both));
  const int lookups = store.lookups;
  for (int i = 0; i < 20; ++i) {
    const auto known = authenticator.recall(Access::client, both);
    ASSERT_TRUE(known) << i;
    ASSERT_TRUE(*known) << i;
    EXPECT_EQ((**known).principal->kind, Principal::Kind::client);
  }
  EXPECT_EQ(store.lookups, lookups);
  EXPECT_FALSE(authenticator.recall(Access::client, basic("proxy", "its own", "Aapp")));
  ASSERT_TRUE(ask(basic("admin", "pw")));
  EXPECT_EQ((**authenticator.recall(Access::client, basic("admin", "pw", "Cone"))).principal->kind,
            Principal::Kind::basic);
}

TEST_F(Guessing, APasswordThatWasWrongIsRightAtOnceWhenItIsSet) {
  EXPECT_EQ(refusal(basic("admin", "next")), ErrorCode::unauthorized);
  EXPECT_EQ(refusal(basic("new", "next")), ErrorCode::unauthorized);
  store.users[0].pass_hash = *hash_password("next", 4);
  authenticator.forget(core::UserId{1});
  EXPECT_TRUE(ask(basic("admin", "next")));
  EXPECT_EQ(refusal(basic("new", "next")), ErrorCode::unauthorized);
  store.add_user(3, "new", *hash_password("next", 4), false);
  EXPECT_EQ(refusal(basic("new", "next")), ErrorCode::unauthorized);
  authenticator.added();
  EXPECT_TRUE(ask(basic("new", "next")));
}

TEST_F(Guessing, UnknownTokensAreRememberedForSomeSeconds) {
  for (const Access access : {Access::client, Access::post_message}) {
    EXPECT_EQ(refusal(token("Cnew"), access), ErrorCode::unauthorized);
    const int lookups = store.lookups;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(refusal(token("Cnew"), access), ErrorCode::unauthorized);
    EXPECT_EQ(store.lookups, lookups);
    guessing_now += Memory::kUnknownFor;
    EXPECT_EQ(refusal(token("Cnew"), access), ErrorCode::unauthorized);
    EXPECT_GT(store.lookups, lookups);
  }
  EXPECT_EQ(unknown_tokens(), 14u);
  EXPECT_TRUE(ask(token("Cnew"), Access::optional)) << "anonymous";
}

TEST_F(Guessing, ATokenThatWasUnknownWorksAtOnceWhenItIsCreated) {
  EXPECT_EQ(refusal(token("Cnew")), ErrorCode::unauthorized);
  EXPECT_EQ(refusal(token("Anew"), Access::post_message), ErrorCode::unauthorized);
  store.add_client(22, 1, "Cnew");
  store.add_application(12, 1, "Anew", "new");
  EXPECT_EQ(refusal(token("Cnew")), ErrorCode::unauthorized);
  authenticator.added();
  EXPECT_TRUE(ask(token("Cnew")));
  EXPECT_TRUE(ask(token("Anew"), Access::post_message));
}

TEST_F(Guessing, ALookUpThatACreationOvertookIsNotRemembered) {
  store.during_lookup = [this] { authenticator.added(); };
  EXPECT_EQ(refusal(token("Cnew")), ErrorCode::unauthorized);
  EXPECT_EQ(refusal(basic("admin", "next")), ErrorCode::unauthorized);
  store.during_lookup = nullptr;
  EXPECT_FALSE(authenticator.recall(Access::client, token("Cnew")));
  EXPECT_FALSE(authenticator.recall(Access::client, basic("admin", "next")));
}

TEST_F(Guessing, AnApplicationsTokenIsUnknownToClientsOnly) {
  EXPECT_EQ(refusal(token("Aapp")), ErrorCode::unauthorized);
  EXPECT_TRUE(ask(token("Aapp"), Access::post_message));
  EXPECT_EQ(authenticator.recall(Access::client, token("Aapp"))->error().code, ErrorCode::unauthorized);
  EXPECT_TRUE(authenticator.recall(Access::post_message, token("Aapp")));
}

TEST_F(Guessing, LongTokensDoNotFillTheMemory) {
  const std::string longest(Memory::kLongestUnknown, 'C');
  EXPECT_EQ(refusal(token(longest)), ErrorCode::unauthorized);
  EXPECT_TRUE(authenticator.recall(Access::client, token(longest)));
  EXPECT_EQ(refusal(token(longest + "C")), ErrorCode::unauthorized);
  EXPECT_FALSE(authenticator.recall(Access::client, token(longest + "C")));
}

// decision of old clients: OkHttp before 3.8 sends Basic credentials in Latin-1.
TEST_F(Guessing, Latin1IsTriedWhereTheBytesAreNotUtf8) {
  EXPECT_TRUE(ask(basic("m\xC3\xBCller", "gr\xC3\xBC\xC3\x9F")));
  EXPECT_TRUE(ask(basic("m\xFCller", "gr\xFC\xDF")));
  EXPECT_TRUE(ask(basic("m\xC3\xBCller", "gr\xFC\xDF")));
  EXPECT_TRUE(authenticator.recall(Access::client, basic("m\xFCller", "gr\xFC\xDF")));
  EXPECT_EQ(refusal(basic("m\xFCller", "gr\xFC")), ErrorCode::unauthorized);
  EXPECT_EQ(refusal(basic("m\xC3\xBCller", "gr\xC3\xBC")), ErrorCode::unauthorized);
  store.add_user(3, "raw", *hash_password("gr\xFC\xDF", 4), false);  // stored from a form, byte by byte
  EXPECT_TRUE(ask(basic("raw", "gr\xFC\xDF")));
}

TEST_F(Guessing, TheTimeOfAWrongPasswordDoesNotTellWhetherTheNameIsKnown) {
  constexpr unsigned kCost = 10;
  store.add_user(3, "cheap", *hash_password("pw", 4), false);
  store.add_user(4, "usual", *hash_password("pw", kCost), false);
  store.add_user(5, "none", "", false);
  Authenticator timed(store, options(kCost), metrics);
  // The least of several, taken in turn, because what else the machine does makes each of them dearer.
  std::map<std::string, double> cost;
  for (int round = 0; round < 5; ++round) {
    for (const char* name : {"unknown", "cheap", "usual", "none"}) {
      const double start = test::milliseconds_of_cpu();
      EXPECT_FALSE(timed.authenticate(Access::client, basic(name, "wrong" + std::to_string(round))));
      const double used = test::milliseconds_of_cpu() - start;
      const auto [known, first] = cost.try_emplace(name, used);
      if (!first) known->second = std::min(known->second, used);
    }
  }
  for (const auto& [name, least] : cost) {  // the next cost of bcrypt is twice as dear
    EXPECT_GT(least, cost["unknown"] * 0.7) << name;
    EXPECT_LT(least, cost["unknown"] * 1.4) << name;
  }
}

TEST_F(Guessing, TheCostThatEverybodyPaysIsTheHighestInUse) {
  EXPECT_EQ(*highest_cost(store, 10), 10U);
  store.add_user(3, "costly", *hash_password("pw", 11), false);
  EXPECT_EQ(*highest_cost(store, 10), 11U);
  EXPECT_EQ(*highest_cost(store, 12), 12U);
  std::string absurd = store.users[2].pass_hash;
  absurd.replace(4, 2, "31");
  store.add_user(4, "absurd", absurd, false);
  EXPECT_EQ(*highest_cost(store, 10), 11U) << "one hash does not make everybody's mistakes last for days";
  store.broken = true;
  EXPECT_EQ(highest_cost(store, 10).error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace push::auth
