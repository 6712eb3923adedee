// The handlers of the table, on a store in memory and requests written down.
#include "push/api/routes.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>

#include "auth/fake_store.hpp"
#include "push/api/first_user.hpp"
#include "push/auth/password.hpp"
#include "push/cluster/backplane.hpp"
#include "push/hub/hub.hpp"

namespace push::api {
namespace {

using Kind = auth::Principal::Kind;

struct NobodyOnline final : hub::Courier {
  void deliver(hub::LoopSet, core::UserId, const core::Bytes&) override {}
  void disconnect(hub::LoopSet, hub::Key) override {}
  std::size_t backlog() const override { return 0; }
};

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    store.add_user(1, "admin", "", true);
    store.add_user(2, "plain", "", false);
    store.add_application(1, 1, "Aone", "one");
    store.add_application(2, 2, "Atwo", "two");
    store.add_client(1, 1, "Cone");
    principal.kind = Kind::client;
    principal.user = core::UserId{1};
    principal.client = core::ClientId{1};
  }

  void add_messages(std::uint64_t application, int count) {
    for (int i = 0; i < count; ++i) {
      model::Message message;
      message.id = core::MessageId{store.messages.size() + 1};
      message.application = core::ApplicationId{application};
      message.message = "m";
      store.messages.push_back(std::move(message));
    }
  }

  net::Response call(std::string_view method, std::string_view target, std::string_view body = {}) {
    Incoming request;
    request.method = method;
    request.target = target;
    request.content_type = "application/json";
    request.body = body;
    const auto parsed = parse_target(target);
    const Match match = Router(routes()).find(method, parsed->path);
    const auto* handler = match.route == nullptr ? nullptr : std::get_if<Handler>(&match.route->action);
    EXPECT_NE(handler, nullptr) << method << ' ' << target;
    if (handler == nullptr) return {};
    Context context{store,
                    authenticator,
                    publisher,
                    images,
                    config,
                    request,
                    *parsed,
                    std::make_shared<const auth::Principal>(principal),
                    parse_id(match.id).value_or(0),
                    {}};
    return (*handler)(context);
  }
  // "404 text" of an error, "200 body" else.
  std::string answer(std::string_view method, std::string_view target, std::string_view body = {}) {
    const net::Response response = call(method, target, body);
    const std::string text(response.body.view);
    const std::string key = "\"errorDescription\":\"";
    const std::size_t at = text.find(key);
    const std::string rest =
        at == std::string::npos ? text : text.substr(at + key.size(), text.size() - at - key.size() - 2);
    return std::to_string(response.status) + (rest.empty() ? "" : " ") + rest;
  }

  test::FakeStore store;
  auth::Authenticator authenticator{store, {}};
  hub::Hub hub{1};
  NobodyOnline nobody;
  cluster::Standalone backplane;
  metrics::Registry metrics;
  delivery::Publisher publisher{store, hub, nobody, backplane, metrics, 64};
  files::ImageFolder images{""};
  config::Config config;
  auth::Principal principal;
};

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

TEST_F(RoutesTest, MessagesOfAnApplicationAreItsOwnersOnly) {
  add_messages(1, 2);
  EXPECT_TRUE(
      answer("GET", "/application/1/message?limit=1").starts_with(R"(200 {"paging":{"next":"/application/1/message?)"));
  for (const char* target : {"/application/2/message", "/application/99/message", "/application/0/message"}) {
    EXPECT_EQ(answer("GET", target), "404 application does not exist") << target;
  }
  EXPECT_EQ(answer("GET", "/application/99/message?limit=0"), "400 Field 'limit' must be more or equal to 1");
}

TEST_F(RoutesTest, ApplicationsAreListedAndCreated) {
  const std::string list = answer("GET", "/application");
  EXPECT_TRUE(list.starts_with(R"(200 [{"id":1,"token":"Aone","name":"one",)")) << list;
  EXPECT_EQ(list.find("Atwo"), std::string::npos);
  config.compat = config::Compat::v3;
  EXPECT_TRUE(answer("GET", "/application").starts_with(R"(200 [{"id":1,"name":"one",)"));

  const std::string made =
      answer("POST", "/application", R"({"name":"n","description":"d","defaultPriority":4,"sortKey":"z"})");
  EXPECT_TRUE(made.starts_with(R"(200 {"id":3,"token":"A)")) << made;
  EXPECT_EQ(store.applications.back().token.size(), 15u);
  EXPECT_EQ(store.applications.back().user, core::UserId{1});
  EXPECT_EQ(store.applications.back().description, "d");
  EXPECT_EQ(store.applications.back().default_priority, 4);
  EXPECT_EQ(answer("POST", "/application", R"({"name":"n","sortKey":"z"})"), "400 sort key is not unique");
  EXPECT_EQ(answer("POST", "/application", R"({"name":""})"), "400 Field 'name' is required");
  EXPECT_EQ(answer("POST", "/application", "[]"),
            "400 json: cannot unmarshal array into Go value of type api.ApplicationParams");
}

TEST_F(RoutesTest, ClientsAreListedAndCreated) {
  EXPECT_TRUE(answer("GET", "/client").starts_with(R"(200 [{"id":1,"token":"Cone",)"));
  EXPECT_TRUE(answer("POST", "/client", R"({"name":"c2","expiresAfterInactivitySeconds":60})")
                  .starts_with("200 {\"id\":2,\"token\":\"C"));
  EXPECT_EQ(store.clients.back().expires_after_inactivity_seconds, 60u);
  EXPECT_EQ(answer("POST", "/client", "{}"), "400 Field 'name' is required");
  EXPECT_TRUE(answer("POST", "/client", R"({"name":"c","expiresAfterInactivitySeconds":-1})")
                  .ends_with("into Go struct field ClientParams.expiresAfterInactivitySeconds of type uint"));
  principal.user = core::UserId{2};
  EXPECT_EQ(answer("GET", "/client"), "200 []");
}

TEST_F(RoutesTest, TheCurrentUserSaysWhichClientAsksAndHowLongItIsElevated) {
  const std::string user = R"(200 {"id":1,"name":"admin","admin":true,"createdAt":"1970-01-01T00:00:00.0Z")";
  EXPECT_EQ(answer("GET", "/current/user"), user + ",\"clientId\":1}");
  principal.elevated_until = core::wall_now() - std::chrono::seconds(1);
  EXPECT_EQ(answer("GET", "/current/user"), user + ",\"clientId\":1}");
  principal.elevated_until = core::wall_now() + std::chrono::hours(1);
  EXPECT_EQ(answer("GET", "/current/user"),
            user + ",\"clientId\":1,\"elevatedUntil\":\"" + core::rfc3339(*principal.elevated_until) + "\"}");
  principal.kind = Kind::basic;
  EXPECT_EQ(answer("GET", "/current/user"), user + "}");
  store.users.clear();
  EXPECT_EQ(answer("GET", "/current/user"), "401 " + std::string(auth::unauthorized_text()));
}

TEST_F(RoutesTest, HealthAndVersionSpeakGotify) {
  EXPECT_EQ(answer("GET", "/health"), R"(200 {"health":"green","database":"green"})");
  EXPECT_EQ(call("GET", "/health").content_type, "application/json; charset=utf-8");
  store.broken = true;
  EXPECT_EQ(answer("GET", "/health"), R"(500 {"health":"orange","database":"red"})");
  EXPECT_TRUE(answer("GET", "/version").starts_with(R"(200 {"version":"3.)"));
  EXPECT_EQ(answer("OPTIONS", "/nope"), "200");
}

TEST_F(RoutesTest, AStoreThatIsAwayIsA503WithRetryAfter) {
  store.broken = true;
  const std::pair<const char*, const char*> rows[] = {
      {"GET", "/message"},      {"DELETE", "/message"},
      {"DELETE", "/message/1"}, {"GET", "/application"},
      {"GET", "/client"},       {"GET", "/application/1/message"},
      {"GET", "/current/user"}, {"DELETE", "/application/1/message"},
  };
  for (const auto& [method, target] : rows) {
    const net::Response response = call(method, target);
    EXPECT_EQ(response.status, 503u) << method << ' ' << target;
    ASSERT_EQ(response.headers.size(), 1u);
    EXPECT_EQ(response.headers[0], std::make_pair(std::string("Retry-After"), std::string("1")));
  }
  EXPECT_EQ(call("POST", "/application", R"({"name":"n"})").status, 503u);
  EXPECT_EQ(call("POST", "/client", R"({"name":"n"})").status, 503u);
}

TEST_F(RoutesTest, OnlyWhatTheSpecSaysIsPublic) {
  for (const Route& route : routes()) {
    const bool open = route.pattern == "/version" || route.pattern == "/health" || route.method == "OPTIONS";
    EXPECT_EQ(!route.access, open) << route.method << ' ' << route.pattern;
    EXPECT_EQ(route.gate == Gate::none, route.pattern == "/health") << route.pattern;
    EXPECT_EQ(route.access == auth::Access::post_message, route.method == "POST" && route.pattern == "/message");
  }
}

TEST(FirstUser, IsCreatedInAnEmptyDatabaseOnly) {
  test::FakeStore store;
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
  test::FakeStore store;
  config::Config config;
  config.defaultuser.pass = std::string(73, 'x');
  EXPECT_TRUE(create_default_user(store, config).error().text.starts_with("defaultuser.pass: "));
  store.broken = true;
  EXPECT_EQ(create_default_user(store, config).error().code, core::ErrorCode::unavailable);
}

TEST(FirstUser, KnowsWhichAddressesAreThisMachineOnly) {
  for (const char* address : {"127.0.0.1", "127.8.0.1", "::1", "localhost", "unix:/run/push"})
    EXPECT_TRUE(is_loopback(address));
  for (const char* address : {"", "0.0.0.0", "::", "192.168.0.1", "1270.0.0.1"})
    EXPECT_FALSE(is_loopback(address)) << address;
}

}  // namespace
}  // namespace push::api
