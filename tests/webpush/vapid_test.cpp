// RFC 8292: the token that push services check.
#include "webpush/vapid.hpp"

#include <gtest/gtest.h>

#include "push/auth/base64.hpp"

namespace push::webpush {
namespace {

using std::chrono::hours;

struct Parts {
  std::string signed_text;
  std::string header;
  std::string claims;
  std::string signature;
  std::string key;
};

Parts parts_of(const std::string& header) {
  Parts parts;
  const auto token = header.find("t=") + 2;
  const auto comma = header.find(", k=");
  EXPECT_EQ(header.substr(0, token), "vapid t=");
  const std::string text = header.substr(token, comma - token);
  const auto first = text.find('.');
  const auto second = text.rfind('.');
  parts.signed_text = text.substr(0, second);
  parts.header = auth::decode_base64_url(text.substr(0, first)).value();
  parts.claims = auth::decode_base64_url(text.substr(first + 1, second - first - 1)).value();
  parts.signature = auth::decode_base64_url(text.substr(second + 1)).value();
  parts.key = auth::decode_base64_url(header.substr(comma + 4)).value();
  return parts;
}

class VapidTest : public testing::Test {
 protected:
  const KeyPair keys = make_key_pair().value();
  Vapid vapid{keys, "mailto:a@example.org"};
  const core::WallTime noon{std::chrono::seconds(1'800'000'000)};
};

TEST_F(VapidTest, IsSignedByTheKeyThatItNames) {
  const auto header = vapid.header("https://push.example.org", noon);
  ASSERT_TRUE(header);
  const Parts parts = parts_of(*header);
  EXPECT_EQ(parts.header, R"({"typ":"JWT","alg":"ES256"})");
  EXPECT_EQ(parts.claims, R"({"aud":"https://push.example.org","exp":1800043200,"sub":"mailto:a@example.org"})");
  EXPECT_EQ(parts.key, keys.public_key);
  EXPECT_TRUE(verify(keys.public_key, parts.signed_text, parts.signature));
  EXPECT_FALSE(verify(keys.public_key, parts.signed_text + "x", parts.signature));
  EXPECT_FALSE(verify(make_key_pair()->public_key, parts.signed_text, parts.signature));
}

TEST_F(VapidTest, IsKeptForItsOriginUntilItNearlyEnds) {
  const std::string first = vapid.header("https://a.example.org", noon).value();
  EXPECT_EQ(vapid.header("https://a.example.org", noon + hours(10)).value(), first);
  EXPECT_NE(vapid.header("https://b.example.org", noon).value(), first);
  EXPECT_NE(vapid.header("https://a.example.org", noon + hours(11)).value(), first);
}

// A push service refuses a token that ends more than 24 hours after its own clock.
TEST_F(VapidTest, IsMadeAnewWhenTheClockHasGoneBack) {
  const std::string first = vapid.header("https://a.example.org", noon).value();
  EXPECT_NE(vapid.header("https://a.example.org", noon - hours(48)).value(), first);
}

TEST_F(VapidTest, ManyOriginsDoNotGrow) {
  const std::string first = vapid.header("https://a.example.org", noon).value();
  for (std::size_t i = 0; i < Vapid::kMaxOrigins; ++i) {
    ASSERT_TRUE(vapid.header("https://" + std::to_string(i) + ".example.org", noon));
  }
  EXPECT_NE(vapid.header("https://a.example.org", noon).value(), first);
}

}  // namespace
}  // namespace push::webpush
