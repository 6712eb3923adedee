// A3: POST /message with JSON. Other content types are in a3_forms.cpp.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

Request post(const char* body, const char* as = "A") {
  return json("POST /message", as, body);
}

Want stored(const std::string& message, const std::string& title, const std::string& priority) {
  return ok(R"({"id":<id>,"appid":{app1},"message":")" + message + R"(","title":")" + title + R"(","priority":)" +
            priority + R"(,"date":"<time>"})");
}

const Want kRequired = fail(400, "Field 'message' is required");
const Want kNoApplication = fail(400, "appid not found");

Want mismatch(const std::string& what, const std::string& field, const std::string& type) {
  return fail(400,
              "json: cannot unmarshal " + what + " into Go struct field CreateMessage." + field + " of type " + type);
}

}  // namespace

const Rows kMessages = {
    {"A3.1", post(R"({"message":"hello"})"),
     ok(R"({"id":1,"appid":1,"message":"hello","title":"app1","priority":0,"date":"<time>"})"), In::alone},
    {"A3.2", post(R"({"message":"hello","priority":null,"title":null,"extras":null})"), stored("hello", "app1", "0")},
    {"A3.3", post(R"({"message":"hello","extras":{}})"), stored("hello", "app1", "0")},
    {"A3.4", post(R"({"MESSAGE":"case","Title":"x","PRIORITY":-3})"), stored("case", "x", "-3")},
    {"A3.5", post(R"({"message":"hi","id":99,"appid":77,"date":"2001-01-01T00:00:00Z","unknown":1})"),
     stored("hi", "app1", "0").without({"2001-01-01"})},
    {"A3.6", post(R"({"title":"nomsg"})"), kRequired},
    {"A3.7", post(R"({"message":""})"), kRequired},
    {"A3.8", post(R"({"message":null})"), kRequired},
    {"A3.9", post("null"), kRequired},
    {"A3.10", post(R"({"message":"   "})"), stored("   ", "app1", "0")},
    {"A3.11", post(R"({"message":"a","message":"dup"})"), stored("dup", "app1", "0")},
    {"A3.12", post(R"({"message":"hi"}trailing)"), stored("hi", "app1", "0")},
    {"A3.13", post(R"({"message":"a")"), fail(400, "unexpected EOF")},
    {"A3.14", post(R"("str")"), fail(400, "json: cannot unmarshal string into Go value of type model.CreateMessage")},
    {"A3.15", post(R"({"message":"m","priority":"5"})"), mismatch("string", "priority", "int")},
    {"A3.16", post(R"({"message":"m","priority":5.0})"), mismatch("number 5.0", "priority", "int")},
    {"A3.17", post(R"({"message":"m","priority":true})"), mismatch("bool", "priority", "int")},
    {"A3.18", post(R"({"message":"m","priority":9223372036854775808})"),
     mismatch("number 9223372036854775808", "priority", "int")},
    {"A3.19", post(R"({"message":"m","priority":9223372036854775807})"), stored("m", "app1", "9223372036854775807")},
    {"A3.20", post(R"({"message":"m","appid":"7"})"), mismatch("string", "appid", "uint")},
    {"A3.21", post(R"({"message":"m","appid":-1})"), mismatch("number -1", "appid", "uint")},
    {"A3.22", post(R"({"message":"m","extras":[]})"), mismatch("array", "extras", "map[string]interface {}")},

    {"A3.45", post(R"({"message":"x"})", "B"),
     fail(400, "appid is required when not authenticating with an application token")},
    {"A3.46", post(R"({"message":"x","appid":{app2}})", "B"),
     ok(R"({"id":<id>,"appid":{app2},"message":"x","title":"app2","priority":5,"date":"<time>"})")},
    {"A3.47", post(R"({"message":"x","appid":20000})", "B"), kNoApplication},
    {"A3.48", post(R"({"message":"x","appid":{app1}})", "UC"), kNoApplication},
    {"A3.49",
     post(R"({"message":"m","extras":{"i":12345678901234567890,"f":1.0,"e":1e3,"big":1e21,"s":"<a>&\u2028é"}})"),
     ok(R"({"id":<id>,"appid":{app1},"message":"m","title":"app1","priority":0,"extras":)"
        R"({"big":1e+21,"e":1000,"f":1,"i":12345678901234567000,"s":"\u003ca\u003e\u0026\u2028é"},"date":"<time>"})")},
};

}  // namespace push::conformance
