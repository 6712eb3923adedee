#include "api/handler_test.hpp"

namespace push::api {
namespace {

using ApplicationRoutes = HandlerTest;

TEST_F(ApplicationRoutes, ApplicationsAreListedAndCreated) {
  const std::string list = answer("GET", "/application");
  EXPECT_TRUE(list.starts_with(R"(200 [{"id":1,"token":"Aone","name":"one",)")) << list;
  EXPECT_EQ(list.find("Atwo"), std::string::npos);
  config.compat = config::Compat::v3;
  EXPECT_TRUE(answer("GET", "/application").starts_with(R"(200 [{"id":1,"name":"one",)"));

  const std::string made =
      answer("POST", "/application", R"({"name":"n","description":"d","defaultPriority":4,"sortKey":"z"})");
  EXPECT_TRUE(made.starts_with(R"(200 {"id":3,"token":"gtfya.)")) << made;
  const std::string stored = store.applications.back().token;
  EXPECT_TRUE(stored.starts_with("gtfya.")) << stored;
  EXPECT_EQ(made.find(stored), std::string::npos);  // what the database holds is not shown

  EXPECT_EQ(store.applications.back().user, core::UserId{1});
  EXPECT_EQ(store.applications.back().description, "d");
  EXPECT_EQ(store.applications.back().default_priority, 4);
  EXPECT_EQ(answer("POST", "/application", R"({"name":"n","sortKey":"z"})"), "400 sort key is not unique");
  EXPECT_EQ(answer("POST", "/application", R"({"name":""})"), "400 Field 'name' is required");
  EXPECT_EQ(answer("POST", "/application", "[]"),
            "400 json: cannot unmarshal array into Go value of type api.ApplicationParams");
}

TEST_F(ApplicationRoutes, AreReplacedButForAnEmptySortKeyAndShownWithTheirToken) {
  store.applications[0].sort_key = "a0";
  store.applications[0].description = "old";
  store.applications[0].default_priority = 9;
  store.add_application(3, 1, "Athree", "three").sort_key = "a1";
  for (const config::Compat compat : {config::Compat::v2, config::Compat::v3}) {
    config.compat = compat;
    EXPECT_EQ(answer("PUT", "/application/1", R"({"name":"new","sortKey":""})"),
              R"(200 {"id":1,"token":"Aone","name":"new","description":"","internal":false,)"
              R"("image":"static/defaultapp.png","defaultPriority":0,"createdAt":"1970-01-01T00:00:00.0Z",)"
              R"("lastUsed":null,"sortKey":"a0"})");
  }
  EXPECT_EQ(answer("PUT", "/application/1", R"({"name":"new","sortKey":"a1"})"), "400 sort key is not unique");
  EXPECT_EQ(forgotten_by([this] { answer("PUT", "/application/1", R"({"name":"new","sortKey":"a2"})"); }), 1u)
      << "posters take title and priority from memory";
  EXPECT_EQ(store.applications[0].sort_key, "a2");
}

TEST_F(ApplicationRoutes, MustBeThereAndOnesOwnBeforeTheBodyIsRead) {
  for (const char* id : {"2", "99", "0"}) {
    const std::string missing = std::string("404 app with id ") + id + " doesn't exists";
    EXPECT_EQ(answer("PUT", std::string("/application/") + id, "{bad"), missing);
    EXPECT_EQ(answer("PUT", std::string("/application/") + id + "/security"), missing);
    EXPECT_EQ(answer("DELETE", std::string("/application/") + id), missing);
  }
  EXPECT_EQ(answer("PUT", "/application/1", "{}"), "400 Field 'name' is required");
  EXPECT_EQ(answer("PUT", "/application/1/security"), "400 EOF");
  EXPECT_EQ(answer("PUT", "/application/1/security", R"({"regenerateToken":1})"),
            "400 json: cannot unmarshal number into Go struct field SecurityUpdateAction.regenerateToken of type bool");
}

TEST_F(ApplicationRoutes, AreDeletedUnlessTheyAreInternal) {
  add_messages(1, 2);
  add_messages(2, 1);
  store.applications[0].internal = true;
  EXPECT_EQ(answer("DELETE", "/application/1"), "400 cannot delete internal application");
  store.applications[0].internal = false;
  EXPECT_EQ(forgotten_by([this] { EXPECT_EQ(answer("DELETE", "/application/1"), "200"); }), 1u);
  EXPECT_EQ(store.applications.size(), 1u);
  EXPECT_EQ(store.messages.size(), 1u);
  EXPECT_TRUE(closings.closed.empty());
  EXPECT_EQ(answer("DELETE", "/application/1"), "404 app with id 1 doesn't exists");
}

TEST_F(ApplicationRoutes, GetANewTokenOnRequestOnly) {
  EXPECT_EQ(answer("PUT", "/application/1/security", R"({"regenerateToken":false})"), "200 {}");
  EXPECT_EQ(answer("PUT", "/application/1/security", "{}"), "200 {}");
  EXPECT_EQ(store.applications[0].token, "Aone");
  std::string made;
  EXPECT_EQ(forgotten_by([&] { made = answer("PUT", "/application/1/security", R"({"regenerateToken":true})"); }), 1u);
  EXPECT_NE(store.applications[0].token, "Aone");
  EXPECT_EQ(made, R"(200 {"regenerateToken":{"token":")" + store.applications[0].token + R"("}})");
}

}  // namespace
}  // namespace push::api
