// The formats that Gotify accepts by accident, and those that it refuses.
#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

class Xml : public testing::TestWithParam<Row> {};
TEST_P(Xml, BindsElementsNamedAsGosFields) {
  EXPECT_EQ(create_message({"POST", "application/xml", "message=q", GetParam().input}), GetParam().outcome)
      << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, Xml,
    testing::Values(
        Row{"<a><Message>x</Message><Priority>3</Priority></a>", "x||3|0|"},
        Row{"<?xml version=\"1.0\"?>\n<!-- c --><r x='>'>\n<Title y=\"1\">t</Title><Message>a<b>no</b>c</Message>"
            "<ApplicationID> 7 </ApplicationID><Extras><a>1</a></Extras></r>trailing <",
            "ac|t|-|7|"},
        Row{"<a><Message>&lt;&#65;&#x1F600;&amp;<![CDATA[<&>]]></Message></a>", "<A\xF0\x9F\x98\x80&<&>||-|0|"},
        Row{"<a><Message>a</Message><Message>b\r\nc</Message><Priority/></a>", "b\nc||0|0|"},
        Row{"<a><message>x</message></a>", "! Field 'message' is required"},
        Row{"<a><b><Message>x</Message></b></a>", "! Field 'message' is required"},
        Row{"<a/>", "! Field 'message' is required"}, Row{"", "! EOF"}, Row{" <!-- -->", "! EOF"},
        Row{"<a><Message>x</a>", "! XML syntax error on line 1: Start-end tags mismatch"},
        Row{"<a>\n<Message>x", "! XML syntax error on line 2: Start-end tags mismatch"},
        Row{"<a><x:Message>&quot;&apos;</x:Message><Title> \t</Title></a><b>", "\"'| \t|-|0|"},
        Row{"<a><Message>&#0;</Message></a>", "! XML syntax error on line 1: invalid character entity"},
        Row{"<a>\n<Message>\x01</Message></a>", "! XML syntax error on line 2: illegal character code"},
        Row{"<a><Message><![CDATA[&lt;&none;]]></Message></a>", "&lt;&none;||-|0|"},
        Row{"<a><Message>\n<!-- c -->x</Message><b>\xff&lol;</b></a>", "\nx||-|0|"},
        Row{"<a><Message>&lol;</Message></a>", "! XML syntax error on line 1: invalid character entity"},
        Row{"<!DOCTYPE a [<!ENTITY l \"l\">]><a/>", "! XML syntax error on line 1: document types are not supported"},
        Row{"<a><Message>\xff</Message></a>", "! XML syntax error on line 1: invalid UTF-8"},
        Row{"<a><Priority>x</Priority></a>", R"(! strconv.ParseInt: parsing "x": invalid syntax)"}));

TEST(Xml, HasASecondName) {
  EXPECT_EQ(create_message({"POST", "text/xml; charset=utf-8", "", "<a><Message>x</Message></a>"}), "x||-|0|");
}

TEST(Xml, RefusesEndlessNesting) {
  std::string deep;
  for (int level = 0; level < 10'000; ++level) deep += "<a>";
  EXPECT_EQ(create_message({"POST", "text/xml", "", deep}), "! XML syntax error on line 1: Start-end tags mismatch");
  EXPECT_EQ(create_message({"POST", "text/xml", "", deep + "<a>"}),
            "! XML syntax error on line 1: more than 10000 tags and attributes");
}

class Yaml : public testing::TestWithParam<Row> {};
TEST_P(Yaml, BindsLowerCaseNames) {
  EXPECT_EQ(create_message({"POST", "application/x-yaml", "", GetParam().input}), GetParam().outcome)
      << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, Yaml,
    testing::Values(Row{"message: y", "y||-|0|"}, Row{"{message: y, priority: 3, title: \"t\"}", "y|t|3|0|"},
                    Row{"message: |\n  a\n  b\ntitle: ~\napplicationid: 4\nx: [1, {message: no}]\n? {a: b}\n: c\n",
                        "a\nb\n||-|4|"},
                    Row{"message: m\nextras:\n  a: 1\n", "m||-|0|"}, Row{"Message: y", "! Field 'message' is required"},
                    Row{"", "! EOF"}, Row{"- a", "! yaml: the document must be a mapping"},
                    Row{"just text", "! yaml: the document must be a mapping"},
                    Row{"message: [a]", "! yaml: message must not be a list"},
                    Row{"message: m\npriority: {a: 1}", "! yaml: priority must not be a mapping"},
                    Row{"message: m\npriority: x", R"(! strconv.ParseInt: parsing "x": invalid syntax)"}));

TEST(Yaml, ExplainsWhatItCannotRead) {
  const std::string text = create_message({"POST", "application/yaml", "", "message: m\ntitle: \"open"});
  EXPECT_TRUE(text.starts_with("! yaml: line ")) << text;
}

class Toml : public testing::TestWithParam<Row> {};
TEST_P(Toml, BindsFlatFiles) {
  EXPECT_EQ(create_message({"POST", "application/toml", "", GetParam().input}), GetParam().outcome) << GetParam().input;
}

INSTANTIATE_TEST_SUITE_P(
    Bodies, Toml,
    testing::Values(
        Row{"message = \"t\"", "t||-|0|"},
        Row{"# c\r\n\r\nmessage = \"a\\n\\u00e9\" # c\r\n'Title'='\\t'\npriority=-3\nApplicationID = 4\nx = 5",
            "a\né|\\t|-3|4|"},
        Row{"", "! Field 'message' is required"}, Row{"[table]", "! toml: line 1: tables are not supported"},
        Row{"message = 5", "! toml: line 1: message must be a string"},
        Row{"\npriority = \"5\"", "! toml: line 2: priority must not be a string"},
        Row{"priority = true", "! toml: line 1: priority has the wrong type"},
        Row{"message = \"m\"\nappid = 1\napplicationid = -4", R"(! strconv.ParseUint: parsing "-4": invalid syntax)"},
        Row{"message = \"\"\"a\nb\"\"\"\nextras = 1\nx = [1.5, 1979-05-27]", "a\nb||-|0|"},
        Row{"priority = 1.5", "! toml: line 1: priority has the wrong type"},
        Row{"message", "! toml: line 1: Error while parsing key-value pair: encountered end-of-file"},
        Row{"message = ", "! toml: line 1: Error while parsing key-value pair: encountered end-of-file"},
        Row{"message = \"a", "! toml: line 1: Error while parsing string: encountered end-of-file"},
        Row{"message = \"\xff\"", "! toml: line 1: Encountered invalid utf-8 sequence"},
        Row{"message = \"a\" b",
            "! toml: line 1: Error while parsing key-value pair: expected a comment or whitespace, saw 'b'"},
        Row{"a.b = 1", "! toml: line 1: tables are not supported"}));

TEST(Xml, AttributesAreLimitedToo) {
  std::string many = "<a ";
  for (int i = 0; i < 10'000; ++i) many += "a=\"\" ";
  EXPECT_EQ(create_message({"POST", "application/xml", "", many + "/>"}),
            "! XML syntax error on line 1: more than 10000 tags and attributes");
}

TEST(Toml, DotsInTextAreNoKeys) {
  const std::string dots(5000, '.');
  const std::vector<std::string> texts = {"'" + dots + "'", R"(")" + dots + R"(\")" + dots + R"(")",
                                          R"(""")" + dots + R"(""" # )" + dots, "'''" + dots + "'''"};
  for (const std::string& text : texts) {
    EXPECT_FALSE(create_message({"POST", "application/toml", "", "message = " + text}).starts_with("! "));
  }
  std::string keys = ", y";
  for (int i = 0; i < 1001; ++i) keys += ".y";
  for (const std::string text : {R"('a')", R"("a")", R"("""a"""")", R"("""a""""")", R"("")", R"(''''a'''')"}) {
    EXPECT_EQ(create_message({"POST", "application/toml", "", "x = {a = " + text + keys + " = 1}"}),
              "! toml: more than 1000 dots in keys and numbers")
        << text;
  }
}

TEST(Toml, OfAKeyInTwoSpellingsTheLastOneCounts) {
  const std::string twice = "message = 'x'\nMESSAGE = 'y'";
  EXPECT_EQ(create_message({"POST", "application/toml", "", twice}),
            create_message({"POST", "application/toml", "", "message = 'y'"}));
  EXPECT_EQ(create_message({"POST", "application/toml", "", "[[a]]\nb = 1"}),
            "! toml: line 1: tables are not supported");
}

TEST(Toml, IsLimitedInValuesAndDepth) {
  std::string values = "x = [1";
  for (int i = 0; i < 10'000; ++i) values += ",1";
  EXPECT_EQ(create_message({"POST", "application/toml", "", values + "]"}), "! toml: more than 10000 values");
  std::string deep = "a";
  for (int level = 0; level < 1000; ++level) deep += ".a";
  EXPECT_EQ(create_message({"POST", "application/toml", "", deep + "=1"}), "! toml: line 1: tables are not supported");
  EXPECT_TRUE(create_message({"POST", "application/toml", "", "x = " + std::string(9'000, '[')})
                  .starts_with("! toml: line 1: "));
  EXPECT_TRUE(create_message({"POST", "application/toml", "", deep + "=1\n!"}).starts_with("! toml: line 2: "));
  EXPECT_EQ(create_message({"POST", "application/toml", "", deep + ".a=1"}),
            "! toml: more than 1000 dots in keys and numbers");
}

class Refused : public testing::TestWithParam<std::string_view> {};
TEST_P(Refused, IsInvalid) {
  EXPECT_EQ(create_message({"POST", GetParam(), "message=q", R"({"message":"j"})"}),
            "! a body of type " + std::string(GetParam()) + " cannot be read, use application/json");
}
INSTANTIATE_TEST_SUITE_P(ContentTypes, Refused,
                         testing::Values("application/x-protobuf", "application/x-msgpack", "application/msgpack",
                                         "application/bson"));

}  // namespace
}  // namespace push::binder::test
