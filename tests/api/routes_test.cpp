// The handlers of the table, on a store in memory and requests built from literals.
#include "api/routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "api/handler_test.hpp"
#include "push/api/first_user.hpp"
#include "push/auth/password.hpp"
#include "push/core/log.hpp"

namespace push::api {
namespace {

using RoutesTest = HandlerTest;

TEST_F(RoutesTest, MessagesOfTheUserArePagedAndDeleted) {
  add_messages(1, 3);
  add_messages(2, 1);
  const std::string first = answer("GET", "/message?limit=2");
  EXPECT_EQ(first.substr(0, first.find("\"messages\"")),
            R"(200 {"paging":{"next":"/message?limit=2\u0026since=2","size":2,"since":2,"limit":2},)");
  EXPECT_EQ(answer("GET", "/message?limit=0"), "400 Field 'limit' must be more or equal to 1");
  EXPECT_EQ(answer("DELETE", "/message/3"), "200");
  EXPECT_EQ(answer("DELETE", "/message/3"), "404 message does not exist");
  EXPECT_EQ(answer("DELETE", "/message/4"), "404 message does not exist");  // another user's
  EXPECT_EQ(store.messages.size(), 3u);
}

TEST_F(RoutesTest, DeletingUpToAnIdLeavesWhatCameLater) {
  add_messages(1, 4);
  EXPECT_EQ(answer("DELETE", "/message?upto="), "200");
  EXPECT_EQ(answer("DELETE", "/message?upto=x"), R"(400 strconv.ParseUint: parsing \"x\": invalid syntax)");
  EXPECT_EQ(answer("DELETE", "/application/1/message?upto=-1"),
            R"(400 strconv.ParseUint: parsing \"-1\": invalid syntax)");
  EXPECT_EQ(store.messages.size(), 4u) << "an end that nobody has given deletes nothing";
  EXPECT_EQ(answer("DELETE", "/message?upto=1"), "200");
  EXPECT_EQ(answer("DELETE", "/application/1/message?upto=3"), "200");
  ASSERT_EQ(store.messages.size(), 1u);
  EXPECT_EQ(core::value(store.messages[0].id), 4u);
  EXPECT_EQ(answer("DELETE", "/application/2/message?upto=9"), "404 application does not exists");
  EXPECT_EQ(answer("DELETE", "/message"), "200");
  EXPECT_EQ(store.messages.size(), 0u);
}

TEST_F(RoutesTest, AListOfMessagesIsDeletedAtOnce) {
  add_messages(1, 4);
  add_messages(2, 1);
  EXPECT_EQ(answer("POST", "/message/delete", R"({"ids":[4,2,2,5,99]})"), R"(200 {"deleted":2})");
  EXPECT_EQ(store.messages.size(), 3u);
  EXPECT_EQ(answer("POST", "/message/delete", R"({"ids":[4]})"), R"(200 {"deleted":0})");
  for (const char* none : {"{}", R"({"ids":[]})", R"({"ids":null})"}) {
    EXPECT_EQ(answer("POST", "/message/delete", none), "400 Field 'ids' is required") << none;
  }
  EXPECT_EQ(answer("POST", "/message/delete", R"({"ids":[-1]})"),
            "400 json: cannot unmarshal number -1 into Go struct field DeletedMessages.ids of type uint");
  std::string most = "1";
  for (int i = 1; i < 1000; ++i) most += ",1";
  EXPECT_EQ(answer("POST", "/message/delete", "{\"ids\":[" + most + "]}"), R"(200 {"deleted":1})");
  EXPECT_EQ(answer("POST", "/message/delete", "{\"ids\":[" + most + ",1]}"),
            "400 Field 'ids' must not hold more than 1000 values");
  store.broken = true;
  EXPECT_TRUE(answer("POST", "/message/delete", R"({"ids":[1]})").starts_with("503 "));
}

TEST_F(RoutesTest, MessagesOfAnApplicationAreItsOwnersOnly) {
  add_messages(1, 2);
  EXPECT_TRUE(
      answer("GET", "/application/1/message?limit=1").starts_with(R"(200 {"paging":{"next":"/application/1/message?)"));
  for (const char* target : {"/application/2/message", "/application/99/message", "/application/0/message"}) {
    EXPECT_EQ(answer("GET", target), "404 application does not exist") << target;
  }
  EXPECT_EQ(answer("GET", "/application/99/message?limit=0"), "400 Field 'limit' must be more or equal to 1");
}

TEST_F(RoutesTest, HealthAndVersionSpeakGotify) {
  EXPECT_EQ(answer("GET", "/health"), R"(200 {"health":"green","database":"green"})");
  EXPECT_EQ(call("GET", "/health").content_type, "application/json; charset=utf-8");
  store.broken = true;
  EXPECT_EQ(answer("GET", "/health"), R"(500 {"health":"orange","database":"red"})");
  EXPECT_TRUE(answer("GET", "/version").starts_with(R"(200 {"version":"3.)"));
  EXPECT_EQ(answer("OPTIONS", "/nope"), "200");
  EXPECT_EQ(answer("GET", "/gotifyinfo"), R"(200 {"version":"3.0.0","register":false,"oidc":false})");
  config.registration = true;
  EXPECT_EQ(answer("GET", "/gotifyinfo"), R"(200 {"version":"3.0.0","register":true,"oidc":false})");
}

TEST_F(RoutesTest, AStoreThatIsAwayIsA503WithRetryAfter) {
  store.broken = true;
  const std::pair<const char*, const char*> rows[] = {
      {"GET", "/message"},
      {"DELETE", "/message/1"},
      {"GET", "/application"},
      {"GET", "/application/1/message"},
      {"PUT", "/application/1"},
      {"DELETE", "/application/1"},
      {"PUT", "/application/1/security"},
      {"GET", "/client"},
      {"PUT", "/client/1"},
      {"DELETE", "/client/1"},
      {"GET", "/current/user"},
      {"POST", "/auth/logout"},
      {"GET", "/user"},
      {"GET", "/user/1"},
      {"DELETE", "/user/1"},
  };
  for (const auto& [method, target] : rows) {
    const net::Response response = call(method, target);
    EXPECT_EQ(response.status, 503u) << method << ' ' << target;
    ASSERT_FALSE(response.headers.empty());
    EXPECT_EQ(response.headers[0], std::make_pair(std::string("Retry-After"), std::string("1")));
  }
  const std::string everything = R"({"name":"n","pass":"p","durationSeconds":1})";
  for (const char* target :
       {"/application", "/client", "/client/1/elevate", "/current/user/password", "/user", "/user/1"}) {
    EXPECT_EQ(call("POST", target, everything).status, 503u) << target;
  }
  EXPECT_EQ(forgotten_by([this] { call("DELETE", "/client/1"); }), 0u) << "nothing was committed";
  EXPECT_TRUE(closings.closed.empty());
}

TEST_F(RoutesTest, OnlyWhatTheSpecSaysIsPublic) {
  const std::set<std::string_view> pages = {"/",         "/index.html", "/manifest.json", "/sw.js",
                                            "/static/*", "/image/*",    "/swagger",       "/docs",
                                            "/health",   "/livez",      "/readyz"};
  const std::set<std::string_view> open = {"/version", "/gotifyinfo", "*"};
  for (const Route& route : routes()) {
    const bool page = pages.contains(route.pattern);
    EXPECT_EQ(!route.access, page || open.contains(route.pattern)) << route.method << ' ' << route.pattern;
    EXPECT_EQ(route.gate == Gate::none, page) << route.pattern;
    EXPECT_EQ(route.access == auth::Access::post_message, route.method == "POST" && route.pattern == "/message");
    EXPECT_EQ(route.access == auth::Access::optional, route.method == "POST" && route.pattern == "/user");
    EXPECT_EQ(route.access == auth::Access::password, route.pattern == "/auth/local/login");
  }
}

TEST(FirstUser, IsCreatedInAnEmptyDatabaseOnly) {
  test::MemoryStore store;
  config::Config config;
  config.defaultuser = {"boss", "secret"};
  config.passstrength = 4;
  ASSERT_TRUE(create_default_user(store, config));
  ASSERT_TRUE(create_default_user(store, config));
  ASSERT_EQ(store.users.size(), 1u);
  EXPECT_EQ(store.users[0].name, "boss");
  EXPECT_TRUE(store.users[0].admin);
  EXPECT_EQ(store.users[0].pass_hash.substr(0, 7), "$2a$04$");
  EXPECT_TRUE(auth::verify_password("secret", store.users[0].pass_hash));
}

TEST(FirstUser, ErrorsNameTheKey) {
  test::MemoryStore store;
  config::Config config;
  config.defaultuser.pass = std::string(73, 'x');
  EXPECT_TRUE(create_default_user(store, config).error().text.starts_with("defaultuser.pass: "));
  store.broken = true;
  EXPECT_EQ(create_default_user(store, config).error().code, core::ErrorCode::unavailable);
}

TEST(FirstUser, IsWarnedAboutWithTheDefaultPasswordOrNone) {
  const auto warnings = [](const char* configured, const char* stored, const char* password, const char* address) {
    test::MemoryStore store;
    store.add_user(1, stored, auth::hash_password(password, 4).value(), true);
    config::Config config;
    config.defaultuser.name = configured;
    config.server.listenaddr = address;
    testing::internal::CaptureStdout();
    EXPECT_TRUE(create_default_user(store, config));
    spdlog::default_logger()->flush();
    return testing::internal::GetCapturedStdout();
  };
  using testing::HasSubstr;
  EXPECT_THAT(warnings("admin", "admin", "admin", ""), HasSubstr("SECURITY: default password in use"));
  EXPECT_THAT(warnings("boss", "boss", "admin", ""), HasSubstr("SECURITY: default password in use"));
  EXPECT_THAT(warnings("boss", "admin", "admin", "::"), HasSubstr("user=\"admin\" address=\"::\""));
  EXPECT_THAT(warnings("admin", "admin", "", ""), HasSubstr("SECURITY: empty password in use"));
  EXPECT_THAT(warnings("boss", "boss", "", ""), HasSubstr("user=\"boss\" address=\"all\""));
  for (const char* loopback : {"127.0.0.1", "unix:/run/push"}) EXPECT_EQ(warnings("a", "a", "", loopback), "");
  EXPECT_EQ(warnings("admin", "admin", "another", ""), "");
}

TEST(FirstUser, KnowsWhichAddressesAreThisMachineOnly) {
  for (const char* address : {"127.0.0.1", "127.8.0.1", "::1", "localhost", "unix:/run/push"})
    EXPECT_TRUE(is_loopback(address));
  for (const char* address : {"", "0.0.0.0", "::", "192.168.0.1", "1270.0.0.1"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace push::api
