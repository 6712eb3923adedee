// A4: pages and deletions. Every first application holds 17 messages.
#include "conformance/row.hpp"

namespace push::conformance {
namespace {

std::string message(const std::string& number) {
  return R"({"id":{m)" + number + R"(},"appid":{app1},"message":"text )" + number + R"(","title":"title )" + number +
         R"(","priority":0,"date":"<any>"})";
}

Want less_than_one() {
  return fail(400, "Field 'limit' must be more or equal to 1");
}

Want unparsed(const std::string& function, const std::string& text, const std::string& why = "invalid syntax") {
  return fail(400, "strconv." + function + ": parsing \"" + text + "\": " + why);
}

const Want kInvalid = fail(400, "invalid id");
const Want kNoApplication = fail(404, "application does not exist");
const std::string kEmptyPage = R"({"paging":{"size":0,"since":0,"limit":100},"messages":[]})";

Want two_newest(const std::string& origin) {
  return ok(R"({"paging":{"next":")" + origin +
            R"(/message?limit=2\u0026since={m16}","size":2,"since":{m16},"limit":2},"messages":[)" + message("17") +
            "," + message("16") + "]}");
}

}  // namespace

const Rows kPaging = {
    {.number = "A4.1",
     .send = {"GET /message?limit=2", "C"},
     .want = two_newest(""),
     .v2 = two_newest("http://localhost")},  // row e of section 0
    {"A4.2",
     {"GET /message?limit=2&since={m3}", "C"},
     ok(R"({"paging":{"size":2,"since":0,"limit":2},"messages":[)" + message("2") + "," + message("1") + "]}")},
    {"A4.3",
     {"GET /message?since={m2}", "C"},
     ok(R"({"paging":{"size":1,"since":0,"limit":100},"messages":[)" + message("1") + "]}")},
    {"A4.4", {"GET /message", "UC"}, ok(kEmptyPage)},
    {"A4.5", {"GET /message?limit=0", "C"}, less_than_one()},
    {"A4.6", {"GET /message?limit=-1", "C"}, less_than_one()},
    {"A4.7", {"GET /message?limit=", "C"}, less_than_one()},
    {"A4.8", {"GET /message?limit=201", "C"}, fail(400, "Field 'limit' must be less or equal to 200")},
    {"A4.9", {"GET /message?limit=abc", "C"}, unparsed("ParseInt", "abc")},
    {"A4.10", {"GET /message?limit=1.5", "C"}, unparsed("ParseInt", "1.5")},
    {"A4.11", {"GET /message?since=abc", "C"}, unparsed("ParseUint", "abc")},
    {"A4.12", {"GET /message?since=-1", "C"}, unparsed("ParseUint", "-1")},
    {"A4.13",
     {"GET /message?since=18446744073709551616", "C"},
     unparsed("ParseUint", "18446744073709551616", "value out of range")},
    {"A4.14", {"GET /message?since=", "C"}, ok(R"({"paging":{"size":17,"since":0,"limit":100},<any>)")},
    {"A4.15", {"GET /message?limit=1&limit=2", "C"}, ok(R"({"paging":{<any>"size":1,"since":{m17},"limit":1},<any>)")},
    {"A4.16", {"GET /application/99999/message", "C"}, kNoApplication},
    {"A4.17", {"GET /application/99999/message?limit=0", "C"}, less_than_one()},
    {"A4.18", {"GET /application/abc/message", "C"}, kInvalid},
    {"A4.19", {"GET /application/-1/message", "C"}, kInvalid},
    {"A4.20", {"GET /application/+1/message", "C"}, kInvalid},
    {"A4.21", {"GET /application/18446744073709551616/message", "C"}, kInvalid},
    {"A4.22", {"GET /application/0/message", "C"}, kNoApplication},
    {.number = "A4.23",
     .send = {"DELETE /message/{m17}", "C"},
     .want = empty(),
     .in = In::fresh,
     .after = {{{"GET /message?limit=1", "C"}, ok(R"({"paging":<any>"messages":[)" + message("16") + "]}")}}},
    {.number = "A4.24",
     .send = {"DELETE /message/{m17}", "C"},
     .want = fail(404, "message does not exist"),
     .in = In::fresh,
     .before = {{"DELETE /message/{m17}", "C"}}},
    {"A4.25", {"DELETE /application/99999/message", "C"}, fail(404, "application does not exists")},
    {.number = "A4.26",
     .send = json("POST /message", "A", R"({"message":"next"})"),
     .want = ok(R"({"id":18,<any>)"),
     .in = In::alone,
     .before = {{"DELETE /message", "C"}},
     .after = {{{"GET /message", "C"},
                ok(R"({"paging":{"size":1,"since":0,"limit":100},"messages":[{"id":18,<any>)")}}},
};

}  // namespace push::conformance
