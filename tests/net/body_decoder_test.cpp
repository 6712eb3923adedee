#include "net/body_decoder.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::net {
namespace {

// In pieces of `step` bytes; what is left of the input goes to `rest`.
std::string decode(BodyDecoder decoder, std::string_view input, std::size_t step, std::string* rest = nullptr) {
  std::string body;
  while (!input.empty() && !decoder.is_done() && decoder.error() == nullptr) {
    std::string_view piece = input.substr(0, step);
    const std::size_t size = piece.size();
    while (!piece.empty() && !decoder.is_done() && decoder.error() == nullptr) body += decoder.take(piece);
    input.remove_prefix(size - piece.size());
  }
  if (decoder.error() != nullptr) return decoder.error();
  if (rest != nullptr) *rest = input;
  return decoder.is_done() ? body : "more than " + body;
}

TEST(BodyDecoder, TakesAsMuchAsTheLengthSays) {
  for (std::size_t step = 1; step < 12; ++step) {
    std::string rest;
    const std::string body("\r\n\0 x", 5);
    EXPECT_EQ(decode(BodyDecoder(5), body + "GET", step, &rest), body);
    EXPECT_EQ(rest, "GET");
    EXPECT_EQ(decode(BodyDecoder(5), "abc", step), "more than abc");
  }
  EXPECT_TRUE(BodyDecoder().is_done());
}

TEST(BodyDecoder, TakesChunksApart) {
  const std::string input = "3\r\n\r\n0\r\nA;x=\"y\"\r\n0123456789\r\n0\r\n\r\nGET";
  for (std::size_t step = 1; step <= input.size(); ++step) {
    std::string rest;
    EXPECT_EQ(decode(BodyDecoder::chunked(), input, step, &rest), "\r\n00123456789") << step;
    EXPECT_EQ(rest, "GET");
  }
}

TEST(BodyDecoder, AStringInAnExtensionEndsOnItsLine) {
  for (const char* extension : {"a=\"b\"", "a=\"b;\\\"c\"", "a=\"\\\\\"", "a=b\\", "a=\"b\"; c=\"\""}) {
    EXPECT_EQ(decode(BodyDecoder::chunked(), "1;" + std::string(extension) + "\r\nx\r\n0\r\n\r\n", 1), "x")
        << extension;
  }
  for (const char* extension : {"\"", "a=\"b", "a=\"b\\\"", "a=\"b\"\""}) {
    BodyDecoder decoder = BodyDecoder::chunked();
    const std::string bytes = "1;" + std::string(extension) + "\r\nx\r\n0\r\n\r\n";
    std::string_view input = bytes;
    EXPECT_EQ(decoder.take(input), "") << extension;
    EXPECT_STREQ(decoder.error(), "invalid chunk extension") << extension;
  }
}

TEST(BodyDecoder, SaysHowMuchIsToCome) {
  EXPECT_EQ(BodyDecoder(7).remaining(), 7U);
  BodyDecoder decoder = BodyDecoder::chunked();
  EXPECT_EQ(decoder.remaining(), 0U);
  std::string_view input = "ffffffffffffffff\r\nabc";
  EXPECT_EQ(decoder.take(input), "abc");
  EXPECT_EQ(decoder.remaining(), 0xffff'ffff'ffff'fffcU);
}

TEST(BodyDecoder, NothingFollowsWhatIsBroken) {
  BodyDecoder decoder = BodyDecoder::chunked();
  std::string_view input = "x\r\n1\r\nx\r\n";
  EXPECT_EQ(decoder.take(input), "");
  EXPECT_STREQ(decoder.error(), "invalid chunk size");
  EXPECT_EQ(decoder.take(input), "");
  EXPECT_FALSE(decoder.is_done());
}

}  // namespace
}  // namespace push::net
