#include "api/handler_test.hpp"
#include "push/model/limits.hpp"

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

TEST_F(ApplicationRoutes, KeepMessagesAsConfiguredUnlessTheyHaveARule) {
  const std::string path = "/application/1/retention";
  EXPECT_EQ(answer("GET", path), R"(200 {"days":0,"count":0,"own":{"days":null,"count":null}})");
  config.retention = {.days = 30, .count = 1000};
  EXPECT_EQ(answer("GET", path), R"(200 {"days":30,"count":1000,"own":{"days":null,"count":null}})");
  const std::string own = R"(200 {"days":7,"count":1000,"own":{"days":7,"count":null}})";
  EXPECT_EQ(answer("PUT", path, R"({"days":7})"), own);
  EXPECT_EQ(answer("GET", path), own);
  EXPECT_EQ(answer("PUT", path, R"({"days":0,"count":0})"), R"(200 {"days":0,"count":0,"own":{"days":0,"count":0}})");
  EXPECT_EQ(answer("PUT", path, R"({"days":36500,"count":1000000000})"),
            R"(200 {"days":36500,"count":1000000000,"own":{"days":36500,"count":1000000000}})");
  EXPECT_EQ(answer("PUT", path, R"({"days":null,"count":5})"),
            R"(200 {"days":30,"count":5,"own":{"days":null,"count":5}})");
  EXPECT_EQ(answer("PUT", path, "{}"), R"(200 {"days":30,"count":1000,"own":{"days":null,"count":null}})");
  EXPECT_TRUE(store.rules.empty()) << "no row of its own";
}

TEST_F(ApplicationRoutes, ARuleThatIsNoneIsRefusedByItsField) {
  const std::string path = "/application/1/retention";
  for (const auto& [body, text] : {
           std::pair{R"({"days":-1})", "Field 'days' must be more or equal to 0"},
           std::pair{R"({"days":36501})", "Field 'days' must be less or equal to 36500"},
           std::pair{R"({"count":-1})", "Field 'count' must be more or equal to 0"},
           std::pair{R"({"count":1000000001})", "Field 'count' must be less or equal to 1000000000"},
           std::pair{R"({"days":"7"})",
                     "json: cannot unmarshal string into Go struct field RetentionParams.days of type int"},
           std::pair{R"({"days":1.5})",
                     "json: cannot unmarshal number 1.5 into Go struct field RetentionParams.days of type int"},
           std::pair{R"({"count":99999999999999999999})",
                     "json: cannot unmarshal number 99999999999999999999 into Go struct field RetentionParams.count "
                     "of type int"},
           std::pair{"", "EOF"},
       }) {
    EXPECT_EQ(answer("PUT", path, body), std::string("400 ") + text);
  }
  EXPECT_TRUE(store.rules.empty());
}

TEST_F(ApplicationRoutes, MustBeThereAndOnesOwnBeforeTheBodyIsRead) {
  for (const char* id : {"2", "99", "0"}) {
    const std::string missing = std::string("404 app with id ") + id + " doesn't exists";
    EXPECT_EQ(answer("GET", std::string("/application/") + id + "/retention"), missing);
    EXPECT_EQ(answer("PUT", std::string("/application/") + id + "/retention", "{bad"), missing);
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

TEST_F(ApplicationRoutes, TextsAreBounded) {
  const auto with = [this](const std::string& key, const std::string& value) {
    const std::string body = R"({"name":"n",")" + key + "\":\"" + value + "\"}";
    const std::string created = answer("POST", "/application", body);
    const std::string changed = answer("PUT", "/application/1", body);
    EXPECT_EQ(created.substr(0, 3), changed.substr(0, 3)) << key;
    return created.starts_with("200") ? "200" : created;
  };
  EXPECT_EQ(with("name", std::string(1024, 'x')), "200");
  EXPECT_EQ(with("name", std::string(1025, 'x')), "400 Field 'name' must not be longer than 1024 bytes");
  EXPECT_EQ(with("description", std::string(16 * 1024, 'x')), "200");
  EXPECT_EQ(with("description", std::string(16 * 1024 + 1, 'x')),
            "400 Field 'description' must not be longer than 16384 bytes");
  EXPECT_EQ(with("sortKey", std::string(256, 'x')), "400 Field 'sortKey' must not be longer than 255 bytes");
  EXPECT_EQ(with("sortKey", "a\\n"), "400 Field 'sortKey' must not contain characters that cannot be printed");
  EXPECT_EQ(answer("POST", "/application", R"({"name":"n","sortKey":")" + std::string(255, 'x') + R"("})").substr(0, 3),
            "200");
}

// An older database may hold longer ones.
TEST_F(ApplicationRoutes, LongTextsOfBeforeAreStillShown) {
  store.applications[0].name.assign(5000, 'x');
  store.applications[0].sort_key.assign(5000, 'x');
  const std::string list = answer("GET", "/application");
  EXPECT_GT(list.size(), 10'000U);
  const std::string next = answer("POST", "/application", R"({"name":"n"})");
  EXPECT_TRUE(next.starts_with("200 ")) << next;
  EXPECT_LE(store.applications.back().sort_key.size(), 255U);
}

// What is stored by then must not be answered as refused.
TEST_F(ApplicationRoutes, AreNotChangedWhenTheirAnswerWouldNotFit) {
  auto all = responses.charge(std::size_t{64} << 20, core::line_of(core::UserId{9}));
  const std::string form = R"({"name":"n","description":")" + std::string(model::kMaxDescription, '<') + "\"}";
  const std::string busy = "503 too many large answers are being read";
  store.applications[0].description = std::string(model::kMaxDescription, '<');
  store.applications[0].image = "old.png";
  EXPECT_EQ(answer("POST", "/application", form), busy);
  EXPECT_EQ(answer("PUT", "/application/1", form), busy);
  EXPECT_EQ(answer("DELETE", "/application/1/image"), busy);
  EXPECT_EQ(store.applications.size(), 2U);
  EXPECT_EQ(store.applications[0].name, "one");
  EXPECT_EQ(store.applications[0].image, "old.png");
  all.reset();
  EXPECT_TRUE(answer("POST", "/application", form).starts_with("200 "));
  receivers.clear();
  EXPECT_EQ(responses.used(), 0U);
}

TEST_F(ApplicationRoutes, AListIsCountedAsItGrows) {
  for (std::uint64_t id = 10; id < 1510; ++id) {
    store.add_application(id, 1, "A" + std::to_string(id), "n").description = std::string(model::kMaxDescription, 'x');
  }
  EXPECT_EQ(answer("GET", "/application"), "503 too many large answers are being read");
  store.applications.resize(300);
  {
    const net::Response list = call("GET", "/application");
    EXPECT_GT(list.body.view.size(), std::size_t{290} * model::kMaxDescription);
  }
  EXPECT_EQ(answer("GET", "/client").substr(0, 5), "200 [");
  EXPECT_EQ(responses.used(), 0U);
}

}  // namespace
}  // namespace push::api
