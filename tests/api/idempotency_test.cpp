#include "api/idempotency.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "api/handler_test.hpp"
#include "api/new_message.hpp"

namespace push::api {
namespace {

std::string refusal_of(const std::string& key) {
  const auto checked = check_idempotency_key(key);
  return checked ? "" : checked.error().text;
}

TEST(IdempotencyKey, IsAtMost255PrintableBytes) {
  for (const std::string& key : {std::string(), std::string("8e03978e-40d5-43e8-bc93-6894a57f9324"),
                                 std::string(255, '~'), std::string("\"quoted\", or a list")}) {
    EXPECT_EQ(refusal_of(key), "") << key;
  }
  EXPECT_EQ(refusal_of(std::string(256, 'k')), "header Idempotency-Key has 256 bytes; at most 255 are allowed");
  for (const char bad : {'\t', '\x7f', '\x80', '\0'}) {
    EXPECT_EQ(refusal_of(std::string("abc") + bad),
              "header Idempotency-Key may hold printable ASCII only; byte 4 is not");
  }
}

// They are compared with those that an earlier version has stored: the first 16 bytes of SHA-256 of "1:k", and so on.
TEST(IdempotencyKey, HashesStayTheSame) {
  EXPECT_EQ(hash_of_key("k"), (store::IdempotencyKey::Hash{6436983189521464413U, 1835821545231549618U}));
  EXPECT_EQ(hash_of_content({.message = "m", .title = "t", .priority = 5, .extras = "{}"}),
            (store::IdempotencyKey::Hash{12721357819996970089U, 1825003714518082149U}));
}

TEST(IdempotencyKey, EveryFieldThatTheSenderGivesIsContent) {
  const MessageForm forms[] = {{.message = "m"},
                               {.message = "n"},
                               {.message = "m", .title = "t"},
                               {.message = "mt"},
                               {.message = "m", .priority = 0},
                               {.message = "m", .priority = 1},
                               {.message = "m", .title = "1"},
                               {.message = "m", .extras = R"({"a":1})"}};
  std::set<store::IdempotencyKey::Hash> hashes;
  for (const MessageForm& form : forms) hashes.insert(hash_of_content(form));
  EXPECT_EQ(hashes.size(), std::size(forms));
}

class IdempotencyTest : public HandlerTest {
 protected:
  net::Response post(std::string_view key, std::string_view body, std::string_view type = "application/json",
                     std::string_view target = "/message") {
    Incoming request;
    request.method = "POST";
    request.content_type = type;
    request.idempotency_key = key;
    request.body = body;
    return call(request, target);
  }
  static std::string header(const net::Response& response, std::string_view name) {
    for (const auto& [known, value] : response.headers) {
      if (known == name) return value;
    }
    return "";
  }
  void be_application(std::uint64_t id) {
    principal.kind = Kind::application;
    principal.application = std::make_shared<model::Application>(store.applications.at(id - 1));
  }
};

TEST_F(IdempotencyTest, ARepetitionGetsTheSameAnswerAndSaysSo) {
  be_application(1);
  const net::Response first = post("k", R"({"message":"m"})");
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(header(first, "Idempotent-Replayed"), "");
  const net::Response second = post("k", R"({"message":"m"})");
  EXPECT_EQ(second.status, 200U);
  EXPECT_EQ(header(second, "Idempotent-Replayed"), "true");
  EXPECT_EQ(second.body.view, first.body.view);
  EXPECT_EQ(store.messages.size(), 1U);
  EXPECT_EQ(post("", R"({"message":"m"})").status, 200U);
  EXPECT_EQ(store.messages.size(), 2U) << "without a key, every one counts";
}

TEST_F(IdempotencyTest, TheSameMessageMayBeSentInAnotherForm) {
  be_application(1);
  const net::Response first = post("k", R"({"message":"m","priority":3,"extras":{"a":{"x":1},"b":2}})");
  const net::Response second = post("k", R"({ "extras": {"b":2, "a":{"x":1}}, "priority":3, "message":"\u006d" })");
  EXPECT_EQ(second.body.view, first.body.view);
  const net::Response plain = post("l", R"({"message":"m","priority":3})");
  EXPECT_EQ(post("l", "message=m&priority=3", "application/x-www-form-urlencoded").body.view, plain.body.view);
  EXPECT_EQ(post("l", "", "", "/message?message=m&priority=3").body.view, plain.body.view);
  EXPECT_EQ(store.messages.size(), 2U);
}

TEST_F(IdempotencyTest, AnotherMessageUnderTheSameKeyIs422) {
  be_application(1);
  post("k", R"({"message":"m"})");
  const net::Response refused = post("k", R"({"message":"n"})");
  EXPECT_EQ(refused.status, 422U);
  EXPECT_EQ(refused.body.view, R"({"error":"Unprocessable Entity","errorCode":422,"errorDescription":)"
                               R"("this Idempotency-Key was used for another message, id 1"})");
  EXPECT_EQ(store.messages.size(), 1U);
}

TEST_F(IdempotencyTest, ABadKeyIs400BeforeTheBodyIsLookedAt) {
  be_application(1);
  const net::Response refused = post("a\tb", "{");
  EXPECT_EQ(refused.status, 400U);
  EXPECT_NE(refused.body.view.find("Idempotency-Key may hold printable ASCII only; byte 2 is not"),
            std::string_view::npos);
}

TEST_F(IdempotencyTest, ARefusedMessageLeavesTheKeyFree) {
  be_application(1);
  EXPECT_EQ(post("k", R"({"title":"no message"})").status, 400U);
  const net::Response repaired = post("k", R"({"title":"no message","message":"m"})");
  EXPECT_EQ(repaired.status, 200U);
  EXPECT_EQ(header(repaired, "Idempotent-Replayed"), "");
}

// A client's key is that of the application that its message names.
TEST_F(IdempotencyTest, TheKeyBelongsToTheApplicationWhoeverSendsIt) {
  store.add_application(3, 1, "Athree", "three");
  const net::Response first = post("k", R"({"message":"m","appid":1})");
  EXPECT_EQ(first.status, 200U);
  EXPECT_EQ(header(post("k", R"({"message":"m","appid":3})"), "Idempotent-Replayed"), "");
  EXPECT_EQ(header(post("k", R"({"message":"m","appid":1})"), "Idempotent-Replayed"), "true");
  be_application(1);
  EXPECT_EQ(post("k", R"({"message":"m"})").body.view, first.body.view);
  be_application(2);
  EXPECT_EQ(header(post("k", R"({"message":"m"})"), "Idempotent-Replayed"), "");
  EXPECT_EQ(store.messages.size(), 3U);
}

}  // namespace
}  // namespace push::api
