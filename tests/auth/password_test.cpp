#include "push/auth/password.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::auth {
namespace {

using core::ErrorCode;

// Published test vectors of bcrypt (crypt_blowfish's own).
constexpr const char* kU = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
constexpr const char* kUUU = "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a";

TEST(Password, VerifiesPublishedVectorsUnderAllThreeLetters) {
  for (const char letter : {'a', 'b', 'y'}) {
    std::string hash = kU;
    hash[2] = letter;
    EXPECT_TRUE(verify_password("U*U", hash)) << letter;
    EXPECT_FALSE(verify_password("U*U*", hash)) << letter;
    hash = kUUU;
    hash[2] = letter;
    EXPECT_TRUE(verify_password("U*U*U", hash)) << letter;
  }
}

TEST(Password, BytesAbove127CountTheSameUnderEveryLetter) {
  // A password for which libxcrypt's $2a$ differs from every other implementation's.
  const std::string password =
      "\xff\xa3"
      "34"
      "\xff\xff\xff\xa3"
      "345";
  for (const char letter : {'a', 'b', 'y'}) {
    std::string hash = "$2a$05$/OK.fbVrR/bpIqNJ5ianF.o./n25XVfn6oAPaUvHe.Csk4zRfsYPi";
    hash[2] = letter;
    EXPECT_TRUE(verify_password(password, hash)) << letter;
  }
  EXPECT_TRUE(verify_password(password, *hash_password(password, 4)));
}

TEST(Password, HashesAs2aWithTheGivenCostAndAFreshSalt) {
  const auto first = hash_password("secret", 4);
  const auto second = hash_password("secret", 4);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->substr(0, 7), "$2a$04$");
  EXPECT_EQ(first->size(), 60u);
  EXPECT_NE(*first, *second);
  EXPECT_TRUE(verify_password("secret", *first));
  EXPECT_FALSE(verify_password("Secret", *first));
  EXPECT_FALSE(verify_password("", *first));
}

TEST(Password, Takes72BytesAndRefusesMoreOrANul) {
  const std::string longest(72, 'p');
  const auto hash = hash_password(longest, 4);
  ASSERT_TRUE(hash);
  EXPECT_EQ(hash_password(longest + "p", 4).error().code, ErrorCode::invalid);
  EXPECT_EQ(hash_password(std::string("a\0b", 3), 4).error().code, ErrorCode::invalid);
  EXPECT_TRUE(verify_password(longest, *hash));
  EXPECT_TRUE(verify_password(longest + "and what is ignored", *hash));
  EXPECT_TRUE(verify_password(longest + std::string(1000, 'x'), *hash));
  EXPECT_FALSE(verify_password(longest.substr(1), *hash));
}

TEST(Password, ANulDoesNotCutThePasswordShort) {
  const auto hash = hash_password("abc", 4);
  ASSERT_TRUE(hash);
  EXPECT_FALSE(verify_password(std::string("abc\0def", 7), *hash));
}

TEST(Password, EmptyAndBrokenHashesMatchNothing) {
  for (const std::string hash :
       {"", "*0", "x", "$2a$", "$1$abc$def", "$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$99$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
        "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe"}) {
    EXPECT_FALSE(verify_password("U*U", hash)) << hash;
    EXPECT_FALSE(verify_password("", hash)) << hash;
  }
}

TEST(Password, AnImpossibleCostIsAnErrorNotAnEmptyHash) {
  EXPECT_EQ(hash_password("x", 99).error().code, ErrorCode::internal);
}

TEST(Password, TellsTheCostOfAHash) {
  EXPECT_EQ(cost_of(kU), 5U);
  EXPECT_EQ(cost_of(*hash_password("x", 6)), 6U);
  for (const std::string hash : {"", "x", "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                                 "$2a$32$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
                                 "$2a$1x$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"}) {
    EXPECT_EQ(cost_of(hash), 0U) << hash;
  }
}

}  // namespace
}  // namespace push::auth
