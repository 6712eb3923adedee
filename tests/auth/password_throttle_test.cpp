#include "auth/password_throttle.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace push::auth {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class PasswordThrottleTest : public testing::Test {
 protected:
  static Credentials::Basic at(const std::string& name, const std::string& address) {
    return {name, "guess", core::Address::parse(address)};
  }
  static GuessLimits everywhere() {
    GuessLimits limits;
    limits.every_address = true;
    return limits;
  }
  // Fails with a new password.
  void fail(PasswordThrottle& slowed, Credentials::Basic basic) {
    basic.password = "guess" + std::to_string(++guesses);
    EXPECT_FALSE(slowed.failed(basic, now)) << "it was checked, so it is answered";
  }
  // Fails `count` times, as soon as each is allowed.
  void guess(PasswordThrottle& slowed, const Credentials::Basic& basic, int count) {
    for (int i = 0; i < count; ++i) {
      now += slowed.wait(basic, now).value_or(seconds(0));
      ASSERT_FALSE(slowed.wait(basic, now));
      fail(slowed, basic);
    }
  }
  std::uint64_t count(const char* name, const char* labels = "") { return metrics.counter(name, "", labels).value(); }

  metrics::Registry metrics;
  KeyedHash hash;
  core::SteadyTime now{seconds(1000)};
  int guesses = 0;
  PasswordThrottle throttle{{}, hash, metrics};
  const Credentials::Basic home = at("alice", "198.51.100.7");
};

TEST_F(PasswordThrottleTest, TenTriesAreFreeThenTheWaitDoublesUpTo15Minutes) {
  for (int i = 0; i < 9; ++i) {
    fail(throttle, home);
    EXPECT_FALSE(throttle.wait(home, now)) << i;
  }
  for (const int wait : {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900}) {
    fail(throttle, home);
    EXPECT_EQ(throttle.wait(home, now), seconds(wait));
    now += seconds(wait) - std::chrono::milliseconds(1);
    EXPECT_EQ(throttle.wait(home, now), seconds(1)) << "rounded up";
    now += std::chrono::milliseconds(1);
    EXPECT_FALSE(throttle.wait(home, now));
  }
  EXPECT_EQ(count("push_wrong_passwords_total"), 21u);
  EXPECT_EQ(count("push_passwords_throttled_total", "by=\"user\""), 24u);
}

TEST_F(PasswordThrottleTest, OtherNamesAndOtherAddressesGoOn) {
  guess(throttle, home, 12);
  EXPECT_TRUE(throttle.wait(home, now));
  EXPECT_FALSE(throttle.wait(at("bob", "198.51.100.7"), now));
  EXPECT_FALSE(throttle.wait(at("alice", "198.51.100.8"), now));
  EXPECT_FALSE(throttle.wait(at("alice", ""), now)) << "a unix socket";
}

TEST_F(PasswordThrottleTest, ARightPasswordSetsBack) {
  guess(throttle, home, 12);
  throttle.succeeded(home);
  EXPECT_FALSE(throttle.wait(home, now));
  for (int i = 0; i < 9; ++i) fail(throttle, home);
  EXPECT_FALSE(throttle.wait(home, now));
}

TEST_F(PasswordThrottleTest, SoDoesADayOfQuiet) {
  guess(throttle, home, 15);
  now += hours(25);
  fail(throttle, home);
  EXPECT_FALSE(throttle.wait(home, now));
}

// A device with an outdated password does not lock its owner out, however often it asks.
TEST_F(PasswordThrottleTest, TheSameWrongPasswordHoldsNoOtherBack) {
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(throttle.failed(home, now)) << i;
  EXPECT_EQ(throttle.failed(home, now), seconds(1)) << "each of them was a try";
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(throttle.wait(home, now)) << "for another one";
    now += std::chrono::milliseconds(500);
    EXPECT_EQ(throttle.failed(home, now), i % 2 == 0 ? std::optional(seconds(1)) : std::nullopt) << i;
  }
  EXPECT_EQ(count("push_wrong_passwords_total"), 1011u);
  EXPECT_EQ(count("push_passwords_throttled_total", "by=\"user\""), 501u);
  fail(throttle, home);
  EXPECT_EQ(throttle.wait(home, now), seconds(2)) << "the tries are used up";
}

TEST_F(PasswordThrottleTest, SeveralDevicesHaveOutdatedPasswords) {
  Credentials::Basic phone = home;
  phone.password = "older";
  Credentials::Basic script = home;
  script.password = "oldest";
  for (int i = 0; i < 50; ++i) {
    for (const auto& device : {home, phone, script}) static_cast<void>(throttle.failed(device, now));
    ASSERT_FALSE(throttle.wait(home, now)) << i;
    now += seconds(2);
  }
}

TEST_F(PasswordThrottleTest, AnAddressHas100In10MinutesWhateverTheNames) {
  const auto name = [](int i) { return at("user" + std::to_string(i), "198.51.100.7"); };
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(throttle.wait(name(i), now)) << i;
    fail(throttle, name(i));
  }
  EXPECT_EQ(throttle.wait(name(100), now), seconds(6));
  EXPECT_FALSE(throttle.wait(at("user1", "198.51.100.8"), now));
  EXPECT_EQ(count("push_passwords_throttled_total", "by=\"address\""), 1u);
  throttle.succeeded(name(100));
  EXPECT_TRUE(throttle.wait(name(100), now)) << "a right password does not set the address back";
  now += seconds(6);
  EXPECT_FALSE(throttle.wait(name(100), now));
  fail(throttle, name(100));
  EXPECT_TRUE(throttle.wait(name(101), now));
}

TEST_F(PasswordThrottleTest, AnIpv6ClientIsItsNetworkOf64Bits) {
  for (int i = 0; i < 100; ++i) fail(throttle, at("u" + std::to_string(i), "2001:db8:1:2::" + std::to_string(i)));
  EXPECT_TRUE(throttle.wait(at("x", "2001:db8:1:2:ffff::1"), now));
  EXPECT_FALSE(throttle.wait(at("x", "2001:db8:1:3::1"), now));
}

TEST_F(PasswordThrottleTest, SharedAddressesCountOnlyIfProxiesTellWhoIsWho) {
  PasswordThrottle behind(everywhere(), hash, metrics);
  for (const char* shared : {"127.0.0.1", "::1", "10.1.2.3", "172.17.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1",
                             "fd00::1", "fe80::1"}) {
    for (int i = 0; i < 150; ++i) {
      fail(throttle, at("u" + std::to_string(i), shared));
      fail(behind, at("u" + std::to_string(i), shared));
    }
    EXPECT_FALSE(throttle.wait(at("x", shared), now)) << shared;
    EXPECT_TRUE(behind.wait(at("x", shared), now)) << shared;
  }
  for (int i = 0; i < 10; ++i) fail(throttle, at("x", "127.0.0.1"));
  EXPECT_TRUE(throttle.wait(at("x", "127.0.0.1"), now)) << "each name has its own tries there, too";
}

TEST_F(PasswordThrottleTest, BothLimitsCanBeTurnedOff) {
  GuessLimits off = everywhere();
  off.tries = 0;
  off.address_tries = 0;
  PasswordThrottle free(off, hash, metrics);
  for (int i = 0; i < 1000; ++i) fail(free, home);
  EXPECT_FALSE(free.wait(home, now));
}

TEST_F(PasswordThrottleTest, TheTableIsBounded) {
  GuessLimits small;
  small.tries = 1;
  small.tracked = 10;
  PasswordThrottle bounded(small, hash, metrics);
  fail(bounded, home);
  EXPECT_TRUE(bounded.wait(home, now));
  for (int i = 0; i < 20; ++i) fail(bounded, at("other" + std::to_string(i), "10.0.0.1"));
  EXPECT_FALSE(bounded.wait(home, now));
}

}  // namespace
}  // namespace push::auth
