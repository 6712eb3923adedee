#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

class CreateMessageForm : public testing::TestWithParam<Row> {};
TEST_P(CreateMessageForm, BindsAsGotifyDoes) {
  EXPECT_EQ(create_message(urlencoded(GetParam().input)), GetParam().outcome) << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Urlencoded, CreateMessageForm,
    testing::Values(
        Row{R"(message=form&title=ft&priority=7&extras={"a":1})", "form|ft|7|0|"},
        Row{"message=m&extras=%7B%22a%22%3A1%7D", "m||-|0|"}, Row{"message=m&priority=", "m||0|0|"},
        Row{"message=m&priority=+5+", "m||5|0|"}, Row{"message=m&priority=%2B5", "m||5|0|"},
        Row{"message=m&priority=-5&appid=7", "m||-5|7|"}, Row{"message=m&priority", "m||0|0|"},
        Row{"message=a+b%20c&message=second", "a b c||-|0|"}, Row{"message=+%20&title=+t", "  | t|-|0|"},
        Row{"&&message=a=b&=x&", "a=b||-|0|"}, Row{"mess%61ge=%c3%A9", "é||-|0|"},
        Row{"Message=a", "! Field 'message' is required"}, Row{"", "! Field 'message' is required"},
        Row{"message=", "! Field 'message' is required"}, Row{"message=&message=b", "! Field 'message' is required"},
        Row{"message=m&priority=x", R"(! strconv.ParseInt: parsing "x": invalid syntax)"},
        Row{"message=m&priority=1.5", R"(! strconv.ParseInt: parsing "1.5": invalid syntax)"},
        Row{"message=m&priority=-", R"(! strconv.ParseInt: parsing "-": invalid syntax)"},
        Row{"message=m&priority=1_000", R"(! strconv.ParseInt: parsing "1_000": invalid syntax)"},
        Row{"message=m&priority=%22%0a%ff%e2%80%a8é",
            R"(! strconv.ParseInt: parsing "\"\n\xff\u2028é": invalid syntax)"},
        Row{"message=m&priority=9223372036854775807", "m||9223372036854775807|0|"},
        Row{"message=m&priority=-9223372036854775808", "m||-9223372036854775808|0|"},
        Row{"message=m&priority=9223372036854775808",
            R"(! strconv.ParseInt: parsing "9223372036854775808": value out of range)"},
        Row{"message=m&priority=-9223372036854775809",
            R"(! strconv.ParseInt: parsing "-9223372036854775809": value out of range)"},
        Row{"message=m&priority=99999999999999999999x",
            R"(! strconv.ParseInt: parsing "99999999999999999999x": value out of range)"},
        Row{"message=m&appid=-1", R"(! strconv.ParseUint: parsing "-1": invalid syntax)"},
        Row{"message=m&appid=%2B1", R"(! strconv.ParseUint: parsing "+1": invalid syntax)"},
        Row{"priority=x&appid=y", R"(! strconv.ParseInt: parsing "x": invalid syntax)"},
        Row{"a%ZZ", R"(! invalid URL escape "%ZZ")"}, Row{"a%", R"(! invalid URL escape "%")"},
        Row{"message=a%4", R"(! invalid URL escape "%4")"}, Row{"a=%X\x01", R"(! invalid URL escape "%X\x01")"},
        Row{"a%ZZ&b%YY", R"(! invalid URL escape "%ZZ")"}, Row{"a;b", "! invalid semicolon separator in query"},
        Row{"a%ZZ&a;b", "! invalid semicolon separator in query"},
        Row{"message=a;b", "! invalid semicolon separator in query"}, Row{"message=a%3Bb", "a;b||-|0|"}));

TEST(Form, OverTenMebibytesIsTooLarge) {
  constexpr std::size_t limit = std::size_t{10} << 20;
  const std::string value(limit - 8, 'a');
  EXPECT_EQ(create_message(urlencoded("message=" + value)), value + "||-|0|");
  EXPECT_EQ(create_message(urlencoded("message=" + value + "b")), "! http: POST too large");
}

TEST(Form, TakesTenThousandPairs) {
  std::string pairs = "message=m";
  for (int i = 1; i < 10000; ++i) pairs += "&x";
  EXPECT_EQ(create_message(urlencoded(pairs)), "m||-|0|");
  EXPECT_EQ(create_message(urlencoded(pairs + "&")), "! number of URL query parameters exceeded limit");
}

TEST(Form, MergesTheQueryBelowTheBody) {
  const std::string_view form = "application/x-www-form-urlencoded";
  const std::string_view query = "token=A&message=qm&priority=4";
  EXPECT_EQ(create_message({"POST", "", query, ""}), "qm||4|0|");
  EXPECT_EQ(create_message({"POST", form, query, "title=t&message=body"}), "body|t|4|0|");
  EXPECT_EQ(create_message({"PUT", form, query, "message=body"}), "body||4|0|");
  EXPECT_EQ(create_message({"POST", form, query, "message="}), "! Field 'message' is required");
  EXPECT_EQ(create_message({"POST", "text/plain", query, "message=abc"}), "qm||4|0|");
  EXPECT_EQ(create_message({"POST", "text/plain", "", "message=abc"}), "! Field 'message' is required");
  EXPECT_EQ(create_message({"POST", form, "a%ZZ", "a;b"}), "! invalid semicolon separator in query");
  EXPECT_EQ(create_message({"POST", form, "a%ZZ", "message=m"}), R"(! invalid URL escape "%ZZ")");
}

TEST(Form, IsChosenByTheContentType) {
  EXPECT_EQ(create_message({"POST", "application/x-www-form-urlencoded; charset=utf-8", "", "message=m"}), "m||-|0|");
  EXPECT_EQ(create_message({"POST", "Application/X-WWW-Form-Urlencoded", "", "message=m"}), "m||-|0|");
  EXPECT_EQ(create_message({"POST", "application/json; charset=utf-8", "message=q", R"({"message":"j"})"}), "j||-|0|");
  EXPECT_EQ(create_message({"POST", "application/json", "message=q", "{}"}), "! Field 'message' is required");
  EXPECT_EQ(create_message({"GET", "application/json", "message=q", R"({"message":"j"})"}), "q||-|0|");
  EXPECT_EQ(create_message({"GET", "application/x-www-form-urlencoded", "message=q", "message=b"}), "q||-|0|");
}

TEST(Form, MindsAMalformedContentType) {
  const auto with_type = [](std::string_view type) { return create_message({"POST", type, "message=q", ""}); };
  EXPECT_EQ(with_type("text"), "q||-|0|");
  EXPECT_EQ(with_type("text/plain;"), "q||-|0|");
  EXPECT_EQ(with_type(R"(text/plain; a="b\"c")"), "q||-|0|");
  EXPECT_EQ(with_type(";"), "! mime: no media type");
  EXPECT_EQ(with_type("text/"), "! mime: expected token after slash");
  EXPECT_EQ(with_type("a b"), "! mime: expected slash after first token");
  EXPECT_EQ(with_type("text/plain x"), "! mime: unexpected content after media subtype");
  EXPECT_EQ(with_type("text/plain;x"), "! mime: invalid media parameter");
  EXPECT_EQ(with_type("text/plain;;"), "! mime: invalid media parameter");
  EXPECT_EQ(with_type("text/plain; x=1; X=2"), "! mime: duplicate parameter name");
}

TEST(Form, ReadsBooleansAsStrconvDoes) {
  EXPECT_EQ(create_user(urlencoded("name=u&pass=p&admin=maybe")),
            R"(! strconv.ParseBool: parsing "maybe": invalid syntax)");
  for (const std::string_view yes : {"1", "t", "T", "true", "TRUE", "True", "+true+"}) {
    EXPECT_EQ(create_user(urlencoded("name=u&pass=p&admin=" + std::string(yes))), "u|p|true") << yes;
  }
  for (const std::string_view no : {"0", "f", "F", "false", "FALSE", "False", ""}) {
    EXPECT_EQ(create_user(urlencoded("name=u&pass=p&admin=" + std::string(no))), "u|p|false") << no;
  }
}

class Paging : public testing::TestWithParam<Row> {};
TEST_P(Paging, BindsAsGotifyDoes) {
  EXPECT_EQ(paging(GetParam().input), GetParam().outcome) << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Query, Paging,
    testing::Values(Row{"", "100|0"}, Row{"limit=2&since=3", "2|3"}, Row{"since=", "100|0"}, Row{"limit=200", "200|0"},
                    Row{"limit=1&limit=2", "1|0"}, Row{"limit=0", "! Field 'limit' must be more or equal to 1"},
                    Row{"limit=-1", "! Field 'limit' must be more or equal to 1"},
                    Row{"limit=", "! Field 'limit' must be more or equal to 1"},
                    Row{"limit=201", "! Field 'limit' must be less or equal to 200"},
                    Row{"limit=abc", R"(! strconv.ParseInt: parsing "abc": invalid syntax)"},
                    Row{"limit=1.5", R"(! strconv.ParseInt: parsing "1.5": invalid syntax)"},
                    Row{"since=abc", R"(! strconv.ParseUint: parsing "abc": invalid syntax)"},
                    Row{"since=-1", R"(! strconv.ParseUint: parsing "-1": invalid syntax)"},
                    Row{"since=18446744073709551615", "100|18446744073709551615"},
                    Row{"since=18446744073709551616",
                        R"(! strconv.ParseUint: parsing "18446744073709551616": value out of range)"},
                    Row{"limit=5&a;b", "! invalid semicolon separator in query"}));

TEST(Validation, JoinsInTheOrderOfTheStruct) {
  std::uint64_t id = 0;
  std::int64_t seconds = 0;
  Form form("elevateParams");
  form.unsigned_integer("clientID", id).required();
  form.integer("durationSeconds", seconds).required();
  const auto bound = bind_query("", form);
  ASSERT_FALSE(bound);
  EXPECT_EQ(bound.error().text, "Field 'clientID' is required; Field 'durationSeconds' is required");
}

TEST(Validation, BoundsHoldForUnsignedAndOptionalNumbers) {
  std::uint64_t large = 0;
  std::optional<std::int64_t> maybe;
  Form form("bounds");
  form.unsigned_integer("large", large).at_least(-1).at_most(9);
  form.integer("maybe", maybe).at_least(3);
  EXPECT_TRUE(bind_query("large=9", form));
  EXPECT_EQ(outcome(bind_query("large=18446744073709551615&maybe=2", form), ""),
            "! Field 'large' must be less or equal to 9; Field 'maybe' must be more or equal to 3");
}

}  // namespace
}  // namespace push::binder::test
