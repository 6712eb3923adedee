// The comparison behind the rows: one that accepted everything would make them all pass.
#include "conformance/play.hpp"

#include <gtest/gtest.h>

#include "conformance/tokens.hpp"

namespace push::conformance {
namespace {

const Values kValues = {{"app1", "7"}};

bool both(const std::string& text, const std::string& pattern) {
  return matches(text, pattern, kValues, Mode::v2) && matches(text, pattern, kValues, Mode::v3);
}
bool neither(const std::string& text, const std::string& pattern) {
  return !matches(text, pattern, kValues, Mode::v2) && !matches(text, pattern, kValues, Mode::v3);
}

TEST(PlayItself, MatchesPatternsToTheByte) {
  EXPECT_TRUE(both(R"({"id":7,"x":[1.5]})", R"({"id":{app1},"x":[1.5]})"));
  EXPECT_TRUE(neither(R"({"id":7,"x":[1,5]})", R"({"id":{app1},"x":[1.5]})"));
  EXPECT_TRUE(neither(R"({"id":7} )", R"({"id":{app1}})"));
  EXPECT_TRUE(neither(R"({"id":77})", R"({"id":{app1}})"));
  EXPECT_TRUE(both(R"({"id":12})", R"({"id":<id>})"));
  EXPECT_TRUE(neither(R"({"id":0})", R"({"id":<id>})"));
  EXPECT_TRUE(both("[a,b,c]", "[<any>b<any>]"));
  EXPECT_TRUE(neither("[a,b,c]", "[<any>d<any>]"));
  EXPECT_TRUE(neither("[a,b,c]}", "[<any>]"));
  EXPECT_TRUE(both("", ""));
  EXPECT_TRUE(neither("x", ""));
}

TEST(PlayItself, TimesHaveAFraction) {
  EXPECT_TRUE(both("2026-01-02T03:04:05.06Z", "<time>"));
  EXPECT_TRUE(both("2026-01-02T03:04:05.123456789+02:00", "<time>"));
  EXPECT_TRUE(neither("2026-01-02T03:04:05Z", "<time>"));
  EXPECT_TRUE(neither("2026-01-02T03:04:05.060Z", "<time>"));
  EXPECT_TRUE(neither("null", "<time>"));
}

TEST(PlayItself, TokensAreOfTheirMode) {
  for (const Mode mode : {Mode::v2, Mode::v3}) {
    const Mode other = mode == Mode::v2 ? Mode::v3 : Mode::v2;
    EXPECT_TRUE(matches(minted(mode, 'a', 3).shown, "<A>", {}, mode));
    EXPECT_TRUE(matches(minted(mode, 'c', 3).stored, "<C stored>", {}, mode));
    EXPECT_FALSE(matches(minted(mode, 'a', 3).shown, "<C>", {}, mode));
    EXPECT_FALSE(matches(minted(other, 'a', 3).shown, "<A>", {}, mode));
  }
}

TEST(PlayItself, NamesEverythingThatIsWrong) {
  const support::Answer answer{404, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nX-A: b\r\n", "[]"};
  EXPECT_EQ(
      compare(answer, {.status = 404, .body = "[]", .type = "text/html", .headers = {"X-A: b", "!X-B"}}, {}, Mode::v2),
      "");
  const std::string wrong =
      compare(answer, {.status = 200, .body = "{}", .headers = {"!X-A", "X-B: c"}, .contains = {"7"}, .lacks = {"["}},
              {}, Mode::v2);
  for (const char* piece :
       {"expected 200, got 404", "Content-Type: expected 'application/json', got 'text/html'", "unexpected X-A: b",
        "X-B: expected 'c'", "expected {}", "expected to hold 7", "without ["}) {
    EXPECT_NE(wrong.find(piece), std::string::npos) << piece << " is not in " << wrong;
  }
}

// ctest runs the sections that CMake names.
TEST(PlayItself, EverySectionIsRun) {
  const std::string sections = " " + std::string(PUSH_SECTIONS) + " ";
  const testing::UnitTest& all = *testing::UnitTest::GetInstance();
  for (int i = 0; i < all.total_test_suite_count(); ++i) {
    std::string suite = all.GetTestSuite(i)->name();
    suite = suite.substr(0, suite.find('/'));
    if (suite.ends_with("Itself")) suite.erase(suite.rfind("Itself"));
    EXPECT_NE(sections.find(" " + suite + " "), std::string::npos) << suite << " is not in tests/CMakeLists.txt";
  }
}

TEST(PlayItself, SignsTheSpecificationsVector) {
  EXPECT_EQ(enhanced('a', vector_seed()).shown, "gtfya.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  EXPECT_EQ(enhanced('a', vector_seed()).stored, "gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg");
  EXPECT_EQ(signed_for('a', vector_seed(), 1767225600),
            "gtfya.A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg.1767225600.wBpxVMJRxAB9KsOGxIHfoXzDVXfpJwOz4gNLY-"
            "hjKVGocoqwfi3wRFc5iYeIzFPc0hlXq6Pn6N6-cw8N2ECTBA");
}

}  // namespace
}  // namespace push::conformance
