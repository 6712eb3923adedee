// Every rule, applied to every file of the tree.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "house/citations.hpp"
#include "house/rules.hpp"

namespace push::house {
namespace {

std::string from_environment(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

std::string source_dir() {
  return from_environment("PUSH_SOURCE_DIR", ".");
}

std::string read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class House : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    all_ = new std::vector<Source>(read_tree(source_dir(), {"src", "include", "tests", "benchmark"}));
    arrows_ = new Arrows(parse_arrows(read(from_environment("PUSH_ROOMS_FILE", "build/release/rooms.txt"))));
  }
  static void TearDownTestSuite() {
    delete all_;
    delete arrows_;
  }
  static const std::vector<Source>& all() { return *all_; }
  static const Arrows& arrows() { return *arrows_; }

  static void expect_none(const Findings& findings) {
    for (const auto& finding : findings) ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.text;
  }
  template <class Rule>
  static void expect_none_in_any(Rule rule) {
    for (const auto& source : all()) expect_none(rule(source));
  }

 private:
  static inline std::vector<Source>* all_ = nullptr;
  static inline Arrows* arrows_ = nullptr;
};

TEST_F(House, IsFound) {
  EXPECT_GT(all().size(), 30U) << "PUSH_SOURCE_DIR or the working directory is not the root of the repository";
  EXPECT_GE(arrows().size(), 12U) << "PUSH_ROOMS_FILE is not the file that CMake writes";
}

TEST_F(House, HasNoForbiddenArrow) {
  expect_none(check_forbidden_arrows(arrows()));
}
TEST_F(House, IncludesFollowTheArrows) {
  expect_none_in_any([](const Source& source) { return check_includes(source, arrows()); });
}
TEST_F(House, HeavyLibrariesStopAtSourceFiles) {
  expect_none_in_any(check_heavy_headers);
}
TEST_F(House, HeadersAreGuarded) {
  expect_none_in_any(check_pragma_once);
}
TEST_F(House, PublicHeadersHaveReadersElsewhere) {
  expect_none(check_public_headers(all()));
}
TEST_F(House, FilesAreShort) {
  expect_none_in_any(check_file_length);
}
TEST_F(House, FunctionsAreShort) {
  expect_none_in_any(check_function_length);
}
TEST_F(House, TestsAreNamedInCamelCase) {
  expect_none_in_any(check_test_names);
}
TEST_F(House, NothingIsLeftUnfinished) {
  expect_none_in_any(check_unfinished_words);
}

// Everything people read: sources, scripts and documents.
class Book : public House {
 protected:
  static void SetUpTestSuite() {
    texts_ = new std::vector<Source>(
        read_texts(source_dir(), {"src", "include", "tests", "benchmark", "scripts", "docs", "docker", ".ci"}));
    documents_ = new Documents;
    documents_->sections = sections_of(read(source_dir() + "/docs/gotify-protocol.md"));
    documents_->promises = promises_of(read(source_dir() + "/docs/reliability.md"));
    for (const auto& text : texts()) {
      if (text.path.ends_with(".md")) documents_->anchors[text.path] = anchors_of(read(source_dir() + "/" + text.path));
    }
    documents_->paths = paths_of(source_dir());
  }
  static void TearDownTestSuite() {
    delete texts_;
    delete documents_;
  }
  static const std::vector<Source>& texts() { return *texts_; }
  static const Documents& documents() { return *documents_; }

 private:
  static inline std::vector<Source>* texts_ = nullptr;
  static inline Documents* documents_ = nullptr;
};

TEST_F(Book, IsFound) {
  EXPECT_GT(documents().sections.size(), 50U);
  EXPECT_GT(documents().promises.size(), 30U);
  EXPECT_TRUE(documents().anchors.contains("README.md"));
}
TEST_F(Book, HoldsWhateverIsCited) {
  for (const auto& text : texts()) expect_none(check_citations(text, documents()));
}
TEST_F(Book, HasNoDeadLink) {
  for (const auto& text : texts()) {
    if (text.path.ends_with(".md")) expect_none(check_links(text, documents()));
  }
}
TEST_F(Book, NamesCommandsThatExist) {
  for (const auto& text : texts()) {
    if (text.path == "docs/reliability.md") expect_none(check_named_commands(text, documents()));
  }
}
TEST_F(Book, NamesTestsThatExist) {
  std::set<std::string> tests;
  for (const auto& text : texts()) tests.merge(tests_of(text));
  for (const auto& text : texts()) {
    if (text.path == "docs/reliability.md") expect_none(check_named_tests(text, tests));
  }
}

}  // namespace
}  // namespace push::house
