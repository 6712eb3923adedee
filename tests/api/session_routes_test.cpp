#include "api/handler_test.hpp"

namespace push::api {
namespace {

class SessionRoutes : public HandlerTest {
 protected:
  // By a password that was checked when it had this hash.
  void log_in_as(std::uint64_t user, const std::string& hash = "hash") {
    for (model::User& one : store.users) one.pass_hash = "hash";
    principal = {Kind::basic, false, core::UserId{user}, {}, {}, {}};
    principal.pass_hash = std::make_shared<const std::string>(hash);
  }
};

std::string cookie(const net::Response& response) {
  std::string found;
  for (const auto& [name, value] : response.headers) {
    if (name == "Set-Cookie") found += value;
  }
  return found;
}

TEST_F(SessionRoutes, BeginWithAPasswordAndAName) {
  log_in_as(2);
  EXPECT_EQ(answer("POST", "/auth/local/login", "{}"), "400 Field 'name' is required");
  EXPECT_EQ(store.clients.size(), 2u);

  const net::Response response = call("POST", "/auth/local/login", R"({"name":"browser"})");
  ASSERT_EQ(store.clients.size(), 3u);
  const model::Client& client = store.clients[2];
  EXPECT_EQ(client.user, core::UserId{2});
  EXPECT_EQ(client.name, "browser");
  EXPECT_EQ(client.expires_after_inactivity_seconds, 604800u);
  ASSERT_TRUE(client.elevated_until);
  EXPECT_LE(*client.elevated_until - core::wall_now(), std::chrono::hours(1));
  EXPECT_GT(*client.elevated_until - core::wall_now(), std::chrono::minutes(59));
  EXPECT_EQ(
      response.body.view,
      R"({"id":2,"name":"plain","admin":false,"createdAt":"1970-01-01T00:00:00.0Z","clientId":3,"elevatedUntil":")" +
          core::rfc3339(*client.elevated_until) + "\"}");
  EXPECT_EQ(cookie(response),
            "gotify-client-token=" + client.token + "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict");
}

TEST_F(SessionRoutes, DoNotBeginWithAPasswordThatWasChangedMeanwhile) {
  log_in_as(2, "former hash");
  EXPECT_EQ(answer("POST", "/auth/local/login", R"({"name":"browser"})"), "401 invalid credentials");
  log_in_as(9);
  EXPECT_EQ(answer("POST", "/auth/local/login", R"({"name":"browser"})"), "401 invalid credentials") << "no such user";
  EXPECT_EQ(store.clients.size(), 2u);
}

TEST_F(SessionRoutes, EndWithTheirClientAndItsStreams) {
  config.server.securecookie = true;
  const net::Response response = call("POST", "/auth/logout");
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.body.view, "");
  EXPECT_EQ(cookie(response), "gotify-client-token=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict");
  EXPECT_EQ(closings.closed, std::vector<std::string>{"1:C1"});
  EXPECT_EQ(store.clients.size(), 1u);
  EXPECT_EQ(answer("POST", "/auth/logout"), "200") << "two at once end the same session";
}

TEST_F(SessionRoutes, AreNotWhatAPasswordMakes) {
  principal = {Kind::basic, true, core::UserId{1}, {}, {}, {}};
  EXPECT_EQ(answer("POST", "/auth/logout"), "403 no client auth provided");
  EXPECT_EQ(cookie(call("POST", "/auth/logout")), "gotify-client-token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
  EXPECT_TRUE(closings.closed.empty());
  EXPECT_EQ(store.clients.size(), 2u);
}

}  // namespace
}  // namespace push::api
