#include <gtest/gtest.h>

#include <string>

#include "binder/fixture.hpp"

namespace push::binder::test {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

class CreateMessageJson : public testing::TestWithParam<Row> {};
TEST_P(CreateMessageJson, BindsAsGotifyDoes) {
  EXPECT_EQ(create_message(json(GetParam().input)), GetParam().outcome) << GetParam().input;
}

#define FIELD_ERROR(value, field, type) \
  "! json: cannot unmarshal " value " into Go struct field CreateMessage." field " of type " type
#define EXTRAS_TYPE "map[string]interface {}"

INSTANTIATE_TEST_SUITE_P(
    Fields, CreateMessageJson,
    testing::Values(
        Row{R"({"message":"hello"})", "hello||-|0|"}, Row{R"({"message":"hello"} )", "hello||-|0|"},
        Row{R"({"message":"hello","priority":null,"title":null,"extras":null})", "hello||-|0|"},
        Row{R"({"message":"hello","extras":{}})", "hello||-|0|"},
        Row{R"({"MESSAGE":"case","Title":"x","PRIORITY":-3})", "case|x|-3|0|"},
        Row{R"({"message":"hi","id":99,"appid":77,"date":"2001-01-01T00:00:00Z","unknown":1})", "hi||-|77|"},
        Row{R"({"message":"hi","u":{"message":"no","a":[1,{"title":"no"}]},"v":[[]],"w":true,"x":null,"y":1.5})",
            "hi||-|0|"},
        Row{R"({"title":"nomsg"})", "! Field 'message' is required"},
        Row{R"({"message":""})", "! Field 'message' is required"},
        Row{R"({"message":null})", "! Field 'message' is required"}, Row{"null", "! Field 'message' is required"},
        Row{R"({"message":"   "})", "   ||-|0|"}, Row{R"({"message":"a","message":"dup"})", "dup||-|0|"},
        Row{R"({"message":"a","message":null})", "a||-|0|"},
        Row{R"({"message":"a","priority":5,"priority":null})", "a||-|0|"},
        Row{R"({"message":"hi"}trailing)", "hi||-|0|"}, Row{"{\"message\":\"hi\"}\xff\x00", "hi||-|0|"},
        Row{R"({"message":"a","priority":9223372036854775807})", "a||9223372036854775807|0|"},
        Row{R"({"message":"a","priority":-9223372036854775808})", "a||-9223372036854775808|0|"},
        Row{R"({"message":"a","priority":-0})", "a||0|0|"},
        Row{R"({"message":"a","appid":18446744073709551615})", "a||-|18446744073709551615|"},
        Row{R"({"message":"\u0041\ud83d\ude00\n\/"})", "A\xF0\x9F\x98\x80\n/||-|0|"}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, CreateMessageJson,
    testing::Values(
        Row{R"("str")", "! json: cannot unmarshal string into Go value of type model.CreateMessage"},
        Row{"[]", "! json: cannot unmarshal array into Go value of type model.CreateMessage"},
        Row{"[{\"message\":\"a\"},5]", "! json: cannot unmarshal array into Go value of type model.CreateMessage"},
        Row{"5", "! json: cannot unmarshal number into Go value of type model.CreateMessage"},
        Row{"-5.5e9x", "! json: cannot unmarshal number into Go value of type model.CreateMessage"},
        Row{"true", "! json: cannot unmarshal bool into Go value of type model.CreateMessage"},
        Row{R"({"message":"a","priority":"5"})", FIELD_ERROR("string", "priority", "int")},
        Row{R"({"message":"a","PRIORITY":5.0})", FIELD_ERROR("number 5.0", "priority", "int")},
        Row{R"({"message":"a","priority":1e2})", FIELD_ERROR("number 1e2", "priority", "int")},
        Row{R"({"message":"a","priority":true})", FIELD_ERROR("bool", "priority", "int")},
        Row{R"({"message":"a","priority":[1]})", FIELD_ERROR("array", "priority", "int")},
        Row{R"({"message":"a","priority":{"priority":1}})", FIELD_ERROR("object", "priority", "int")},
        Row{R"({"priority":9223372036854775808})", FIELD_ERROR("number 9223372036854775808", "priority", "int")},
        Row{R"({"priority":-9223372036854775809})", FIELD_ERROR("number -9223372036854775809", "priority", "int")},
        Row{R"({"priority":1e400})", FIELD_ERROR("number 1e400", "priority", "int")},
        Row{R"({"message":"a","appid":"7"})", FIELD_ERROR("string", "appid", "uint")},
        Row{R"({"message":"a","appid":-1})", FIELD_ERROR("number -1", "appid", "uint")},
        Row{R"({"message":"a","appid":-0})", FIELD_ERROR("number -0", "appid", "uint")},
        Row{R"({"appid":18446744073709551616})", FIELD_ERROR("number 18446744073709551616", "appid", "uint")},
        Row{R"({"message":5})", FIELD_ERROR("number", "message", "string")},
        Row{R"({"message":5.5})", FIELD_ERROR("number", "message", "string")},
        Row{R"({"message":false})", FIELD_ERROR("bool", "message", "string")},
        Row{R"({"message":1e400,"x":1e999})", FIELD_ERROR("number", "message", "string")},
        Row{R"({"message":"a","extras":[]})", FIELD_ERROR("array", "extras", EXTRAS_TYPE)},
        Row{R"({"message":"a","extras":"{}"})", FIELD_ERROR("string", "extras", EXTRAS_TYPE)},
        Row{R"({"message":"a","extras":1})", FIELD_ERROR("number", "extras", EXTRAS_TYPE)},
        Row{R"({"message":"a","extras":1e400})", FIELD_ERROR("number", "extras", EXTRAS_TYPE)},
        Row{R"({"message":"a","extras":true})", FIELD_ERROR("bool", "extras", EXTRAS_TYPE)},
        Row{R"({"message":"a","extras":{"a":[1,{"b":1e400}]}})", FIELD_ERROR("number 1e400", "extras", "float64")},
        // The first wrong type wins, a syntax error wins over it, and both over what is missing.
        Row{R"({"priority":"x","appid":"y"})", FIELD_ERROR("string", "priority", "int")},
        Row{R"({"priority":"x","priority":5})", FIELD_ERROR("string", "priority", "int")},
        Row{R"({"priority":"x",})", "! invalid character '}' looking for beginning of object key string"}));

#define IN_EXTRAS(text) \
  Row {                 \
    R"({"message":"m","extras":)" text "}"

INSTANTIATE_TEST_SUITE_P(
    Extras, CreateMessageJson,
    testing::Values(
        IN_EXTRAS(R"({"i":12345678901234567890,"f":1.0,"e":1e3,"big":1e21,"s":"<a>&\u2028é"})"),
            R"(m||-|0|{"big":1e+21,"e":1000,"f":1,"i":12345678901234567000,"s":"\u003ca\u003e\u0026\u2028é"})"
}
, IN_EXTRAS(R"({"z":[{"b":{"y":1,"x":[]},"a":{}},null,true,false,"t"],"B":1,"a":2})"),
    R"(m||-|0|{"B":1,"a":2,"z":[{"a":{},"b":{"x":[],"y":1}},null,true,false,"t"]})"
}
, IN_EXTRAS(R"({"a":1e-7,"b":-0,"c":-0.0,"d":1e-6,"e":0.1,"f":123.456,"g":1e20,"h":-1.5e300,"i":1e-400})"),
    R"(m||-|0|{"a":1e-7,"b":-0,"c":-0,"d":0.000001,"e":0.1,"f":123.456,"g":100000000000000000000,)"
    R"("h":-1.5e+300,"i":0})"
}
, IN_EXTRAS(R"({"a":-5,"b":-9223372036854775808,"c":9007199254740993,"d":1.25e-7})"),
    R"(m||-|0|{"a":-5,"b":-9223372036854776000,"c":9007199254740992,"d":1.25e-7})"
}
, IN_EXTRAS(R"({"b":1,"a":2},"EXTRAS":{"c":3,"a":{"n":4}})"), R"(m||-|0|{"a":{"n":4},"b":1,"c":3})"
}
, IN_EXTRAS(R"({"b":1},"extras":null)"), "m||-|0|"
}
, IN_EXTRAS(R"({"b":1},"extras":null,"extras":{"c":1})"), R"(m||-|0|{"c":1})"
}
, IN_EXTRAS(R"({"a":{"x":1},"a":{"y":2}})"), R"(m||-|0|{"a":{"y":2}})"
}
, IN_EXTRAS(R"({"":"","k\"<":"\\\"\u0000\u001f\b\f\n\r\t\/"})"),
    R"(m||-|0|{"":"","k\"\u003c":"\\\"\u0000\u001f\b\f\n\r\t/"})"
}
, IN_EXTRAS(R"({"client::display":{"contentType":"text/markdown"}})"),
    R"(m||-|0|{"client::display":{"contentType":"text/markdown"}})"
}));

TEST(CreateMessageJson, ReplacesWhatIsNoTextAsGoDoes) {
  const std::string bad(replacement);
  EXPECT_EQ(create_message(json("{\"message\":\"a\xff\xc3(\xed\xa0\x80z\"}")),
            "a" + bad + bad + "(" + bad + bad + bad + "z||-|0|");
  EXPECT_EQ(create_message(json(R"({"message":"\ud800\ud83d\ude00\udc00\ud800x\uD800\\"})")),
            bad + "\xF0\x9F\x98\x80" + bad + bad + "x" + bad + "\\||-|0|");
  EXPECT_EQ(create_message(json("{\"message\":\"\xfe\",\"title\":null,\"extras\":{\"\xff\":\"\\udfff\",\"n\":-0}}")),
            bad + "||-|0|{\"n\":-0,\"" + bad + "\":\"" + bad + "\"}");
}

TEST(CreateMessageJson, IgnoresNumbersBeyondADoubleInUnknownMembers) {
  EXPECT_EQ(create_message(json(R"({"x":[1,-1e999,2],"message":"a","priority":7})")), "a||7|0|");
}

TEST(CreateMessageJson, LeavesTargetsAloneWhenTheBodyIsBad) {
  std::string name = "before";
  Form form("ApplicationParams");
  form.text("name", name).required();
  EXPECT_FALSE(bind(json(R"({"name":"after")"), form));
  EXPECT_EQ(name, "before");
}

TEST(OtherTypesJson, AreNamedAsInGotify) {
  EXPECT_EQ(application_params(json(R"({"name":""})")), "! Field 'name' is required");
  EXPECT_EQ(application_params(json("{}")), "! Field 'name' is required");
  EXPECT_EQ(application_params(json("null")), "! Field 'name' is required");
  EXPECT_EQ(application_params(json("")), "! EOF");
  EXPECT_EQ(application_params(json("{bad")), "! invalid character 'b' looking for beginning of object key string");
  EXPECT_EQ(application_params(json("[]")),
            "! json: cannot unmarshal array into Go value of type api.ApplicationParams");
  EXPECT_EQ(application_params(json(R"({"name":5})")),
            "! json: cannot unmarshal number into Go struct field ApplicationParams.name of type string");
  EXPECT_EQ(application_params(json(R"({"name":"n","DefaultPriority":-4,"sortkey":"a0"})")), "n||-4|a0");
  EXPECT_EQ(client_params(json(R"({"name":"c2","expiresAfterInactivitySeconds":60})")), "c2|60");
  EXPECT_EQ(client_params(json(R"({"name":"c2","expiresAfterInactivitySeconds":null})")), "c2|-");
  EXPECT_EQ(
      client_params(json(R"({"name":"c2","expiresAfterInactivitySeconds":-1})")),
      "! json: cannot unmarshal number -1 into Go struct field ClientParams.expiresAfterInactivitySeconds of type "
      "uint");
  EXPECT_EQ(client_params(json("1")), "! json: cannot unmarshal number into Go value of type api.ClientParams");
  EXPECT_EQ(create_user(json("{}")), "! Field 'name' is required; Field 'pass' is required");
  EXPECT_EQ(create_user(json(R"({"name":"u","pass":"p","admin":true})")), "u|p|true");
  EXPECT_EQ(create_user(json("[]")), "! json: cannot unmarshal array into Go value of type model.CreateUserExternal");
  EXPECT_EQ(create_user(json(R"({"admin":1})")),
            "! json: cannot unmarshal number into Go struct field CreateUserExternal.admin of type bool");
  EXPECT_EQ(elevate(json("{}")), "! Field 'durationSeconds' is required");
  EXPECT_EQ(elevate(json(R"({"durationSeconds":0})")), "! Field 'durationSeconds' is required");
  EXPECT_EQ(elevate(json(R"({"durationSeconds":-1})")), "-1");
  EXPECT_EQ(security(json("")), "! EOF");
  EXPECT_EQ(security(json(R"({"regenerateToken":true})")), "true");
  EXPECT_EQ(security(json("{}")), "false");
  EXPECT_EQ(security(json("0")), "! json: cannot unmarshal number into Go value of type api.SecurityUpdateAction");
}

}  // namespace
}  // namespace push::binder::test
