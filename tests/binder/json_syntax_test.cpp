// The error texts for malformed JSON.
#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

using namespace std::string_view_literals;

class JsonSyntax : public testing::TestWithParam<Row> {};
TEST_P(JsonSyntax, IsExplainedAsGoDoes) {
  EXPECT_EQ(create_message(json(GetParam().input)), "! " + std::string(GetParam().outcome)) << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Ends, JsonSyntax,
    testing::Values(Row{"", "EOF"}, Row{" \t\r\n", "EOF"}, Row{"{", "unexpected EOF"},
                    Row{R"({"message":"a")", "unexpected EOF"}, Row{R"({"message)", "unexpected EOF"},
                    Row{R"({"message")", "unexpected EOF"}, Row{R"({"message":)", "unexpected EOF"},
                    Row{R"({"message":"a\)", "unexpected EOF"}, Row{R"({"message":"\u12)", "unexpected EOF"},
                    Row{R"({"message":"a",)", "unexpected EOF"}, Row{"[", "unexpected EOF"},
                    Row{"[1", "unexpected EOF"}, Row{"[1,", "unexpected EOF"}, Row{"-", "unexpected EOF"},
                    Row{"1.", "unexpected EOF"}, Row{"1e", "unexpected EOF"}, Row{"1e+", "unexpected EOF"},
                    Row{"tru", "unexpected EOF"}, Row{"\"", "unexpected EOF"}));

INSTANTIATE_TEST_SUITE_P(Values, JsonSyntax,
                         testing::Values(Row{"bad", "invalid character 'b' looking for beginning of value"},
                                         Row{"}", "invalid character '}' looking for beginning of value"},
                                         Row{"]", "invalid character ']' looking for beginning of value"},
                                         Row{"+1", "invalid character '+' looking for beginning of value"},
                                         Row{"[1,]", "invalid character ']' looking for beginning of value"},
                                         Row{"[,", "invalid character ',' looking for beginning of value"},
                                         Row{R"({"a":})", "invalid character '}' looking for beginning of value"},
                                         Row{"trap", "invalid character 'a' in literal true (expecting 'u')"},
                                         Row{"t ", "invalid character ' ' in literal true (expecting 'r')"},
                                         Row{"falsy", "invalid character 'y' in literal false (expecting 'e')"},
                                         Row{"[nul]", "invalid character ']' in literal null (expecting 'l')"},
                                         Row{"-a", "invalid character 'a' in numeric literal"},
                                         Row{"[1.]", "invalid character ']' after decimal point in numeric literal"},
                                         Row{"[1ex", "invalid character 'x' in exponent of numeric literal"},
                                         Row{"[1e-]", "invalid character ']' in exponent of numeric literal"},
                                         Row{"[01]", "invalid character '1' after array element"},
                                         Row{"\xEF\xBB\xBF{}", "invalid character 'ï' looking for beginning of value"},
                                         Row{"\xEF{}", "invalid character 'ï' looking for beginning of value"},
                                         Row{"\0"sv, R"(invalid character '\x00' looking for beginning of value)"},
                                         Row{"\x7f", R"(invalid character '\x7f' looking for beginning of value)"},
                                         Row{"\x85", R"(invalid character '\u0085' looking for beginning of value)"},
                                         Row{"\xa0", R"(invalid character '\u00a0' looking for beginning of value)"},
                                         Row{"\xad", R"(invalid character '\u00ad' looking for beginning of value)"},
                                         Row{"\v", R"(invalid character '\v' looking for beginning of value)"},
                                         Row{"'", R"(invalid character '\'' looking for beginning of value)"},
                                         Row{"\\", R"(invalid character '\\' looking for beginning of value)"}));

INSTANTIATE_TEST_SUITE_P(
    Structures, JsonSyntax,
    testing::Values(Row{"{bad", "invalid character 'b' looking for beginning of object key string"},
                    Row{"{'a':1}", R"(invalid character '\'' looking for beginning of object key string)"},
                    Row{R"({"a":1,})", "invalid character '}' looking for beginning of object key string"},
                    Row{R"({"a" 1})", "invalid character '1' after object key"},
                    Row{R"({"a""b"})", "invalid character '\"' after object key"},
                    Row{R"({"a":1 x})", "invalid character 'x' after object key:value pair"},
                    Row{R"({"a":1])", "invalid character ']' after object key:value pair"},
                    Row{R"({"a":"b""c":1})", "invalid character '\"' after object key:value pair"},
                    Row{"[1 2]", "invalid character '2' after array element"},
                    Row{"[1}", "invalid character '}' after array element"},
                    Row{"[{\"a\":[]}x]", "invalid character 'x' after array element"},
                    Row{"\"a\nb\"", R"(invalid character '\n' in string literal)"},
                    Row{"{\"a\x1f\":1}", R"(invalid character '\x1f' in string literal)"},
                    Row{R"("\x")", "invalid character 'x' in string escape code"},
                    Row{R"("\u12g4")", "invalid character 'g' in \\u hexadecimal character escape"},
                    Row{"\"\xff\\u00\"", "invalid character '\"' in \\u hexadecimal character escape"}));

TEST(JsonDepth, EndsAtTenThousand) {
  const std::string text = "invalid character '[' exceeded max depth";
  EXPECT_EQ(create_message(json(std::string(std::size_t{10} << 20, '['))), "! " + text);
  EXPECT_EQ(create_message(json(R"({"message":"a","x":{"x":)" + std::string(9999, '['))), "! " + text);
  EXPECT_EQ(create_message(json(R"({"message":"a","x":)" + std::string(9999, '[') + "{")),
            "! invalid character '{' exceeded max depth");
}

TEST(JsonDepth, TenThousandLevelsAreRead) {
  const std::string nested = R"({"x":)" + std::string(9998, '[') + std::string(9998, ']') + "}";
  EXPECT_EQ(create_message(json(R"({"message":"a","x":)" + nested + "}")), "a||-|0|");
}

}  // namespace
}  // namespace push::binder::test
