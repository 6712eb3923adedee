#include "api/handler_test.hpp"
#include "push/model/limits.hpp"

namespace push::api {
namespace {

using ReadRoutes = HandlerTest;

TEST_F(ReadRoutes, AMarkIsSetAndAnswered) {
  add_messages(1, 5);
  EXPECT_EQ(answer("GET", "/message/read"), R"(200 {"upTo":0,"ids":[]})");
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":2})"), "200");
  EXPECT_EQ(answer("POST", "/message/read", R"({"ids":[5,4,1]})"), "200");
  EXPECT_EQ(answer("GET", "/message/read"), R"(200 {"upTo":2,"ids":[4,5]})");
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":1,"ids":[]})"), "200");
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":18446744073709551615})"), "200");
  EXPECT_EQ(answer("GET", "/message/read"), R"(200 {"upTo":5,"ids":[]})");
}

TEST_F(ReadRoutes, WhatIsNotThereOrSomebodyElsesIsIgnored) {
  add_messages(1, 1);
  add_messages(2, 1);
  EXPECT_EQ(answer("POST", "/message/read", R"({"ids":[2,1,99]})"), "200");
  EXPECT_EQ(answer("GET", "/message/read"), R"(200 {"upTo":0,"ids":[1]})");
  principal.user = core::UserId{2};
  EXPECT_EQ(answer("GET", "/message/read"), R"(200 {"upTo":0,"ids":[]})");
}

TEST_F(ReadRoutes, ExactlyOneOfTheTwoFieldsIsSet) {
  const std::string none = "400 Field 'upTo' or field 'ids' is required";
  EXPECT_EQ(answer("POST", "/message/read", "{}"), none);
  EXPECT_EQ(answer("POST", "/message/read", R"({"ids":[]})"), none);
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":null,"ids":null})"), none);
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":1,"ids":[1]})"),
            "400 Field 'upTo' and field 'ids' must not be set both");
  EXPECT_EQ(answer("POST", "/message/read", R"({"upTo":-1})"),
            "400 json: cannot unmarshal number -1 into Go struct field ReadMarks.upTo of type uint");
  EXPECT_TRUE(answer("POST", "/message/read", "{bad").starts_with("400 invalid character"));
}

TEST_F(ReadRoutes, IdsAreBounded) {
  add_messages(1, 1);
  std::string most = "1";
  for (std::size_t i = 1; i < model::kMaxMarkedIds; ++i) most += ",1";
  EXPECT_EQ(answer("POST", "/message/read", "{\"ids\":[" + most + "]}"), "200");
  EXPECT_EQ(answer("POST", "/message/read", "{\"ids\":[" + most + ",1]}"),
            "400 Field 'ids' must not hold more than 500 values");
}

TEST_F(ReadRoutes, AFailingStoreAnswersUnavailable) {
  store.broken = true;
  EXPECT_TRUE(answer("GET", "/message/read").starts_with("503 "));
  EXPECT_TRUE(answer("POST", "/message/read", R"({"upTo":1})").starts_with("503 "));
}

}  // namespace
}  // namespace push::api
