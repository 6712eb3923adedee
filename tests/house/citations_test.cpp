// The rule about citations on small documents. Citations are split, so that this file does not break the rule.
#include "house/citations.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::house {
namespace {

constexpr const char* kProtocol =
    "# The protocol\n## 0. Two majors\n| row | what |\n|---|---|\n| c | lists |\n## 1. API\n### 1.6 `/application`\n"
    "**Route matching.** Paths.\n## Appendix A. Exchanges\n### A3 POST\n```\n## 9. Not a heading\n```\n";

constexpr const char* kDocument =
    "docs/"
    "some.md";

Documents documents() {
  Documents all;
  all.sections = sections_of(kProtocol);
  all.promises = promises_of("| id | what |\n|---|---|\n| F1 | descriptors |\n| X12 | rights |\n");
  all.anchors["book/protocol.md"] = anchors_of(kProtocol);
  all.anchors["README.md"] = {};
  all.paths = {"README.md", "book", "book/protocol.md", std::string(kDocument), "benchmark/plots/users.svg"};
  return all;
}

Findings cited(const std::string& word, const std::string& rest) {
  return check_citations(source("src/hub/hub.cpp", "// A rule (" + word + " " + rest + ").\n"), documents());
}

Findings linked(const std::string& path, const std::string& text) {
  return check_links(source(path, text + "\n"), documents());
}

TEST(Sections, AreNumberedHeadingsRowsOfALetterAndPartsInBold) {
  const std::set<std::string> expected = {"0", "0 row c", "1", "1.6", "1.6 Route matching", "A", "A3"};
  EXPECT_EQ(sections_of(kProtocol), expected);
}

TEST(Citations, OfWhatExistsAreFine) {
  for (const std::string word : {"protocol"}) {
    for (const char* rest : {"1.6", "1.6, 0", "0, row c", "1 and A3", "A3.12", "1.6 \"Route matching\"",
                             "1.6 (\"Route matching\")", "1.6:"})
      EXPECT_TRUE(cited(word, rest).empty()) << word << " " << rest;
  }
  EXPECT_TRUE(cited("reliability", "F1, X12").empty());
  EXPECT_TRUE(cited("the protocol", "of 1998").empty());
}

TEST(Citations, OfAMissingSectionAreFoundAtTheirLine) {
  for (const std::string word : {"protocol"}) {
    for (const char* rest : {"9", "1.7", "1.6, 1.7", "0, row d", "A4", "1.6 \"Content-Type\"", "A4.1"}) {
      const auto found = cited(word, rest);
      ASSERT_EQ(found.size(), 1U) << word << " " << rest;
      EXPECT_EQ(found[0].line, 1U);
    }
  }
}

TEST(Citations, OfAMissingPromiseOrDocumentAreFound) {
  EXPECT_EQ(cited("reliability", "F2").size(), 1U);
  EXPECT_EQ(cited("reliability", "F1, X13").size(), 1U);
  EXPECT_TRUE(cited("see", kDocument).empty());
  EXPECT_EQ(cited("see", std::string("docs/") + "nothing.md").size(), 1U);
}

TEST(Links, LeadToFilesAndHeadings) {
  EXPECT_TRUE(linked("README.md", "[p](book/protocol.md#16-application) ![u](benchmark/plots/users.svg)").empty());
  EXPECT_TRUE(linked("book/protocol.md", "[r](../README.md) [a](#a3-post) [w](https://example.org/#x)").empty());
  EXPECT_TRUE(linked("README.md", "`[x](y)` and\n```\n[x](y)\n```").empty());
}

TEST(Links, ThatLeadNowhereAreFound) {
  EXPECT_EQ(linked("README.md", "[p](book/protocols.md)").size(), 1U);
  EXPECT_EQ(linked("book/protocol.md", "[p](book/protocol.md)").size(), 1U);
  EXPECT_EQ(linked("README.md", "[p](book/protocol.md#17-client)").size(), 1U);
  EXPECT_EQ(linked("README.md", "[p](#nothing) [q](nothing)").size(), 2U);
}

TEST(NamedTests, ExistAsTheyAreNamed) {
  const auto tests = tests_of(source("tests/a_test.cpp", "TEST(A, One) {\nTEST_F(B, two) {\n  TEST(C, Inner)\n"));
  EXPECT_EQ(tests, (std::set<std::string>{"A.One", "B.two"}));
  const auto check = [&](const char* text) { return check_named_tests(source("book/x.md", text), tests).size(); };
  EXPECT_EQ(check("`A.One`, `B.*`, `b.two`, `scripts/test`\n"), 0U);
  EXPECT_EQ(check("`A.Two`\n"), 1U);
  EXPECT_EQ(check("`C.*`\n"), 1U);
  EXPECT_EQ(check("`A.On`\n"), 1U);
}

TEST(NamedCommands, ExistAsTheyAreNamed) {
  Documents all;
  all.paths = {"scripts/run", "tests/kind/one", ".ci/gates"};
  const auto check = [&](const char* text) { return check_named_commands(source("book/x.md", text), all).size(); };
  EXPECT_EQ(check("`scripts/run -R A`, `tests/kind/one`, `bash .ci/gates a`, `/stream`, `run`\n"), 0U);
  EXPECT_EQ(check("`scripts/ru`\n"), 1U);
  EXPECT_EQ(check("`tests/kind/two --quick` and `bash .ci/other`\n"), 2U);
}

}  // namespace
}  // namespace push::house
