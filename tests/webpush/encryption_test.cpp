// RFC 8291: the example of its section 5 and appendix A, and what a browser makes of a push.
#include "webpush/encryption.hpp"

#include <gtest/gtest.h>

#include "push/auth/base64.hpp"
#include "push/webpush/keys.hpp"

namespace push::webpush {
namespace {

using core::ErrorCode;

std::string bytes(std::string_view text) {
  const auto read = auth::decode_base64_url(text);
  EXPECT_TRUE(read) << text;
  return read ? *read : "";
}

constexpr const char* kPlain = "When I grow up, I want to be a watermelon";
constexpr const char* kBrowserPublic =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr const char* kBrowserPrivate = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
constexpr const char* kAuth = "BTBZMqHH6r4Tts7J_aSIgg";

Freshness of_the_example() {
  return {{bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
           bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8")},
          bytes("DGv6ra1nlYgDCS1FRnbzlw")};
}

TEST(WebPushEncryption, IsThatOfTheExampleInRfc8291) {
  const auto body = encrypt(kPlain, bytes(kBrowserPublic), bytes(kAuth), of_the_example());
  ASSERT_TRUE(body) << body.error().text;
  EXPECT_EQ(auth::encode_base64_url(*body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P"
            "Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(WebPushEncryption, BothSidesDeriveTheSecretOfTheExample) {
  constexpr const char* kSecret = "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs";
  const KeyPair browser{bytes(kBrowserPrivate), bytes(kBrowserPublic)};
  const KeyPair server = of_the_example().keys;
  const auto ours = shared_secret(server, browser.public_key);
  const auto theirs = shared_secret(browser, server.public_key);
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(auth::encode_base64_url(*ours), kSecret);
  EXPECT_EQ(auth::encode_base64_url(*theirs), kSecret);
}

TEST(WebPushEncryption, NoTwoPushesAreAlike) {
  const auto first = encrypt(kPlain, bytes(kBrowserPublic), bytes(kAuth));
  const auto second = encrypt(kPlain, bytes(kBrowserPublic), bytes(kAuth));
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->substr(0, kSaltBytes), second->substr(0, kSaltBytes));
  EXPECT_NE(first->substr(21, kPublicKeyBytes), second->substr(21, kPublicKeyBytes));
}

TEST(WebPushEncryption, TheLongestPayloadFillsARecord) {
  const auto longest = encrypt(std::string(kMaxPayload, 'a'), bytes(kBrowserPublic), bytes(kAuth));
  ASSERT_TRUE(longest);
  EXPECT_EQ(longest->size(), 4096U);
  const auto longer = encrypt(std::string(kMaxPayload + 1, 'a'), bytes(kBrowserPublic), bytes(kAuth));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::invalid);
}

TEST(WebPushEncryption, WhatIsNoKeyIsRefused) {
  std::string off_the_curve = bytes(kBrowserPublic);
  off_the_curve.back() = static_cast<char>(off_the_curve.back() ^ 1);
  std::string compressed = bytes(kBrowserPublic).substr(0, 33);
  compressed[0] = 2;
  for (const std::string& key : {std::string(), compressed, off_the_curve, std::string(kPublicKeyBytes, '\0')}) {
    EXPECT_FALSE(is_public_key(key));
    const auto body = encrypt(kPlain, key, bytes(kAuth));
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code, ErrorCode::invalid);
  }
  EXPECT_FALSE(encrypt(kPlain, bytes(kBrowserPublic), bytes(kAuth).substr(1)));
}

TEST(WebPushEncryption, KeysOfABrowserAreCheckedInWords) {
  EXPECT_TRUE(check_browser_keys(kBrowserPublic, kAuth));
  const auto key = check_browser_keys("BCVx", kAuth);
  const auto secret = check_browser_keys(kBrowserPublic, "BTBZ");
  const auto letters = check_browser_keys("B+/=", kAuth);
  ASSERT_FALSE(key);
  ASSERT_FALSE(secret);
  ASSERT_FALSE(letters);
  EXPECT_EQ(key.error().text, "Field 'p256dh' is not a public key of the curve P-256 in base64url");
  EXPECT_EQ(secret.error().text, "Field 'auth' is not 16 bytes in base64url");
}

}  // namespace
}  // namespace push::webpush
