#include "push/model/json.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace push::model {
namespace {

using namespace std::string_literals;

std::string escaped(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

template <class... Args>
std::string json(const Args&... args) {
  std::string out;
  append_json(out, args...);
  return out;
}

core::WallTime at(const char* text) {
  return core::parse_time(text).value();
}

TEST(JsonString, PlainTextIsCopied) {
  EXPECT_EQ(escaped(""), R"("")");
  EXPECT_EQ(escaped("hello world 'x' /"), R"("hello world 'x' /")");
}

TEST(JsonString, AppendsToWhatIsThere) {
  std::string out = "[";
  append_json_string(out, "a");
  append_json_string(out, "b\n");
  EXPECT_EQ(out, R"(["a""b\n")");
}

TEST(JsonString, HtmlCharactersAreEscapedAsGoDoes) {
  EXPECT_EQ(escaped("<a href='x'>&</a>"), R"("\u003ca href='x'\u003e\u0026\u003c/a\u003e")");
}

TEST(JsonString, QuotesAndBackslashesAreEscaped) {
  EXPECT_EQ(escaped(R"(say "\o/")"), R"("say \"\\o/\"")");
}

TEST(JsonString, ControlCharactersHaveShortFormsWhereTheyExist) {
  EXPECT_EQ(escaped("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(escaped("\x00\x01\x0b\x1f"s), R"("\u0000\u0001\u000b\u001f")");
}

TEST(JsonString, DelIsRaw) {
  EXPECT_EQ(escaped("\x7f"), "\"\x7f\"");
}

TEST(JsonString, NonAsciiIsRaw) {
  const std::string text = "\u00e9 \u20ac \ud7ff \ue000 \ufffd \U00010000 \U0001f600 \U0010ffff";
  EXPECT_EQ(escaped(text), "\"" + text + "\"");
}

TEST(JsonString, LineSeparatorsAreEscapedAndTheirNeighboursAreNot) {
  EXPECT_EQ(escaped("a\u2028b\u2029c"), R"("a\u2028b\u2029c")");
  EXPECT_EQ(escaped("\u2027\u202a\u2068"), "\"\u2027\u202a\u2068\"");
}

TEST(JsonString, EachInvalidByteBecomesOneReplacement) {
  EXPECT_EQ(escaped("a\x80z"), R"("a\ufffdz")");
  EXPECT_EQ(escaped("\xff\xfe"), R"("\ufffd\ufffd")");
  EXPECT_EQ(escaped("\xc0\xaf"), R"("\ufffd\ufffd")") << "overlong of two bytes";
  EXPECT_EQ(escaped("\xc1\xbf"), R"("\ufffd\ufffd")");
  EXPECT_EQ(escaped("\xe0\x9f\xbf"), R"("\ufffd\ufffd\ufffd")") << "overlong of three bytes";
  EXPECT_EQ(escaped("\xed\xa0\x80"), R"("\ufffd\ufffd\ufffd")") << "surrogate";
  EXPECT_EQ(escaped("\xf0\x8f\xbf\xbf"), R"("\ufffd\ufffd\ufffd\ufffd")") << "overlong of four bytes";
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")") << "past U+10FFFF";
  EXPECT_EQ(escaped("\xf5\x80\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

TEST(JsonString, CutSequencesAreReplacedAndWhatFollowsIsKept) {
  EXPECT_EQ(escaped("\xc3"), R"("\ufffd")");
  EXPECT_EQ(escaped("\xe2\x82"), R"("\ufffd\ufffd")");
  EXPECT_EQ(escaped("\xf0\x9f\x98"), R"("\ufffd\ufffd\ufffd")");
  EXPECT_EQ(escaped("\xe2\x82<\xc3\xa9"), "\"\\ufffd\\ufffd\\u003c\xc3\xa9\"");
  EXPECT_EQ(escaped("\xe2\x80"), R"("\ufffd\ufffd")") << "a truncated U+2028 at the end of the text";
}

TEST(MessageJson, KeysComeInGotifysOrder) {
  const Message message{core::MessageId{17},
                        core::ApplicationId{3},
                        "a <b>",
                        "app1",
                        -3,
                        R"({"client::display":{"contentType":"text/markdown"}})",
                        at("2026-11-22T10:53:10.381570477Z")};
  EXPECT_EQ(json(message),
            R"({"id":17,"appid":3,"message":"a \u003cb\u003e","title":"app1","priority":-3,)"
            R"("extras":{"client::display":{"contentType":"text/markdown"}},"date":"2026-11-22T10:53:10.381570477Z"})");
}

TEST(MessageJson, EmptyExtrasHaveNoKeyAndTheDateHasAFraction) {
  Message message;
  message.id = core::MessageId{1};
  message.application = core::ApplicationId{1};
  message.message = "hello";
  message.priority = std::numeric_limits<std::int64_t>::min();
  message.date = at("2026-11-22T10:53:10Z");
  EXPECT_EQ(json(message), R"({"id":1,"appid":1,"message":"hello","title":"","priority":-9223372036854775808,)"
                           R"("date":"2026-11-22T10:53:10.0Z"})");
}

Application application() {
  Application value;
  value.id = core::ApplicationId{5};
  value.user = core::UserId{1};
  value.token = "AbcdefghijklmnO";
  value.name = "backup & restore";
  value.default_priority = 4;
  value.created_at = at("2026-01-02T03:04:05.5Z");
  value.sort_key = "a0";
  return value;
}

TEST(ApplicationJson, NeverUsedWithTheDefaultPicture) {
  EXPECT_EQ(json(application(), true),
            R"({"id":5,"token":"AbcdefghijklmnO","name":"backup \u0026 restore","description":"","internal":false,)"
            R"("image":"static/defaultapp.png","defaultPriority":4,"createdAt":"2026-01-02T03:04:05.5Z",)"
            R"("lastUsed":null,"sortKey":"a0"})");
}

TEST(ApplicationJson, UsedInternalWithItsOwnPictureAndNoTokenShown) {
  Application value = application();
  value.internal = true;
  value.image = "AbC.png";
  value.description = "d";
  value.last_used = at("2026-01-02T03:04:06.25Z");
  EXPECT_EQ(
      json(value, false),
      R"({"id":5,"name":"backup \u0026 restore","description":"d","internal":true,"image":"image/AbC.png",)"
      R"("defaultPriority":4,"createdAt":"2026-01-02T03:04:05.5Z","lastUsed":"2026-01-02T03:04:06.25Z","sortKey":"a0"})");
}

Client client() {
  Client value;
  value.id = core::ClientId{9};
  value.token = "CbcdefghijklmnO";
  value.name = "phone";
  value.created_at = at("2026-01-02T03:04:05.5Z");
  return value;
}

TEST(ClientJson, OptionalKeysAreAbsentAndLastUsedIsNull) {
  EXPECT_EQ(json(client(), true, at("2026-01-02T03:04:06Z")),
            R"({"id":9,"token":"CbcdefghijklmnO","name":"phone","createdAt":"2026-01-02T03:04:05.5Z","lastUsed":null,)"
            R"("expiresAfterInactivitySeconds":0})");
}

TEST(ClientJson, ElevatedAndExpiring) {
  Client value = client();
  value.last_used = at("2026-01-02T03:04:06.1Z");
  value.elevated_until = at("2026-01-02T04:04:05.5Z");
  value.expires_after_inactivity_seconds = 60;
  value.expires_at = at("2026-01-02T03:05:06.1Z");
  EXPECT_EQ(json(value, false, at("2026-01-02T03:04:06Z")),
            R"({"id":9,"name":"phone","createdAt":"2026-01-02T03:04:05.5Z","lastUsed":"2026-01-02T03:04:06.1Z",)"
            R"("elevatedUntil":"2026-01-02T04:04:05.5Z","expiresAfterInactivitySeconds":60,)"
            R"("expiresAt":"2026-01-02T03:05:06.1Z"})");
}

TEST(ClientJson, AnElevationThatEndsNowIsOver) {
  Client value = client();
  value.elevated_until = at("2026-01-02T03:04:06Z");
  EXPECT_EQ(json(value, false, at("2026-01-02T03:04:06Z")).find("elevatedUntil"), std::string::npos);
  EXPECT_NE(json(value, false, at("2026-01-02T03:04:05.999999999Z")).find("elevatedUntil"), std::string::npos);
}

TEST(UserJson, KeysComeInGotifysOrder) {
  const User user{core::UserId{1}, "admin", "$2a$10$secret", true, at("2026-01-02T03:04:05.5Z")};
  EXPECT_EQ(json(user), R"({"id":1,"name":"admin","admin":true,"createdAt":"2026-01-02T03:04:05.5Z"})");
}

std::string page_head(const Paging& paging) {
  std::string out;
  append_page_head(out, paging);
  return out;
}

TEST(PageHead, HasNoNextWithoutALink) {
  EXPECT_EQ(page_head({"", 0, 0, 100}), R"({"paging":{"size":0,"since":0,"limit":100},"messages":[)");
}

TEST(PageHead, EscapesTheLink) {
  EXPECT_EQ(page_head({"/message?limit=2&since=16", 2, 16, 2}),
            R"({"paging":{"next":"/message?limit=2\u0026since=16","size":2,"since":16,"limit":2},"messages":[)");
}

}  // namespace
}  // namespace push::model
