#include "push/auth/token.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace push::auth {
namespace {

using std::chrono::seconds;

constexpr std::string_view kAlphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

TEST(Token, HasItsPrefixAndFourteenLettersOfTheAlphabet) {
  const std::string application = mint_application_token(TokenForm::legacy).shown;
  const std::string client = mint_client_token(TokenForm::legacy).shown;
  EXPECT_EQ(application.size(), 15u);
  EXPECT_EQ(client.size(), 15u);
  EXPECT_EQ(application[0], 'A');
  EXPECT_EQ(client[0], 'C');
  EXPECT_EQ((application + client).find_first_not_of(kAlphabet), std::string::npos);
}

TEST(Token, NeverRepeatsAndUsesEveryLetterAboutAsOften) {
  constexpr int kTokens = 5000;
  std::set<std::string> seen;
  std::map<char, int> count;
  for (int i = 0; i < kTokens; ++i) {
    const std::string token = mint_client_token(TokenForm::legacy).shown;
    EXPECT_TRUE(seen.insert(token).second);
    for (const char letter : token.substr(1)) ++count[letter];
  }
  // 70,000 letters over 65: 1,077 each with a deviation of 33. Taking a byte modulo 65 would give the first 61 letters
  // 1,094 and the last four 820.
  ASSERT_EQ(count.size(), kAlphabet.size());
  for (const auto& [letter, times] : count) {
    EXPECT_GT(times, 880) << letter;
    EXPECT_LT(times, 1290) << letter;
  }
}

// The vector of protocol 2.5: the seed is 00..1f.
constexpr std::string_view kPrivate = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr std::string_view kPublic = "A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg";
constexpr std::string_view kSignature =
    "wBpxVMJRxAB9KsOGxIHfoXzDVXfpJwOz4gNLY-hjKVGocoqwfi3wRFc5iYeIzFPc0hlXq6Pn6N6-cw8N2ECTBA";
constexpr std::int64_t kSigned = 1767225600;

core::WallTime at(std::int64_t second, std::int64_t nanoseconds = 0) {
  return core::WallTime(seconds(second)) + std::chrono::nanoseconds(nanoseconds);
}

std::string text(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out += part;
  return out;
}

std::string signed_token(std::string_view timestamp, std::string_view signature = kSignature) {
  return text({"gtfya.", kPublic, ".", timestamp, ".", signature});
}

// The key by which a presented token is looked up, "too old or too new", or the error's text.
std::string read(std::string_view presented, core::WallTime now = at(kSigned)) {
  const auto key = read_token(presented, now);
  if (!key) {
    EXPECT_EQ(key.error().code, core::ErrorCode::unauthorized) << presented;
    return key.error().text;
  }
  return *key ? (*key)->stored : "too old or too new";
}

TEST(Token, AnEnhancedOneIsMintedAsASeedAndStoredAsItsPublicKey) {
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const MintedToken application = mint_application_token(TokenForm::enhanced);
    const MintedToken client = mint_client_token(TokenForm::enhanced);
    EXPECT_EQ(application.shown.size(), 49u);
    EXPECT_EQ(application.shown.substr(0, 6), "gtfya.");
    EXPECT_EQ(client.shown.substr(0, 6), "gtfyc.");
    EXPECT_TRUE(seen.insert(application.shown.substr(6)).second && seen.insert(client.shown.substr(6)).second);
    EXPECT_NE(application.shown, application.stored);
    EXPECT_EQ(read(application.shown), application.stored);
    EXPECT_EQ(read(client.shown), client.stored);
    EXPECT_NE(read(client.stored), client.stored);  // the stored form is not a credential
  }
}

TEST(Token, ALegacyOneIsItsOwnKey) {
  for (const std::string_view token :
       {"AbCdEfGhIjKlMnO", "C.............-", "", "gtf", "Gtfya.x", "x gtfya", "A=+/ \n"}) {
    const auto key = read_token(token, at(kSigned));
    ASSERT_TRUE(key && *key) << token;
    EXPECT_EQ((*key)->stored, token);
    EXPECT_FALSE((*key)->until);
  }
}

TEST(Token, ReadsTheVectorOfTheReference) {
  const std::string stored = text({"gtfya.", kPublic});
  const auto from_private = read_token(text({"gtfya.", kPrivate}), at(kSigned));
  ASSERT_TRUE(from_private && *from_private);
  EXPECT_EQ((*from_private)->stored, stored);
  EXPECT_FALSE((*from_private)->until);
  const auto from_signed = read_token(signed_token("1767225600"), at(kSigned));
  ASSERT_TRUE(from_signed && *from_signed);
  EXPECT_EQ((*from_signed)->stored, stored);
  EXPECT_EQ((*from_signed)->until, at(kSigned + 901));
  EXPECT_EQ(read(text({"gtfyc.", kPrivate})), text({"gtfyc.", kPublic}));  // the letter is part of it
  EXPECT_EQ(read(text({"gtfy.", kPrivate})), text({"gtfy.", kPublic}));
  // Trailing bits of the last letter are ignored.
  EXPECT_EQ(read("gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9"), stored);
}

TEST(Token, ASignatureIsGoodFor900SecondsBeforeAndAfter) {
  const std::string token = signed_token("1767225600");
  const std::string stored = text({"gtfya.", kPublic});
  const std::string_view no = "too old or too new";
  EXPECT_EQ(read(token, at(kSigned - 900)), stored);
  EXPECT_EQ(read(token, at(kSigned - 900, -1)), no);
  EXPECT_EQ(read(token, at(kSigned + 900, 999'999'999)), stored);
  EXPECT_EQ(read(token, at(kSigned + 901)), no);
  EXPECT_EQ(read(token, at(0)), no);
  EXPECT_EQ(read(token, at(-1)), no);
}

TEST(Token, ReadsATimestampAsGoDoes) {
  struct Row {
    std::string_view timestamp;
    std::string_view answer;  // empty: the vector's public form
  };
  const Row rows[] = {
      {"1767225600", ""},
      {"+1767225600", ""},
      {"0001767225600", ""},
      {"+0001767225600", ""},
      {"1767225601", "invalid token"},
      {"-1767225600", "invalid token"},
      {"0", "invalid token"},
      {"9223372036854775807", "invalid token"},
      {"", "parsing \"\": invalid syntax"},
      {"x", "parsing \"x\": invalid syntax"},
      {"+", "parsing \"+\": invalid syntax"},
      {"+-1", "parsing \"+-1\": invalid syntax"},
      {" 1767225600", "parsing \" 1767225600\": invalid syntax"},
      {"1_767_225_600", "parsing \"1_767_225_600\": invalid syntax"},
      {"0x10", "parsing \"0x10\": invalid syntax"},
      {"1\n\"\xff", "parsing \"1\\n\\\"\\xff\": invalid syntax"},
      {"9223372036854775808", "parsing \"9223372036854775808\": value out of range"},
      {"-9223372036854775809", "parsing \"-9223372036854775809\": value out of range"},
      {"99999999999999999999999x", "parsing \"99999999999999999999999x\": value out of range"},
  };
  for (const Row& row : rows) {
    std::string answer = text({"gtfya.", kPublic});
    if (!row.answer.empty()) answer = row.answer;
    if (answer.starts_with("parsing")) {
      answer = "cannot parse token: timestamp must be an integer: strconv.ParseInt: " + answer;
    }
    EXPECT_EQ(read(signed_token(row.timestamp)), answer) << row.timestamp;
  }
}

// Correctly signed by the vector's key, so only the time is wrong.
TEST(Token, AnExtremeTimestampIsOldOrNewAndNothingElse) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"0", "-ewi3Xk6Z5MZdfreCdQ5R2ZWY-v3m1uLmDMQFUFQxG1LnfKi5CR-zq0pj8UmUsLwqnq2f53pmUe6wZKA1XE9CA"},
      {"-1", "x6L_3Aa82nEIsJ9usXh-PQd8ieTb_ztyLUlw7PHmAPlsR7YQqeTwocvGiPaQt6A1TdrbSBToMNVjk-Y-jsNhCQ"},
      {"9223372036854775807", "pfcuMumuAzna7yIZPq_019GObEV8LRDuHNLZEWfOYuE777XAYOAIGueLFO0AooN5EtOwlWQqBxTH9xAFSfjwBw"},
      {"-9223372036854775808",
       "FSJI5V6-dZanv9qHxsjTdEhT1z1bf3ilFCFC-RbD96YPPpm1K2t1oCDE251wco8D-CXu-Y4KCAhwQ2vt381-Ag"},
  };
  for (const auto& [timestamp, signature] : rows) {
    EXPECT_EQ(read(signed_token(timestamp, signature)), "too old or too new") << timestamp;
  }
  EXPECT_EQ(read(signed_token("0", rows[0].second), at(0)), text({"gtfya.", kPublic}));
  EXPECT_EQ(read(signed_token("-1", rows[1].second), at(0)), text({"gtfya.", kPublic}));
}

TEST(Token, RefusesAWrongSignatureWhateverItsTime) {
  std::string wrong(kSignature);
  wrong[10] = wrong[10] == 'A' ? 'B' : 'A';
  EXPECT_EQ(read(signed_token("1767225600", wrong)), "invalid token");
  EXPECT_EQ(read(signed_token("1767225600", wrong), at(0)), "invalid token");
  // Ed25519 over the message itself is not Ed25519ph.
  EXPECT_EQ(read(signed_token("1767225600",
                              "ZMOoeSRZFbZ2OvRh-8Kr-AZuQYRBb3U4Eb0QViks3dCKoDTRekmJ_RfPLtvOiQb40xGM216pDT7l8_"
                              "2A2ospBg")),
            "invalid token");
  EXPECT_EQ(read(text({"gtfya.", kPrivate, ".1767225600.", kSignature})), "invalid token");  // another key
}

TEST(Token, NamesTheFirstThingThatIsWrongAsGotifyDoes) {
  const std::string padded = text({kPrivate, "="});
  const std::string short_key(kPublic.substr(1));
  const std::string short_signature(kSignature.substr(1));
  const std::string standard_signature = "+" + short_signature;
  const std::string broken_lines = std::string(kPrivate.substr(0, 40)) + "\n\n\n";
  const std::pair<std::string, std::string> rows[] = {
      {"gtfy", "token must have 2 or 4 fields separated by dots"},
      {"gtfyfoo", "token must have 2 or 4 fields separated by dots"},
      {text({"gtfya.", kPublic, ".1"}), "token must have 2 or 4 fields separated by dots"},
      {"gtfya.", "private key must be 32 bytes"},
      {"gtfya.zzz", "private key must be 32 bytes"},
      {"gtfya.z", "base64 decode failed: illegal base64 data at input byte 0"},
      {text({"gtfya.", padded}), "base64 decode failed: illegal base64 data at input byte 43"},
      {text({"gtfya.", "+", short_key}), "base64 decode failed: illegal base64 data at input byte 0"},
      {text({"gtfya.", short_key}), "private key must be 32 bytes"},
      {text({"gtfya.", kPrivate, "AA"}), "base64 decode failed: illegal base64 data at input byte 44"},
      {text({"gtfya.", kPrivate, "A"}), "private key must be 32 bytes"},
      {text({"gtfya.", kPrivate, "\n"}), "private key must be 32 bytes"},
      {text({"gtfya.", broken_lines}), "private key must be 32 bytes"},  // Gotify panics
      {"gtfya.zzz.12.abc", "public key must be 32 bytes"},
      {"gtfya.zzz.x.abc", "public key must be 32 bytes"},
      {"gtfya.z*.x.abc", "base64 decode failed: illegal base64 data at input byte 1"},
      {text({"gtfya.", broken_lines, ".1.", kSignature}), "public key must be 32 bytes"},
      {text({"gtfya.", kPublic, ".x.abc"}),
       "timestamp must be an integer: strconv.ParseInt: parsing \"x\": invalid syntax"},
      {text({"gtfya.", kPublic, ".1.abc"}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1."}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1.", short_signature}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1.", kSignature, "="}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1.", kSignature, "\n"}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1.", kSignature.substr(2), "\n\n"}), "signature must be 64 bytes"},
      {text({"gtfya.", kPublic, ".1.", standard_signature}),
       "base64 decode failed: illegal base64 data at input byte 0"},
      {text({"gtfya.", kPublic, ".1.", kSignature.substr(0, 84), ".A"}),  // a fifth field belongs to the fourth
       "base64 decode failed: illegal base64 data at input byte 84"},
  };
  for (const auto& [token, why] : rows) EXPECT_EQ(read(token), "cannot parse token: " + why) << token;
}

}  // namespace
}  // namespace push::auth
