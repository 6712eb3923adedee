#include "api/content_coding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::api {
namespace {

std::string chosen(std::string_view accepted, bool gzip = true, bool brotli = true) {
  return std::string(name(choose_coding(accepted, gzip, brotli)));
}

TEST(ContentCoding, IsTheSmallestThatIsAccepted) {
  const std::pair<const char*, const char*> rows[] = {
      {"gzip, deflate, br, zstd", "br"},
      {"gzip, deflate", "gzip"},
      {"GZIP;q=0.5", "gzip"},
      {"br;q=0.5, gzip;q=0.8", "gzip"},
      {"br ; q=1.000 ,gzip", "br"},
      {"*", "br"},
      {"*;q=0.1, br;q=0", "gzip"},
      {"identity, gzip;q=0.5", ""},
      {"identity;q=0.5, gzip", "gzip"},
      {"", ""},
      {"deflate", ""},
      {"br;q=0, gzip;q=0.000", ""},
      {"*;q=0", ""},
      {"brotli, gzipped", ""},
  };
  for (const auto& [accepted, coding] : rows) EXPECT_EQ(chosen(accepted), coding) << accepted;
}

TEST(ContentCoding, ABrokenWeightIsNoConsent) {
  for (const char* weight : {"q=", "q=2", "q=1.5", "q=0.1234", "q=-1", "q=0,5", "q=.5", "q=1x", "x=1", "q", ";q=1"}) {
    EXPECT_EQ(chosen("gzip;" + std::string(weight)), "") << weight;
  }
}

TEST(ContentCoding, IsOneThatIsThere) {
  EXPECT_EQ(chosen("gzip, br", true, false), "gzip");
  EXPECT_EQ(chosen("gzip, br", false, true), "br");
  EXPECT_EQ(chosen("gzip, br", false, false), "");
  EXPECT_EQ(chosen("br", true, false), "");
  EXPECT_EQ(chosen("br;q=0.1, gzip", false, true), "br");
}

}  // namespace
}  // namespace push::api
