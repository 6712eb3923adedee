// What one request may make the server hold, parse or repeat, whatever its size.
#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"
#include "push/go/text.hpp"

namespace push::binder::test {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

std::string with_extras(const std::string& extras) {
  const std::string bound = create_message(json(R"({"message":"m","extras":)" + extras + "}"));
  return bound.starts_with("!") ? bound : "bound";
}

TEST(Json, HasAtMostAHundredThousandValuesBesideExtras) {
  const std::string message = R"({"message":"m")";
  const std::string too_many = "! json: more than 100000 values";
  const auto bound = [](const std::string& body) {
    const std::string outcome = create_message(json(body));
    return outcome.starts_with("!") ? outcome : "bound";
  };
  // The document and the message count, too.
  EXPECT_EQ(bound(message + repeated(R"(,"k":1)", 99998) + "}"), "bound");
  EXPECT_EQ(bound(message + repeated(R"(,"k":1)", 99999) + "}"), too_many);
  for (const char* value : {"null", "true", "-1", "1", "1.5", "\"s\"", "{}", "[]"}) {
    EXPECT_EQ(bound(message + R"(,"k":[)" + repeated(std::string(value) + ",", 1'000'000) + "1]}"), too_many) << value;
  }
}

TEST(Extras, AreBoundedInBytesValuesAndDepth) {
  const std::string too_long = "! Field 'extras' must not be longer than 65536 bytes";
  const std::string too_many = "! Field 'extras' must not hold more than 10000 values";
  const std::string too_deep = "! Field 'extras' must not be nested deeper than 100 levels";
  const std::string empty = R"({"a":""})";
  const struct {
    std::string extras;
    std::string outcome;
  } rows[] = {
      {R"({"a":")" + std::string(kExtras - empty.size(), 'x') + R"("})", "bound"},
      {R"({"a":")" + std::string(kExtras - empty.size() + 1, 'x') + R"("})", too_long},
      {R"({"a":")" + std::string(kExtras / 6, '<') + R"("})", too_long},  // \u003c as it is stored
      {R"({")" + std::string(kExtras, 'k') + R"(":1})", too_long},
      {R"({"a":[)" + repeated("1,", 9998) + "1]}", "bound"},  // the list counts, too
      {R"({"a":[)" + repeated("1,", 9999) + "1]}", too_many},
      {R"({"a":[)" + repeated("[],", 1'000'000) + "1]}", too_many},
      {R"({"a":[)" + repeated("{},", 1'000'000) + "1]}", too_many},
      {R"({"a":[)" + repeated("null,true,", 5000) + "1]}", too_many},
      {R"({"a":1,"a":2,)" + repeated(R"("a":3,)", 9998) + R"("b":4})", too_many},  // a repeated name costs as much
      {R"({"a":1},"extras":{"b":[)" + repeated("1,", 9999) + "1]}", too_many},     // and so does a second object
      {repeated(R"({"a":)", 100) + "1" + repeated("}", 100), "bound"},
      {repeated(R"({"a":)", 101) + "1" + repeated("}", 101), too_deep},
      {R"({"a":)" + repeated("[", 99) + repeated("]", 99) + "}", "bound"},
      {R"({"a":)" + repeated("[", 100) + repeated("]", 100) + "}", too_deep},
      {R"({"a":1e400,"b":)" + repeated("[", 100) + repeated("]", 100) + "}", too_deep},  // the second reading, too
  };
  for (const auto& row : rows) EXPECT_EQ(with_extras(row.extras), row.outcome) << row.extras.substr(0, 60);
}

TEST(Extras, UnknownMembersAreSkipped) {
  EXPECT_EQ(create_message(json(R"({"message":"m","x":)" + repeated("[", 5000) + repeated("]", 5000) + "}")),
            "m||-|0|");
  EXPECT_EQ(create_message(json(R"({"message":"m","x":[)" + repeated("1,", 99'000) + "1]}")), "m||-|0|");
}

TEST(Bounds, OfTextAreNamed) {
  std::string name;
  Form form("ApplicationParams");
  form.text("name", name).at_most_bytes(5).printable();
  const auto bound = [&](std::string_view value) {
    const std::string body = R"({"name":")" + std::string(value) + R"("})";
    const auto result = bind(json(body), form);
    return outcome(result, name);
  };
  EXPECT_EQ(bound("12345"), "12345");
  EXPECT_EQ(bound("123456"), "! Field 'name' must not be longer than 5 bytes");
  EXPECT_EQ(bound("\xC3\xA9\xC3\xA9\xC3\xA9"), "! Field 'name' must not be longer than 5 bytes");
  EXPECT_EQ(bound("a\\u0000"), "! Field 'name' must not contain characters that cannot be printed");
}

TEST(Bounds, DocumentsOfOtherFormatsHaveOne) {
  const struct {
    std::string type, begin, end, name;
  } rows[] = {{"application/xml", "<a><Message>", "</Message></a>", "xml"},
              {"text/xml", "<a><Message>", "</Message></a>", "xml"},
              {"application/yaml", "message: \"", "\"", "yaml"},
              {"application/x-yaml", "message: \"", "\"", "yaml"},
              {"application/toml", "message = \"", "\"", "toml"}};
  constexpr std::size_t kMost = std::size_t{256} << 10;
  for (const auto& row : rows) {
    const auto bound = [&row](std::size_t size) {
      const std::string text(size - row.begin.size() - row.end.size(), 'a');
      return create_message({"POST", row.type, "", row.begin + text + row.end}).substr(0, 60);
    };
    EXPECT_EQ(bound(kMost), std::string(60, 'a')) << row.type;
    EXPECT_EQ(bound(kMost + 1), "! " + row.name + ": the document is larger than 256 KiB") << row.type;
  }
}

TEST(Bounds, YamlIsBoundedInKeysValuesAndDepth) {
  const auto bound = [](const std::string& body) { return create_message({"POST", "application/yaml", "", body}); };
  const std::string head = "message: m\n";
  const std::string fits = "m||-|0|";
  const std::string too_dense = "! yaml: more than 40000 brackets, quotes, commas and colons";
  const struct {
    std::string body, outcome;
  } rows[] = {
      {head + repeated("a: x\n", 4998), fits},  // with the root mapping, 9,999
      {head + repeated("a: x\n", 4999), "! yaml: line 5000: more than 10000 keys and values"},
      {head + repeated("a: x\n", 25'000), "! yaml: line 5000: more than 10000 keys and values"},
      {head + "a:\n" + repeated(" - x\n", 9995), fits},
      {head + "a:\n" + repeated(" - x\n", 9996), "! yaml: line 9998: more than 10000 keys and values"},
      {head + "a: [" + repeated("x,", 9995) + "]", fits},
      {head + "a: [" + repeated("x,", 9996) + "]", "! yaml: line 2: more than 10000 keys and values"},
      {head + "a:\n" + repeated("  -\n", 9996), "! yaml: line 9999: more than 10000 keys and values"},
      {head + "a: &b x\nc: [" + repeated("*b,", 9996) + "]", "! yaml: line 3: more than 10000 keys and values"},
      {head + "a: " + repeated("[", 99) + repeated("]", 99), fits},
      {head + "a: " + repeated("[", 100) + repeated("]", 100), "! yaml: line 2: nested deeper than 100 levels"},
      {"message: m\na:\n" + repeated("- ", 100) + "x", "! yaml: line 3: nested deeper than 100 levels"},
      {repeated("[", 1000), "! yaml: line 1: nested deeper than 100 levels"},
      // What the parser would hold whole before it reports a single node.
      {repeated("{", 255'000), too_dense},
      {repeated("[", 255'000), too_dense},
      {"{" + repeated("a,", 100'000), too_dense},
      {"{" + repeated("? ", 100'000), too_dense},
      {repeated("\"\" ", 80'000), too_dense},
      {repeated("!a ", 80'000), too_dense},
      {repeated("&a ", 80'000), too_dense},
      {"message: \"" + repeated(", ", 39'000) + "\"", repeated(", ", 39'000) + "||-|0|"},
  };
  for (const auto& row : rows) EXPECT_EQ(bound(row.body), row.outcome) << row.body.substr(0, 60);
}

// Answers were up to six times as large as the request.
TEST(Bounds, ErrorsRepeatLittleOfTheirInput) {
  const std::string much(200'000, '\x7F');
  const std::string letters(200'000, 'a');
  const std::string part = "--b\r\nContent-Disposition: form-data; name=admin\r\n\r\n";
  const std::string parts = "multipart/form-data; boundary=b";
  const struct {
    std::string type, body;
  } rows[] = {
      {"application/xml", "<a><Admin>" + letters + "</Admin></a>"},
      {"application/xml", "<" + letters + "><Admin>1</Admin></b" + letters + ">"},
      {"application/x-www-form-urlencoded", "admin=" + much},
      {"application/x-www-form-urlencoded", "admin=%" + much},
      {parts, part + much + "\r\n--b--"},
      {parts, "--b\r\n" + std::string(200'000, '\xFF') + "\r\n\r\nx\r\n--b--"},
      {parts, "--b\r\n" + letters.substr(0, 4000) + "\x01: \r\n\r\nx\r\n--b--"},
      {"application/yaml", "admin: *" + letters},
      {"application/yaml", "admin: " + letters},
      {"application/toml", letters + " = 1\n" + letters + " = 2"},
      {"application/json", R"({"admin":)" + std::string(200'000, '9') + "}"},
      {"application/json", R"({")" + letters + R"(":1})"},
  };
  for (const auto& row : rows) {
    const std::string error = create_user({"POST", row.type, "", row.body});
    EXPECT_TRUE(error.starts_with("! ")) << error.substr(0, 100);
    EXPECT_LE(error.size(), 4 * go::kMaxExcerpt + 100) << row.type << ' ' << error.substr(0, 100);
  }
}

TEST(Bounds, SlowFormatsAreNotReadOnALoop) {
  const std::string quick(std::size_t{4} << 10, 'a');
  const std::string slow = quick + "a";
  for (const char* type :
       {"application/yaml", "application/x-yaml", "Application/XML; charset=utf-8", "text/xml", "application/toml"}) {
    EXPECT_TRUE(is_quick({"POST", type, "", quick})) << type;
    EXPECT_FALSE(is_quick({"POST", type, "", slow})) << type;
  }
  const std::string most(std::size_t{32} << 10, 'a');
  for (const char* type : {"application/json", "", "multipart/form-data; boundary=b", "text/plain"}) {
    EXPECT_TRUE(is_quick({"POST", type, "", most})) << type;
    EXPECT_FALSE(is_quick({"POST", type, "", most + "a"})) << type;
  }
}

// RFC 9110 8.3.1.
TEST(MediaType, IsTheSameInAnyCaseOfLetters) {
  EXPECT_EQ(create_message({"POST", "Application/JSON", "", R"({"message":"m"})"}), "m||-|0|");
  EXPECT_EQ(create_message({"POST", "TEXT/XML", "", "<a><Message>m</Message></a>"}), "m||-|0|");
  EXPECT_EQ(create_message({"POST", "Application/X-WWW-Form-Urlencoded", "", "message=m"}), "m||-|0|");
  for (const char* type : {"Multipart/Form-Data; Boundary=b", "MULTIPART/FORM-DATA; BOUNDARY=b"}) {
    EXPECT_EQ(
        create_message({"POST", type, "", "--b\r\nContent-Disposition: form-data; name=\"message\"\r\n\r\nm\r\n--b--"}),
        "m||-|0|");
  }
}

}  // namespace
}  // namespace push::binder::test
