#include "push/auth/base64.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

namespace push::auth {
namespace {

using namespace std::string_view_literals;

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
  return out;
}

constexpr std::string_view kNot = "not base64";

struct EncodedRow {
  std::string_view text;
  std::string_view url;       // decoded by Go 1.26's RawURLEncoding, in hex
  int illegal;                // or the byte that it reports as illegal
  std::string_view standard;  // decoded by StdEncoding
};

// Go's results, row by row.
constexpr EncodedRow kRows[] = {
    {""sv, "", -1, ""},
    {"A"sv, kNot, 0, kNot},
    {"AA"sv, "00", -1, kNot},
    {"AAA"sv, "0000", -1, kNot},
    {"AAAA"sv, "000000", -1, "000000"},
    {"AAAAA"sv, kNot, 4, kNot},
    {"QUI"sv, "4142", -1, kNot},
    {"QUJ"sv, "4142", -1, kNot},
    {"QR"sv, "41", -1, kNot},
    {"QR=="sv, kNot, 2, "41"},
    {"QQ=="sv, kNot, 2, "41"},
    {"QQ="sv, kNot, 2, kNot},
    {"QQ"sv, "41", -1, kNot},
    {"="sv, kNot, 0, kNot},
    {"=="sv, kNot, 0, kNot},
    {"===="sv, kNot, 0, kNot},
    {"Q==="sv, kNot, 1, kNot},
    {"QQ==="sv, kNot, 2, kNot},
    {"QUI="sv, kNot, 3, "4142"},
    {"QUI=="sv, kNot, 3, kNot},
    {"QUJD="sv, kNot, 4, kNot},
    {"QUJD===="sv, kNot, 4, kNot},
    {"QQ==QQ=="sv, kNot, 2, kNot},
    {"QQ=Q"sv, kNot, 2, kNot},
    {"Q=Q="sv, kNot, 1, kNot},
    {"-_-_"sv, "fbffbf", -1, kNot},
    {"+/+/"sv, kNot, 0, "fbffbf"},
    {"-_"sv, "fb", -1, kNot},
    {"+/"sv, kNot, 0, kNot},
    {"QU\nJD"sv, "414243", -1, "414243"},
    {"QUJD\r\n"sv, "414243", -1, "414243"},
    {"\nQUJD"sv, "414243", -1, "414243"},
    {"QQ=\n="sv, kNot, 2, "41"},
    {"QQ==\n"sv, kNot, 2, "41"},
    {"QQ\n=="sv, kNot, 3, "41"},
    {"Q\n"sv, kNot, 1, kNot},
    {"QUJDQ\n\n"sv, kNot, 6, kNot},
    {"\n"sv, "", -1, ""},
    {"QUJDRUZHSUpL="sv, kNot, 12, kNot},
    {"QUJDRUZHSUpL*"sv, kNot, 12, kNot},
    {"QUJD UZH"sv, kNot, 4, kNot},
    {" QUJD"sv, kNot, 0, kNot},
    {"QUJD "sv, kNot, 4, kNot},
    {"QUJDR-Z_"sv, "41424347e67f", -1, kNot},
    {"QUJDR+Z/"sv, kNot, 5, "41424347e67f"},
    {"QUJD\x00"
     "UZH"sv,
     kNot, 4, kNot},
    {"QUJD\xff"
     "UZH"sv,
     kNot, 4, kNot},
    {"QUJD\xc3\xa9"
     "ZH"sv,
     kNot, 4, kNot},
    {"QUJDRUZHSUpLTU5P"sv, "414243454647494a4b4d4e4f", -1, "414243454647494a4b4d4e4f"},
    {"QUJDRUZHSUpLTU5PUQ"sv, "414243454647494a4b4d4e4f51", -1, kNot},
    {"QUJDRUZHSUpLTU5PUQ=="sv, kNot, 18, "414243454647494a4b4d4e4f51"},
    {"QUJDRUZHSUpLTU5PU"sv, kNot, 16, kNot},
    {"QUJDRUZHSUpLTU5P="sv, kNot, 16, kNot},
    {"//__"sv, kNot, 0, kNot},
    {"QQ-="sv, kNot, 3, kNot},
    {"QUJDRUZHSUp\rLTU5P\n"sv, "414243454647494a4b4d4e4f", -1, "414243454647494a4b4d4e4f"},
    {"QUJDRUZH\nS"sv, kNot, 9, kNot},
    {"QUJDRUZHSUpL."sv, kNot, 12, kNot},
    {"QQ=\nQ"sv, kNot, 2, kNot},
    {"QUI=\n\nQ"sv, kNot, 3, kNot},
    {"QQ\n\r=\r="sv, kNot, 4, "41"},
};

TEST(Base64, ReadsWhatGoReads) {
  for (const EncodedRow& row : kRows) {
    const auto url = decode_base64_url(row.text);
    if (row.illegal < 0) {
      ASSERT_TRUE(url) << row.text << ": " << url.error().text;
      EXPECT_EQ(hex(*url), row.url) << row.text;
    } else {
      ASSERT_FALSE(url) << row.text;
      EXPECT_EQ(url.error().code, core::ErrorCode::invalid);
      EXPECT_EQ(url.error().text, "illegal base64 data at input byte " + std::to_string(row.illegal)) << row.text;
    }
    const auto standard = decode_base64(row.text);
    EXPECT_EQ(standard ? hex(*standard) : kNot, row.standard) << row.text;
  }
}

TEST(Base64, EveryByteIsInTheAlphabetOrIsNot) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text = std::string("AAA") + c;
    const bool common = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool skipped = c == '\r' || c == '\n';
    EXPECT_EQ(decode_base64_url(text).has_value(), common || skipped || c == '-' || c == '_') << byte;
    EXPECT_EQ(decode_base64(text).has_value(), common || c == '+' || c == '/' || c == '=') << byte;
  }
}

TEST(Base64, WhatWasEncodedIsReadBack) {
  std::string bytes;
  for (int size = 0; size < 300; ++size) {
    const std::string text = encode_base64_url(bytes);
    EXPECT_EQ(text.size(), (bytes.size() * 8 + 5) / 6);
    EXPECT_EQ(text.find_first_of("+/="), std::string::npos) << text;
    const auto back = decode_base64_url(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, bytes);
    bytes += static_cast<char>(size * 37 + 250);
  }
  EXPECT_EQ(encode_base64_url("\xfb\xff\xbf"), "-_-_");
  EXPECT_EQ(encode_base64_url("A"), "QQ");
}

}  // namespace
}  // namespace push::auth
