// Each rule on sources that break it, and on sources that do not.
#include "house/rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace push::house {
namespace {

const Arrows kArrows = parse_arrows("core: \nhub: core\nwebsocket: core\nnet: core hub websocket\nstore: core\n");

Findings includes(const std::string& path, const std::string& text) {
  return check_includes(source(path, text), kArrows);
}

std::string repeated(std::size_t count, const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line;
  return text;
}

TEST(ParseArrows, ReadsOneRoomALine) {
  EXPECT_EQ(kArrows.size(), 5U);
  EXPECT_EQ(kArrows.at("net"), (std::set<std::string>{"core", "hub", "websocket"}));
  EXPECT_TRUE(kArrows.at("core").empty());
}

TEST(ForbiddenArrows, AreFoundByName) {
  for (const char* line : {"hub: net", "net: api", "net: store", "net: delivery", "store: hub", "cluster: hub",
                           "delivery: net", "websocket: model", "core: model"}) {
    EXPECT_EQ(check_forbidden_arrows(parse_arrows(line)).size(), 1U) << line;
  }
  EXPECT_TRUE(check_forbidden_arrows(kArrows).empty());
}

TEST(Includes, AnIncludeWithoutAnArrowIsFoundAtItsLine) {
  const auto found = includes("src/hub/hub.cpp", "#include <vector>\n\n#include \"push/net/http.hpp\"\n");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].path, "src/hub/hub.cpp");
  EXPECT_EQ(found[0].line, 3U);
  EXPECT_NE(found[0].text.find("hub -> net"), std::string::npos);
}

TEST(Includes, HeadersAndAngleBracketsAreCheckedToo) {
  EXPECT_EQ(includes("include/push/hub/hub.hpp", "#pragma once\n#include \"push/net/http.hpp\"\n").size(), 1U);
  EXPECT_EQ(includes("src/hub/hub.cpp", "  #  include <push/net/http.hpp>\n").size(), 1U);
}

TEST(Includes, ArrowsCoreAndTheOwnRoomAreAllowed) {
  const char* text =
      "#include \"push/hub/hub.hpp\"\n#include \"push/core/ids.hpp\"\n#include \"push/net/http.hpp\"\n#include "
      "\"net/loop.hpp\"\n"
      "#include <sys/epoll.h>\n// #include \"push/api/api.hpp\"\n";
  EXPECT_TRUE(includes("src/net/loop.cpp", text).empty());
}

TEST(Includes, APrivateHeaderIsForItsOwnRoomOnlyAndNeverPublic) {
  EXPECT_EQ(includes("src/net/loop.cpp", "#include \"hub/shard.hpp\"\n").size(), 1U);
  EXPECT_EQ(includes("src/main/main.cpp", "#include \"hub/shard.hpp\"\n").size(), 1U);
  EXPECT_EQ(includes("include/push/hub/hub.hpp", "#include \"hub/shard.hpp\"\n").size(), 1U);
}

TEST(Includes, MainMayUseEveryRoomButNoneThatIsNot) {
  EXPECT_TRUE(
      includes("src/main/main.cpp", "#include \"push/store/store.hpp\"\n#include \"main/signals.hpp\"\n").empty());
  EXPECT_EQ(includes("src/main/main.cpp", "#include \"push/cellar/wine.hpp\"\n").size(), 1U);
}

TEST(Includes, ARoomThatTheBuildDoesNotListIsFound) {
  EXPECT_EQ(includes("src/cellar/wine.cpp", "").size(), 1U);
  EXPECT_EQ(includes("include/push/cellar/wine.hpp", "").size(), 1U);
}

TEST(HeavyHeaders, AreFoundInPublicHeadersOnly) {
  for (const char* header :
       {"sqlite3.h", "libpq-fe.h", "nats/nats.h", "yaml-cpp/yaml.h", "nlohmann/json.hpp", "boost/beast/http.hpp",
        "boost/asio/io_context.hpp", "openssl/sha.h", "crypt.h", "sodium.h", "CLI/CLI.hpp"}) {
    const auto text = "#include <" + std::string(header) + ">\n";
    EXPECT_EQ(check_heavy_headers(source("include/push/hub/hub.hpp", text)).size(), 1U) << header;
    EXPECT_TRUE(check_heavy_headers(source("src/hub/hub.cpp", text)).empty()) << header;
  }
  EXPECT_TRUE(
      check_heavy_headers(source("include/push/core/result.hpp", "#include <boost/system/result.hpp>\n")).empty());
}

TEST(PragmaOnce, IsMissedWhereItIsMissingOrOnlyMentioned) {
  EXPECT_EQ(check_pragma_once(source("include/push/hub/hub.hpp", "#include <vector>\n")).size(), 1U);
  EXPECT_EQ(check_pragma_once(source("src/hub/shard.hpp", "// #pragma once\n")).size(), 1U);
  EXPECT_TRUE(check_pragma_once(source("src/hub/shard.hpp", "// A shard.\n#pragma once\n")).empty());
  EXPECT_TRUE(check_pragma_once(source("src/hub/hub.cpp", "int x;\n")).empty());
}

TEST(PublicHeaders, OneThatOnlyItsOwnRoomIncludesIsFound) {
  const auto header = source("include/push/hub/shard.hpp", "#pragma once\n");
  const auto own = source("src/hub/hub.cpp", "#include \"push/hub/shard.hpp\"\n");
  EXPECT_EQ(check_public_headers({header, own}).size(), 1U);
  EXPECT_TRUE(
      check_public_headers({header, own, source("src/net/a.cpp", "#include \"push/hub/shard.hpp\"\n")}).empty());
  EXPECT_EQ(
      check_public_headers({header, own, source("tests/hub/a_test.cpp", "#include \"push/hub/shard.hpp\"\n")}).size(),
      1U);
}

TEST(PublicHeaders, OneThatAPublicHeaderNeedsIsPublicToo) {
  const auto inner = source("include/push/hub/key.hpp", "#pragma once\n");
  const auto outer = source("include/push/hub/hub.hpp", "#pragma once\n#include \"push/hub/key.hpp\"\n");
  EXPECT_TRUE(check_public_headers({inner, outer, source("src/net/a.cpp", "#include \"push/hub/hub.hpp\"\n")}).empty());
  EXPECT_EQ(check_public_headers({inner, outer}).size(), 2U);
}

TEST(FileLength, TheFirstLineTooManyIsFound) {
  EXPECT_TRUE(check_file_length(source("src/hub/hub.cpp", repeated(kMaxFileLines, "\n"))).empty());
  EXPECT_EQ(check_file_length(source("src/hub/hub.cpp", repeated(kMaxFileLines + 1, "\n"))).size(), 1U);
}

TEST(FunctionLength, TheFirstLineTooManyIsFoundWhereTheFunctionBegins) {
  const auto function = [](std::size_t lines) {
    return "namespace a {\n\nint f(int x,\n      int y) {\n" + repeated(lines - 3, "  if (x) { ++y; }\n") +
           "}\n\n}  // namespace a\n";
  };
  EXPECT_TRUE(check_function_length(source("src/hub/hub.cpp", function(kMaxFunctionLines))).empty());
  const auto found = check_function_length(source("src/hub/hub.cpp", function(kMaxFunctionLines + 1)));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].line, 3U);
}

TEST(FunctionLength, MembersConstructorsAndTestsCount) {
  const auto body = repeated(kMaxFunctionLines, "  x();\n");
  for (const std::string head : {"class A {\n public:\n  void f() {\n", "A::A(int b) : b_{b}, c_(0) {\n",
                                 "TEST(A, B) {\n", "template <class T>\nT f(T t) {\n"}) {
    EXPECT_EQ(check_function_length(source("src/hub/hub.cpp", head + body + "}\n};\n")).size(), 1U) << head;
  }
}

TEST(FunctionLength, LongTypesAndTablesAreNotFunctions) {
  const auto body = repeated(kMaxFunctionLines, "  int x = 0;\n");
  for (const std::string head : {"class A final : public B {\n", "struct A {\n", "template <class T>\nstruct A {\n",
                                 "enum class A {\n", "namespace a {\n", "constexpr int kTable[] = {\n"}) {
    EXPECT_TRUE(check_function_length(source("src/hub/hub.cpp", head + body + "};\n")).empty()) << head;
  }
}

TEST(FunctionLength, BracesInLiteralsCommentsAndMacrosDoNotCount) {
  const std::string noise =
      "  // {\n  auto s = \"{\"; auto c = '{'; auto r = R\"(\n{ \" )\"; int n = 1'000; /* {\n */\n";
  const auto text = "#define A(x) \\\n  f(x) {\n" + ("void f() {\n" + noise + "}\n") +
                    repeated(kMaxFunctionLines, "int x();\n") + "void g() {}\n";
  EXPECT_TRUE(check_function_length(source("src/hub/hub.cpp", text)).empty());
}

TEST(TestNames, OtherStylesAreFound) {
  EXPECT_TRUE(check_test_names(source("tests/a_test.cpp", "TEST_F(Subject, WhatHolds2) {\n")).empty());
  EXPECT_TRUE(check_test_names(source("tests/a_test.cpp", "TEST_F(Subject, A7_1_WhatHolds) {\n")).empty());
  for (const char* name : {"what_holds", "whatHolds", "What_Holds"}) {
    const auto found = check_test_names(source("tests/a_test.cpp", "\nTEST(Subject, " + std::string(name) + ") {\n"));
    ASSERT_EQ(found.size(), 1U) << name;
    EXPECT_EQ(found[0].line, 2U);
  }
}

TEST(UnfinishedWords, AreFoundInCodeAndComments) {
  for (const std::string word : {"TO"
                                 "DO",
                                 "FIX"
                                 "ME",
                                 "XX"
                                 "X",
                                 "HA"
                                 "CK"}) {
    EXPECT_EQ(check_unfinished_words(source("src/hub/hub.cpp", "int x;  // " + word + ": later\n")).size(), 1U) << word;
  }
  EXPECT_TRUE(check_unfinished_words(source("src/hub/hub.cpp",
                                            "mkstemp(\"/tmp/XX"
                                            "XXXX\");\n"))
                  .empty());
}

}  // namespace
}  // namespace push::house
