#include "push/auth/token.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace push::auth {
namespace {

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

}  // namespace
}  // namespace push::auth
