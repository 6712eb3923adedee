#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include "push/core/text.hpp"

namespace push::core {
namespace {

// A slow reference: decode each code point bit by bit, then check that encoding it again yields the same size.
bool reference_valid_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    std::size_t size = 0;
    while (size < 8 && ((lead >> (7 - size)) & 1) != 0) ++size;
    if (size == 1 || size > 4) return false;
    if (size == 0) size = 1;
    std::uint32_t point = size == 1 ? lead : lead & ((1U << (7 - size)) - 1U);
    for (std::size_t i = 1; i < size; ++i) {
      if (at + i >= text.size()) return false;
      const auto next = static_cast<unsigned char>(text[at + i]);
      if (next >> 6 != 2) return false;
      point = point * 64 + next % 64;
    }
    const std::size_t shortest = point < 0x80 ? 1U : point < 0x800 ? 2U : point < 0x10000 ? 3U : 4U;
    if (size != shortest || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    at += size;
  }
  return true;
}

TEST(Utf8, BoundariesOfRfc3629) {
  for (const std::string_view valid :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "κόσμε", "a text of more than eight bytes, then \xE2\x82\xAC"}) {
    EXPECT_TRUE(valid_utf8(valid)) << valid;
  }
  for (const std::string_view invalid :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFE", "\xFF",
        "a text of more than eight bytes, then \xE2\x82"}) {
    EXPECT_FALSE(valid_utf8(invalid)) << invalid;
  }
  EXPECT_TRUE(valid_utf8(std::string_view("\0", 1)));
}

TEST(Utf8, ASequenceEndsWithTheTextWhateverFollowsIt) {
  for (const std::string_view whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x94"}) {
    for (std::size_t size = 1; size < whole.size(); ++size) EXPECT_FALSE(valid_utf8(whole.substr(0, size)));
    EXPECT_TRUE(valid_utf8(whole));
  }
}

TEST(Utf8, AgreesWithTheReferenceOnEverySequenceOfThreeBytes) {
  std::string text;
  for (std::size_t size = 1; size <= 3; ++size) {
    text.assign(size, '\0');
    for (std::uint32_t value = 0; value < 1U << (8 * size); ++value) {
      for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>((value >> (8 * i)) & 0xFF);
      ASSERT_EQ(valid_utf8(text), reference_valid_utf8(text)) << std::hex << value << " of " << size << " bytes";
    }
  }
}

TEST(Utf8, AgreesWithTheReferenceOnEveryFourByteLeadAndSecondByte) {
  for (std::uint32_t value = 0; value < 1U << 24; ++value) {
    const std::string text{static_cast<char>(0xF0 | (value & 0xF)), static_cast<char>((value >> 4) & 0xFF),
                           static_cast<char>((value >> 12) & 0xFF), static_cast<char>(0x7E + ((value >> 20) & 0x3))};
    ASSERT_EQ(valid_utf8(text), reference_valid_utf8(text)) << std::hex << value;
  }
}

TEST(Utf8, AgreesWithTheReferenceOnRandomTextsWithOneByteChanged) {
  const char* given = std::getenv("PUSH_TEST_SEED");
  const std::uint32_t seed = given != nullptr ? static_cast<std::uint32_t>(std::stoul(given)) : std::random_device()();
  std::cout << "PUSH_TEST_SEED=" << seed << '\n';
  std::mt19937 random(seed);
  constexpr std::string_view kPieces[] = {"plain ascii", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x94\x94", "x"};
  std::size_t valid = 0;
  for (int round = 0; round < 100000; ++round) {
    std::string text;
    for (auto pieces = random() % 12; pieces > 0; --pieces) text += kPieces[random() % std::size(kPieces)];
    if (!text.empty() && random() % 2 == 0) text[random() % text.size()] = static_cast<char>(random() & 0xFF);
    const bool expected = reference_valid_utf8(text);
    valid += expected ? 1 : 0;
    ASSERT_EQ(valid_utf8(text), expected) << ::testing::PrintToString(text);
  }
  EXPECT_GT(valid, 10000U);
  EXPECT_LT(valid, 90000U);
}

TEST(Utf8, APrefixKeepsCharactersWhole) {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x94";  // 1, 2, 3 and 4 bytes
  const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t bytes = 0; bytes < std::size(expected); ++bytes) {
    EXPECT_EQ(utf8_prefix(text, bytes), text.substr(0, expected[bytes])) << bytes;
  }
  EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80", 4), "\x80\x80\x80\x80") << "invalid bytes stand for themselves";
}

}  // namespace
}  // namespace push::core
