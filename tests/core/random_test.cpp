#include "push/core/random.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

namespace push::core {
namespace {

TEST(Random, BytesAreAsManyAsAskedForAndDifferEachTime) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = random_bytes(32);
    EXPECT_EQ(bytes.size(), 32u);
    EXPECT_TRUE(seen.insert(bytes).second);
  }
  EXPECT_EQ(random_bytes(100'000).size(), 100'000u);
  EXPECT_EQ(random_bytes(0), "");
}

// 200 letters: a byte modulo 200 would make the first 56 twice as likely.
TEST(Random, NoLetterIsLikelierThanAnother) {
  std::string alphabet;
  for (int i = 0; i < 200; ++i) alphabet += static_cast<char>(i);
  const std::string letters = random_letters(alphabet, 200'000);
  ASSERT_EQ(letters.size(), 200'000u);
  std::map<char, int> counts;
  for (const char c : letters) ++counts[c];
  EXPECT_EQ(counts.size(), 200u);
  for (const auto& [letter, count] : counts) {  // 1,000 each; eleven standard deviations
    EXPECT_GT(count, 650) << static_cast<unsigned>(static_cast<unsigned char>(letter));
    EXPECT_LT(count, 1350) << static_cast<unsigned>(static_cast<unsigned char>(letter));
  }
}

}  // namespace
}  // namespace push::core
