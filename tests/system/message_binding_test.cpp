// POST /message in every content type, and its answers to what it cannot read (protocol A3).
#include <map>
#include <optional>

#include "support/api_test.hpp"

namespace push::support {
namespace {

class MessageBinding : public ApiTest {
 protected:
  // Answered with 200 and these fields; what is not named may be anything.
  void expect_stored(const Answer& answer, const nlohmann::json& fields) {
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    const auto message = answer.json();
    for (const auto& [key, value] : fields.items()) {
      EXPECT_EQ(message.contains(key) ? message.at(key) : nlohmann::json(), value) << key << " of " << answer.body;
    }
    EXPECT_EQ(message.at("appid"), application_.id);
  }

  static void expect_refused(const Answer& answer, const std::string& text) {
    EXPECT_EQ(answer.status, 400) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.body, error_body(400, text));
  }

  Answer json(const std::string& body) { return http().post("/message", kJson, body); }
  Answer form(const std::string& body) { return http().post("/message", kForm, body); }
  HttpClient& http() {
    if (!http_) http_.emplace(poster());
    return *http_;
  }

 private:
  std::optional<HttpClient> http_;
};

std::string part(const std::string& name, const std::string& value) {
  return "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
}
constexpr const char* kMultipart = "multipart/form-data; boundary=limit";

TEST_F(MessageBinding, AnswersWithTheStoredMessageInGotifysOrder) {
  const Answer answer = json(R"({"message":"hello"})");
  ASSERT_EQ(answer.status, 200);
  const std::string date = answer.json().at("date");
  EXPECT_EQ(answer.body, R"({"id":1,"appid":1,"message":"hello","title":"app1","priority":0,"date":")" + date + "\"}");
  EXPECT_TRUE(date.ends_with("Z") && date.find('.') != std::string::npos) << date;
}

TEST_F(MessageBinding, TakesJson) {
  const nlohmann::json absent;
  expect_stored(json(R"({"message":"m","title":"t","priority":7,"extras":{"a::b":{"c":1}}})"),
                {{"message", "m"}, {"title", "t"}, {"priority", 7}, {"extras", {{"a::b", {{"c", 1}}}}}});
  expect_stored(json(R"({"message":"m","priority":null,"title":null,"extras":null})"),
                {{"title", "app1"}, {"priority", 0}, {"extras", absent}});
  expect_stored(json(R"({"message":"m","extras":{}})"), {{"extras", absent}});
  expect_stored(json(R"({"MESSAGE":"case","Title":"x","PRIORITY":-3})"),
                {{"message", "case"}, {"title", "x"}, {"priority", -3}});
  expect_stored(json(R"({"message":"m","id":99,"appid":77,"date":"2001-01-01T00:00:00Z","unknown":1})"),
                {{"message", "m"}});
  expect_stored(json(R"({"message":"a","message":"dup"})"), {{"message", "dup"}});
  expect_stored(json(R"({"message":"m"}trailing)"), {{"message", "m"}});
  expect_stored(json(R"({"message":"   "})"), {{"message", "   "}});
  expect_stored(json(R"({"message":"m","priority":9223372036854775807})"), {{"priority", 9223372036854775807}});
  expect_stored(http().post("/message", "application/json; charset=utf-8", R"({"message":"m"})"), {{"message", "m"}});
}

TEST_F(MessageBinding, WritesExtrasAsGoDoes) {
  const Answer answer =
      json(R"({"message":"m","extras":{"i":12345678901234567890,"f":1.0,"e":1e3,"big":1e21,"s":"<a>&\u2028é"}})");
  EXPECT_NE(answer.body.find(
                R"("extras":{"big":1e+21,"e":1000,"f":1,"i":12345678901234567000,"s":"\u003ca\u003e\u0026\u2028é"})"),
            std::string::npos)
      << answer.body;
}

TEST_F(MessageBinding, RefusesWrongJsonInGotifysWords) {
  const std::string required = "Field 'message' is required";
  const std::string field = " into Go struct field CreateMessage.";
  for (const char* body : {R"({"title":"nomsg"})", R"({"message":""})", R"({"message":null})", "null"}) {
    expect_refused(json(body), required);
  }
  expect_refused(json(""), "EOF");
  expect_refused(json(R"({"message":"a")"), "unexpected EOF");
  expect_refused(json("{bad"), "invalid character 'b' looking for beginning of object key string");
  for (const auto& [value, kind] :
       std::map<std::string, std::string>{{R"("5")", "string"},
                                          {"5.0", "number 5.0"},
                                          {"true", "bool"},
                                          {"9223372036854775808", "number 9223372036854775808"}}) {
    expect_refused(json(R"({"message":"m","priority":)" + value + "}"),
                   "json: cannot unmarshal " + kind + field + "priority of type int");
  }
  expect_refused(json(R"({"message":"m","appid":"7"})"),
                 "json: cannot unmarshal string" + field + "appid of type uint");
  expect_refused(json(R"({"message":"m","appid":-1})"),
                 "json: cannot unmarshal number -1" + field + "appid of type uint");
  expect_refused(json(R"({"message":"m","extras":[]})"),
                 "json: cannot unmarshal array" + field + "extras of type map[string]interface {}");
}

TEST_F(MessageBinding, TakesForms) {
  expect_stored(form("message=form&title=ft&priority=7&extras={\"a\":1}"),
                {{"message", "form"}, {"title", "ft"}, {"priority", 7}, {"extras", nlohmann::json()}});
  expect_stored(form("message=a+b%20c&message=second"), {{"message", "a b c"}});
  expect_stored(form("message=m&priority="), {{"priority", 0}});
}

TEST_F(MessageBinding, RefusesWrongForms) {
  expect_refused(form("message=m&priority=x"), R"(strconv.ParseInt: parsing \"x\": invalid syntax)");
  expect_refused(form("Message=a"), "Field 'message' is required");
  expect_refused(form("message=a%ZZ"), R"(invalid URL escape \"%ZZ\")");
  expect_refused(form("message=a;b"), "invalid semicolon separator in query");
}

TEST_F(MessageBinding, TakesMultipart) {
  const std::string end = "--limit--\r\n";
  expect_stored(
      http().post("/message", kMultipart, part("message", "m") + part("title", "t") + part("priority", "5") + end),
      {{"message", "m"}, {"title", "t"}, {"priority", 5}});
  expect_refused(http().post("/message?message=qm", kMultipart, part("title", "t") + end),
                 "Field 'message' is required");
  expect_refused(http().post("/message", "multipart/form-data", part("message", "m") + end),
                 "no multipart boundary param in Content-Type");
}

TEST_F(MessageBinding, TakesTheQueryUnlessTheBodyIsJsonOrMultipart) {
  expect_stored(http().request("POST", "/message?message=qm&priority=4"), {{"message", "qm"}, {"priority", 4}});
  expect_stored(http().post("/message?message=qm&priority=4", kForm, "title=t&message=body"),
                {{"message", "body"}, {"title", "t"}, {"priority", 4}});
  expect_stored(http().post("/message?message=qm", "text/plain", "message=ignored"), {{"message", "qm"}});
  expect_refused(http().post("/message?message=qm", kJson, R"({"title":"t"})"), "Field 'message' is required");
  expect_refused(http().post("/message", "text/plain", "message=abc"), "Field 'message' is required");
  expect_stored(http().post("/message", "Application/JSON", R"({"message":"m"})"), {{"message", "m"}});
}

TEST_F(MessageBinding, TakesXmlYamlAndToml) {
  expect_stored(http().post("/message", "application/xml", "<a><Message>x</Message><Priority>3</Priority></a>"),
                {{"message", "x"}, {"priority", 3}});
  expect_stored(http().post("/message", "application/x-yaml", "message: y"), {{"message", "y"}});
  expect_stored(http().post("/message", "application/toml", "message = \"t\""), {{"message", "t"}});
}

TEST_F(MessageBinding, WithoutAnApplicationsTokenNamesTheApplication) {
  HttpClient owner = server_.http(admin().basic());
  ASSERT_EQ(owner.post("/application", kJson, R"({"name":"app2","defaultPriority":5})").status, 200);
  for (const Lines& credentials : {admin().basic(), client_.key()}) {
    HttpClient http = server_.http(credentials);
    expect_refused(http.post("/message", kJson, R"({"message":"x"})"),
                   "appid is required when not authenticating with an application token");
    expect_refused(http.post("/message", kJson, R"({"message":"x","appid":200})"), "appid not found");
    const auto message = http.post("/message", kJson, R"({"message":"x","appid":2})").json();
    EXPECT_EQ(message.at("priority"), 5);
    EXPECT_EQ(message.at("title"), "app2");
  }
}

TEST_F(MessageBinding, NothingThatWasRefusedIsStored) {
  json(R"({"message":""})");
  form("message=m&priority=x");
  HttpClient owner = reader();
  EXPECT_EQ(list_messages(owner).size(), 0U);
}

}  // namespace
}  // namespace push::support
