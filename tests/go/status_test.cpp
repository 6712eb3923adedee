#include "push/go/status.hpp"

#include <gtest/gtest.h>

namespace push::go {
namespace {

TEST(StatusTest, PhrasesAreThoseOfGo) {
  EXPECT_EQ(status_text(100), "Continue");
  EXPECT_EQ(status_text(200), "OK");
  EXPECT_EQ(status_text(413), "Request Entity Too Large");
  EXPECT_EQ(status_text(414), "Request URI Too Long");
  EXPECT_EQ(status_text(416), "Requested Range Not Satisfiable");
  EXPECT_EQ(status_text(418), "I'm a teapot");
  EXPECT_EQ(status_text(511), "Network Authentication Required");
}

TEST(StatusTest, AStatusThatGoDoesNotKnowHasNoPhrase) {
  for (const unsigned status : {0u, 99u, 199u, 306u, 419u, 430u, 509u, 512u, 1000u}) {
    EXPECT_EQ(status_text(status), "") << status;
  }
}

}  // namespace
}  // namespace push::go
