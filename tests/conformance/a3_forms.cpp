// A3: POST /message with forms, queries, multipart and the content types that Gotify accepts by accident.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

Request post(const char* type, const std::string& body, const char* line = "POST /message") {
  return {.line = line, .as = "A", .type = type, .body = body};
}

Request posted_form(const std::string& body) {
  return form("POST /message", "A", body);
}

Want stored(const std::string& message, const std::string& title, const std::string& priority) {
  return ok(R"({"id":<id>,"appid":{app1},"message":")" + message + R"(","title":")" + title + R"(","priority":)" +
            priority + R"(,"date":"<time>"})");
}

const Want kRequired = fail(400, "Field 'message' is required");

}  // namespace

const Rows kForms = {
    {"A3.23", posted_form(R"(message=form&title=ft&priority=7&extras={"a":1})"), stored("form", "ft", "7")},
    {"A3.24", posted_form("message=m&priority=x"), fail(400, R"(strconv.ParseInt: parsing "x": invalid syntax)")},
    {"A3.25", posted_form("message=m&priority="), stored("m", "app1", "0")},
    {"A3.26",
     multipart("POST /message", "A",
               text_part("message", "part") + text_part("title", "t") + text_part("priority", "4")),
     stored("part", "t", "4")},
    {"A3.27", {"POST /message?message=qm&priority=4", "A"}, stored("qm", "app1", "4")},
    {"A3.28", form("POST /message?message=qm&priority=4", "A", "title=bt&message=bm"), stored("bm", "bt", "4")},
    {"A3.29", multipart("POST /message?message=qm", "A", text_part("title", "t")), kRequired},
    {"A3.30", post("text/plain", "anything", "POST /message?message=qm"), stored("qm", "app1", "0")},
    {"A3.31", post("text/plain", "message=abc"), kRequired},
    {.number = "A3.32",
     .send = post("application/JSON", R"({"message":"x"})"),
     .want = stored("x", "app1", "0"),  // a media type has no case (RFC 9110 8.3.1)
     .instead_of = "400 Field 'message' is required"},
    {"A3.33", post("application/json; charset=utf-8", R"({"message":"x"})"), stored("x", "app1", "0")},
    {"A3.34", posted_form("message=a+b%20c&message=second"), stored("a b c", "app1", "0")},
    {"A3.35", posted_form("Message=a"), kRequired},
    {"A3.36", posted_form("message=a%ZZ"), fail(400, R"(invalid URL escape "%ZZ")")},
    {"A3.37", posted_form("message=a;b"), fail(400, "invalid semicolon separator in query")},
    {.number = "A3.38",
     .send = posted_form("message=" + std::string(11'000'000, 'm')),
     .want = fail(400, "http: POST too large"),
     .settings = {{"GOTIFY_SERVER_HTTP_MESSAGELIMIT", "16777216"}}},
    {"A3.39", post("multipart/form-data", "--limit--\r\n"), fail(400, "no multipart boundary param in Content-Type")},
    {"A3.40", post("application/xml", "<a><Message>x</Message><Priority>3</Priority></a>"), stored("x", "app1", "3")},
    {"A3.41", post("text/xml", "<a><Message>x</Message><Priority>3</Priority></a>"), stored("x", "app1", "3")},
    {"A3.42", post("application/x-yaml", "message: y"), stored("y", "app1", "0")},
    {"A3.43", post("application/yaml", "message: y"), stored("y", "app1", "0")},
    {"A3.44", post("application/toml", "message = \"t\""), stored("t", "app1", "0")},
};

}  // namespace push::conformance
