#include "push/auth/authenticator.hpp"

#include <gtest/gtest.h>
#include <sodium.h>

#include <array>
#include <chrono>
#include <span>
#include <string>
#include <thread>

#include "push/auth/base64.hpp"
#include "push/auth/password.hpp"
#include "support/memory_store.hpp"

namespace push::auth {
namespace {

using core::ErrorCode;
using Kind = Principal::Kind;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

// The vector of protocol 2.5.
constexpr const char* kSeedA = "gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr const char* kSeedC = "gtfyc.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr const char* kPublicA = "gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
constexpr const char* kPublicC = "gtfyc.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
constexpr const char* kSignedLongAgo =
    "gtfyc.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg.1767225600."
    "wBpxVMJRxAB9KsOGxIHfoXzDVXfpJwOz4gNLY-hjKVGocoqwfi3wRFc5iYeIzFPc0hlXq6Pn6N6-cw8N2ECTBA";

constexpr const char* kUnparsed = "cannot parse token: private key must be 32 bytes";
constexpr const char* kText = "you need to provide a valid access token or user credentials to access this api";

Credentials token(std::string text) {
  Credentials credentials;
  credentials.token = std::move(text);
  return credentials;
}
Credentials basic(std::string name, std::string password, std::string text = {}) {
  Credentials credentials = token(std::move(text));
  credentials.basic = Credentials::Basic{std::move(name), std::move(password)};
  return credentials;
}

// The admitted principal ("basic 1", "client 22 of 2", "application of 2", "anonymous"), or the error's text.
std::string who(const core::Result<Admitted>& result) {
  if (!result) return result.error().text;
  const Principal& principal = *result->principal;
  const std::string user = std::to_string(core::value(principal.user));
  switch (principal.kind) {
    case Kind::anonymous:
      return "anonymous";
    case Kind::basic:
      return "basic " + user;
    case Kind::client:
      return "client " + std::to_string(core::value(principal.client)) + " of " + user;
    case Kind::application:
      return "application of " + user;
  }
  return "?";
}

struct Attempt {
  Access access;
  Credentials credentials;
  std::string answer;
};

class AuthenticatorTest : public testing::Test {
 protected:
  AuthenticatorTest() {
    store.add_user(1, "admin", *hash_password("pw", 4), true);
    store.add_user(2, "plain", *hash_password("pw2", 4), false);
    store.add_user(3, "oidc", "", false);
    store.add_application(11, 2, "Aapp", "app");
    store.add_client(21, 1, "Cadmin");
    store.add_client(22, 2, "Cplain");
    store.add_client(23, 1, "Celevated").elevated_until = core::wall_now() + hours(1);
    store.add_client(24, 1, "Cstale").elevated_until = core::wall_now() - hours(1);
    store.add_application(12, 2, kPublicA, "enhanced");
    store.add_client(25, 2, kPublicC);
  }

  static Options quick() {
    Options options;
    options.password_cost = 4;
    return options;
  }
  static Options v3() {
    Options options = quick();
    options.enforce_elevation = true;
    return options;
  }

  void check(std::span<const Attempt> rows) {
    for (const Attempt& row : rows) {
      const std::string what = row.credentials.token + (row.credentials.basic ? "+" + row.credentials.basic->name : "");
      EXPECT_EQ(who(authenticator.authenticate(row.access, row.credentials)), row.answer) << what;
      // The answer may now be cached: recall() must agree, or know nothing.
      if (const auto recalled = authenticator.recall(row.access, row.credentials)) {
        EXPECT_EQ(who(*recalled), row.answer) << "recalled: " << what;
      }
    }
  }

  test::MemoryStore store;
  metrics::Registry metrics;
  Authenticator authenticator{store, quick(), metrics};
};

TEST_F(AuthenticatorTest, TriesCredentialsInTheOrderOfEachClass) {
  const Attempt rows[] = {
      {Access::client, {}, kText},
      {Access::client, token("Cplain"), "client 22 of 2"},
      {Access::client, token("Aapp"), kText},
      {Access::client, token("nobody"), kText},
      {Access::client, basic("plain", "pw2"), "basic 2"},
      {Access::client, basic("plain", "wrong"), kText},
      {Access::client, basic("Plain", "pw2"), kText},
      {Access::client, basic("oidc", ""), kText},
      {Access::client, basic("nobody", "pw"), kText},
      {Access::client, basic("plain", "wrong", "Cadmin"), "client 21 of 1"},  // falls through to the token
      {Access::client, basic("plain", "pw2", "Cadmin"), "basic 2"},           // a good password wins
      {Access::post_message, {}, kText},
      {Access::post_message, token("Aapp"), "application of 2"},
      {Access::post_message, token("Cplain"), "client 22 of 2"},
      {Access::post_message, basic("plain", "pw2"), "basic 2"},
      {Access::post_message, basic("admin", "wrong", "Aapp"), "application of 2"},
      {Access::post_message, basic("admin", "pw", "Aapp"), "application of 2"},  // the token wins here
      {Access::post_message, basic("admin", "pw", "bad"), "basic 1"},
      {Access::post_message, basic("admin", "wrong", "bad"), kText},
      {Access::elevated, basic("plain", "pw2"), "basic 2"},
      {Access::elevated, token("Cplain"), "client 22 of 2"},  // compat v2 does not ask for elevation
      {Access::admin, basic("admin", "pw"), "basic 1"},
      {Access::admin, token("Cadmin"), "client 21 of 1"},
      {Access::admin, token("Cplain"), "you are not allowed to access this api"},
      {Access::admin, token("Aapp"), kText},
      {Access::admin, basic("plain", "pw2", "Cadmin"), "you are not allowed to access this api"},  // at once
      {Access::optional, {}, "anonymous"},
      {Access::optional, token("bad"), "anonymous"},
      {Access::optional, basic("admin", "wrong"), "anonymous"},
      {Access::optional, token("Cplain"), "client 22 of 2"},
      {Access::optional, basic("admin", "pw"), "basic 1"},
  };
  check(rows);
}

TEST_F(AuthenticatorTest, TakesEnhancedTokensAndStopsAtWhatIsNone) {
  const Attempt rows[] = {
      {Access::client, token("gtfyc.zzz"), kUnparsed},  // aborts, on every route
      {Access::elevated, token("gtfyc.zzz"), kUnparsed},
      {Access::admin, token("gtfyc.zzz"), kUnparsed},
      {Access::optional, token("gtfyc.zzz"), kUnparsed},
      {Access::post_message, token("gtfya.zzz"), kUnparsed},
      {Access::client, basic("plain", "pw2", "gtfyc.zzz"), "basic 2"},  // the password came first
      {Access::client, basic("plain", "wrong", "gtfyc.zzz"), kUnparsed},
      {Access::optional, basic("plain", "pw2", "gtfyc.zzz"), "basic 2"},
      {Access::optional, basic("plain", "wrong", "gtfyc.zzz"), kUnparsed},
      {Access::post_message, basic("plain", "pw2", "gtfya.zzz"), kUnparsed},  // the token came first
      {Access::client, token(kSeedC), "client 25 of 2"},
      {Access::post_message, token(kSeedC), "client 25 of 2"},
      {Access::post_message, token(kSeedA), "application of 2"},
      {Access::client, token(kSeedA), kText},
      {Access::client, token(kPublicC), kText},  // the stored form is not a credential
      {Access::post_message, token(kPublicA), kText},
      {Access::client, token(kSignedLongAgo), kText},
      {Access::optional, token(kSignedLongAgo), "anonymous"},
      {Access::post_message, token(kSignedLongAgo), kText},
      {Access::post_message, basic("plain", "pw2", kSignedLongAgo), "basic 2"},  // no abort
  };
  check(rows);
}

TEST_F(AuthenticatorTest, EnforcesElevationOfClientTokensOnlyWhenAsked) {
  Authenticator strict(store, v3(), metrics);
  constexpr const char* kNotElevated = "session not elevated, use basic auth or call /client:elevate";
  EXPECT_EQ(who(strict.authenticate(Access::elevated, token("Cplain"))), kNotElevated);
  EXPECT_EQ(who(strict.authenticate(Access::elevated, token("Cstale"))), kNotElevated);
  EXPECT_EQ(who(strict.authenticate(Access::elevated, token("Celevated"))), "client 23 of 1");
  EXPECT_EQ(who(strict.authenticate(Access::elevated, basic("plain", "pw2"))), "basic 2");
  EXPECT_EQ(who(strict.authenticate(Access::admin, token("Cadmin"))), kNotElevated);
  EXPECT_EQ(who(strict.authenticate(Access::admin, token("Cplain"))), "you are not allowed to access this api");
  EXPECT_EQ(who(strict.authenticate(Access::admin, token("Celevated"))), "client 23 of 1");
  EXPECT_EQ(who(strict.authenticate(Access::client, token("Cplain"))), "client 22 of 2");
  EXPECT_EQ(strict.authenticate(Access::admin, token("Cadmin")).error().code, ErrorCode::forbidden);
}

TEST_F(AuthenticatorTest, RecallsWhatWasAuthenticatedWithoutAskingTheStore) {
  EXPECT_FALSE(authenticator.recall(Access::post_message, token("Aapp")));
  ASSERT_TRUE(authenticator.authenticate(Access::post_message, token("Aapp")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cplain")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, basic("admin", "pw")));
  const int lookups = store.lookups;
  EXPECT_EQ(who(*authenticator.recall(Access::post_message, token("Aapp"))), "application of 2");
  EXPECT_EQ((*authenticator.recall(Access::post_message, token("Aapp")))->principal->application->name, "app");
  EXPECT_EQ(who(*authenticator.recall(Access::post_message, token("Cplain"))), "client 22 of 2");
  EXPECT_EQ(who(*authenticator.recall(Access::post_message, basic("admin", "pw"))), "basic 1");
  EXPECT_EQ(who(*authenticator.recall(Access::client, token("Cplain"))), "client 22 of 2");
  EXPECT_EQ(who(authenticator.authenticate(Access::client, basic("admin", "pw"))), "basic 1");
  EXPECT_EQ(store.lookups, lookups);
  EXPECT_FALSE(authenticator.recall(Access::client, basic("admin", "pW")));
  EXPECT_FALSE(authenticator.recall(Access::client, basic("adminp", "w")));
}

TEST_F(AuthenticatorTest, AnswersMissingCredentialsFromMemoryAlone) {
  EXPECT_EQ(who(*authenticator.recall(Access::client, {})), kText);
  EXPECT_EQ(who(*authenticator.recall(Access::post_message, {})), kText);
  EXPECT_EQ(who(*authenticator.recall(Access::optional, {})), "anonymous");
  EXPECT_EQ(store.lookups, 0);
}

TEST_F(AuthenticatorTest, AnApplicationTokenKnownFromPostingOpensNoOtherDoor) {
  ASSERT_TRUE(authenticator.authenticate(Access::post_message, token("Aapp")));
  EXPECT_FALSE(authenticator.recall(Access::client, token("Aapp")));
  EXPECT_EQ(who(authenticator.authenticate(Access::client, token("Aapp"))), kText);
}

TEST_F(AuthenticatorTest, ForgetsEverything) {
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cplain")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, basic("admin", "pw")));
  authenticator.forget();
  EXPECT_FALSE(authenticator.recall(Access::client, token("Cplain")));
  EXPECT_FALSE(authenticator.recall(Access::client, basic("admin", "pw")));
}

TEST_F(AuthenticatorTest, ForgetsOneUserAndNobodyElse) {
  const Credentials of_plain[] = {token("Cplain"), token(kSeedC), basic("plain", "pw2")};
  for (const Credentials& credentials : of_plain) ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
  ASSERT_TRUE(authenticator.authenticate(Access::post_message, token("Aapp")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cadmin")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, basic("admin", "pw")));
  const std::uint64_t before = authenticator.epoch();
  authenticator.forget(core::UserId{2});
  EXPECT_GT(authenticator.epoch(), before);
  for (const Credentials& credentials : of_plain) EXPECT_FALSE(authenticator.recall(Access::client, credentials));
  EXPECT_FALSE(authenticator.recall(Access::post_message, token("Aapp")));
  EXPECT_TRUE(authenticator.recall(Access::client, token("Cadmin")));
  EXPECT_TRUE(authenticator.recall(Access::client, basic("admin", "pw")));

  // Look-ups from now on are cached again.
  store.users[1].admin = true;
  for (const Credentials& credentials : of_plain) {
    ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
    const auto known = authenticator.recall(Access::client, credentials);
    ASSERT_TRUE(known);
    EXPECT_TRUE((*known)->principal->admin);
  }
}

TEST_F(AuthenticatorTest, ForgetsEverybodyBeforeItForgetsWhomItForgot) {
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cplain")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, basic("admin", "pw")));
  authenticator.forget(core::UserId{2});
  for (std::uint64_t user = 100; user < 20'000; ++user) authenticator.forget(core::UserId{user});
  EXPECT_FALSE(authenticator.recall(Access::client, token("Cplain")));
  EXPECT_FALSE(authenticator.recall(Access::client, basic("admin", "pw")));
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cplain")));
  EXPECT_TRUE(authenticator.recall(Access::client, token("Cplain")));
}

TEST_F(AuthenticatorTest, DoesNotRememberALookUpThatForgettingItsUserOvertook) {
  for (const Credentials& credentials : {token("Cplain"), token(kSeedC), basic("plain", "pw2")}) {
    store.during_lookup = [this] { authenticator.forget(core::UserId{2}); };
    ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
    EXPECT_FALSE(authenticator.recall(Access::client, credentials));
    store.during_lookup = [this] { authenticator.forget(core::UserId{1}); };  // another user
    ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
    EXPECT_TRUE(authenticator.recall(Access::client, credentials));
    store.during_lookup = nullptr;
    authenticator.forget();
  }
}

TEST_F(AuthenticatorTest, LogsInByPasswordOnly) {
  const Attempt rows[] = {
      {Access::password, {}, "basic auth required"},
      {Access::password, basic("plain", "pw2"), "basic 2"},
      {Access::password, basic("plain", "pw"), "invalid credentials"},
      {Access::password, basic("nobody", "pw"), "invalid credentials"},
      {Access::password, basic("oidc", ""), "invalid credentials"},
  };
  check(rows);
  EXPECT_TRUE(authenticator.recall(Access::password, {})) << "known without the store";
  EXPECT_EQ(authenticator.recall(Access::password, basic("plain", "pw"))->error().code, ErrorCode::unauthorized);
  store.broken = true;
  EXPECT_EQ(authenticator.authenticate(Access::password, basic("admin", "pw")).error().code, ErrorCode::unavailable);
}

TEST_F(AuthenticatorTest, DoesNotRememberALookUpThatForgetOvertook) {
  for (const Credentials& credentials : {token("Cplain"), basic("admin", "pw")}) {
    store.during_lookup = [this] { authenticator.forget(); };
    ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
    EXPECT_FALSE(authenticator.recall(Access::client, credentials));
    store.during_lookup = nullptr;
    ASSERT_TRUE(authenticator.authenticate(Access::client, credentials));
    EXPECT_TRUE(authenticator.recall(Access::client, credentials));
  }
  store.during_lookup = [this] { authenticator.forget(); };
  ASSERT_TRUE(authenticator.authenticate(Access::post_message, token("Aapp")));
  EXPECT_FALSE(authenticator.recall(Access::post_message, token("Aapp")));
}

TEST_F(AuthenticatorTest, ARememberedClientDoesNotOutliveItsExpiry) {
  model::Client& client = store.add_client(31, 2, "Cshort");
  client.expires_at = core::wall_now() + hours(1);
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cshort")));
  EXPECT_TRUE(authenticator.recall(Access::client, token("Cshort")));

  // Authenticated just before the expiry, recalled after it.
  const core::WallTime end = core::wall_now() + milliseconds(30);
  store.clients.back().expires_at = end;
  authenticator.forget();
  ASSERT_TRUE(authenticator.authenticate(Access::client, token("Cshort")));
  while (core::wall_now() <= end) {
  }
  EXPECT_FALSE(authenticator.recall(Access::client, token("Cshort")));
  EXPECT_EQ(who(authenticator.authenticate(Access::client, token("Cshort"))), kText);
}

// Signed at the current time by the key of kSeedC.
std::string signed_token(std::int64_t second) {
  std::array<unsigned char, 32> seed{};
  for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<unsigned char>(i);
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_key{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret_key{};
  std::string signature(crypto_sign_BYTES, '\0');
  const std::string message = "iat=" + std::to_string(second);
  crypto_sign_state state;
  crypto_sign_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  crypto_sign_init(&state);
  crypto_sign_update(&state, reinterpret_cast<const unsigned char*>(message.data()), message.size());
  crypto_sign_final_create(&state, reinterpret_cast<unsigned char*>(signature.data()), nullptr, secret_key.data());
  return std::string(kPublicC) + "." + std::to_string(second) + "." + encode_base64_url(signature);
}

TEST_F(AuthenticatorTest, ARememberedSignatureDoesNotOutliveItsTime) {
  const auto second = std::chrono::floor<seconds>(core::wall_now()) - seconds(899);
  const core::WallTime end = second + seconds(901);  // in one to two seconds
  const Credentials credentials = token(signed_token(second.time_since_epoch().count()));
  EXPECT_EQ(who(authenticator.authenticate(Access::client, credentials)), "client 25 of 2");
  EXPECT_EQ(who(*authenticator.recall(Access::client, credentials)), "client 25 of 2");
  while (authenticator.recall(Access::client, credentials) && core::wall_now() < end + seconds(1)) {
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_GE(core::wall_now(), end);
  EXPECT_FALSE(authenticator.recall(Access::client, credentials));
  EXPECT_EQ(who(authenticator.authenticate(Access::client, credentials)), kText);
  EXPECT_EQ(who(authenticator.authenticate(Access::client, token(signed_token(0)))), kText);
}

TEST_F(AuthenticatorTest, AStoreThatCannotAnswerIsNeverAnUnknownUser) {
  store.broken = true;
  for (const Access access :
       {Access::client, Access::elevated, Access::admin, Access::post_message, Access::optional}) {
    EXPECT_EQ(authenticator.authenticate(access, token("Cplain")).error().code, ErrorCode::unavailable);
    EXPECT_EQ(authenticator.authenticate(access, basic("admin", "pw")).error().code, ErrorCode::unavailable);
  }
}

TEST_F(AuthenticatorTest, AClientWhoseUserIsGoneIsNobody) {
  store.add_client(32, 99, "Corphan");
  EXPECT_EQ(who(authenticator.authenticate(Access::client, token("Corphan"))), kText);
}

TEST_F(AuthenticatorTest, KeepsWhatIsUsedWhenTheCacheIsFull) {
  Options small = quick();
  small.token_cache = 8;
  small.password_cache = 0;
  Authenticator bounded(store, small, metrics);
  ASSERT_TRUE(bounded.authenticate(Access::client, basic("admin", "pw")));
  EXPECT_FALSE(bounded.recall(Access::client, basic("admin", "pw")));
  ASSERT_TRUE(bounded.authenticate(Access::client, token("Cplain")));
  int remembered = 0;
  for (std::uint64_t i = 0; i < 100; ++i) {
    store.add_client(1000 + i, 2, "C" + std::to_string(i));
    ASSERT_TRUE(bounded.authenticate(Access::client, token("C" + std::to_string(i))));
    EXPECT_TRUE(bounded.recall(Access::client, token("Cplain"))) << i;
  }
  for (int i = 0; i < 100; ++i) remembered += bounded.recall(Access::client, token("C" + std::to_string(i))) ? 1 : 0;
  EXPECT_GT(remembered, 0);
  EXPECT_LE(remembered, 8);
}

}  // namespace
}  // namespace push::auth
