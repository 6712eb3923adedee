#include "api/new_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace push::api {
namespace {

using PrincipalKind = auth::Principal::Kind;

core::Result<MessageForm> read(std::string_view body, PrincipalKind kind = PrincipalKind::application,
                               std::string_view target = "/message",
                               std::string_view content_type = "application/json") {
  Incoming request;
  request.method = "POST";
  request.target = *parse_target(target);
  request.content_type = content_type;
  request.body = body;
  auth::Principal principal;
  principal.kind = kind;
  return read_message(request, principal, std::size_t{64} << 10);
}

std::string error_of(const core::Result<MessageForm>& form) {
  return form ? "none" : form.error().text;
}

model::Application application() {
  model::Application out;
  out.id = core::ApplicationId{7};
  out.name = "app1";
  out.default_priority = 5;
  return out;
}

TEST(NewMessage, ReadsEveryField) {
  const auto form =
      read(R"({"message":"m","title":" t ","priority":-3,"appid":9,"extras":{"b":1,"a":{}},"id":"x","date":1})");
  ASSERT_TRUE(form) << form.error().text;
  EXPECT_EQ(form->message, "m");
  EXPECT_EQ(form->title, " t ");
  EXPECT_EQ(form->priority, -3);
  EXPECT_EQ(form->application, 9u);
  EXPECT_EQ(form->extras, R"({"a":{},"b":1})");
}

TEST(NewMessage, TheMessageIsRequired) {
  for (const char* body : {R"({"title":"x"})", R"({"message":""})", R"({"message":null})", "null", "{}"}) {
    EXPECT_EQ(error_of(read(body)), "Field 'message' is required") << body;
  }
  EXPECT_EQ(error_of(read(R"({"message":"   "})")), "none");
  EXPECT_EQ(error_of(read("", PrincipalKind::application, "/message?message=q&priority=4", "")), "none");
}

TEST(NewMessage, OnlyAnApplicationTokenNeedsNoAppid) {
  constexpr const char* kText = "appid is required when not authenticating with an application token";
  EXPECT_EQ(error_of(read(R"({"message":"m"})", PrincipalKind::application)), "none");
  EXPECT_EQ(error_of(read(R"({"message":"m"})", PrincipalKind::client)), kText);
  EXPECT_EQ(error_of(read(R"({"message":"m","appid":0})", PrincipalKind::basic)), kText);
  EXPECT_EQ(error_of(read(R"({"message":"m","appid":3})", PrincipalKind::basic)), "none");
  EXPECT_EQ(error_of(read(R"({"appid":0})", PrincipalKind::client)),
            "Field 'message' is required");  // binding comes first
  EXPECT_EQ(error_of(read(R"({"message":"m","appid":"7"})", PrincipalKind::application)),
            "json: cannot unmarshal string into Go struct field CreateMessage.appid of type uint");
}

TEST(NewMessage, EmptyExtrasAreNone) {
  EXPECT_EQ(read(R"({"message":"m","extras":{}})")->extras, "");
  EXPECT_EQ(read(R"({"message":"m","extras":null})")->extras, "");
  EXPECT_EQ(read(R"({"message":"m","extras":{"a":null}})")->extras, R"({"a":null})");
}

TEST(NewMessage, TheApplicationFillsInTitleAndPriority) {
  const core::WallTime now = core::wall_now();
  const store::NewMessage plain = compose(*read(R"({"message":"m"})"), application(), now);
  EXPECT_EQ(plain.application, core::ApplicationId{7});
  EXPECT_EQ(plain.message, "m");
  EXPECT_EQ(plain.title, "app1");
  EXPECT_EQ(plain.priority, 5);
  EXPECT_EQ(plain.date, now);
  EXPECT_EQ(compose(*read(R"({"message":"m","title":" \t\n "})"), application(), now).title, "app1");
  EXPECT_EQ(compose(*read(R"({"message":"m","title":" t "})"), application(), now).title, " t ");
  EXPECT_EQ(compose(*read(R"({"message":"m","priority":0})"), application(), now).priority, 0);
  EXPECT_EQ(compose(*read(R"({"message":"m","priority":null})"), application(), now).priority, 5);
}

// Names of any length may be in an older database; each message would repeat them.
TEST(NewMessage, ALongNameIsNotCopiedWhole) {
  model::Application old = application();
  old.name = std::string(1023, 'x') + "\xC3\xA9" + std::string(1'000'000, 'x');
  EXPECT_EQ(compose({}, old, {}).title, std::string(1023, 'x'));
}

}  // namespace
}  // namespace push::api
