// The error texts are in tests/binder/json_syntax_test.cpp.
#include "push/go/json_syntax.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::go {
namespace {

using namespace std::string_view_literals;

TEST(JsonObject, IsExactlyOneObject) {
  for (const std::string_view text : {"{}"sv, R"({"a":[1,{"b":null}]})"sv, " {\"a\":1}\r\n"sv, "{\"\xC3\xA9\":1}"sv}) {
    EXPECT_TRUE(is_json_object(text)) << text;
  }
  for (const std::string_view text :
       {""sv, " "sv, "{bad"sv, R"({"a":)"sv, "[1]"sv, "null"sv, "1"sv, "\"{}\""sv, "{}\0"sv, "{}{}"sv, "{},"sv,
        "{\"a\":\"\xFF\"}"sv, "\xEF\xBB\xBF{}"sv, "{\"a\":\"\n\"}"sv}) {
    EXPECT_FALSE(is_json_object(text)) << text;
  }
}

}  // namespace
}  // namespace push::go
