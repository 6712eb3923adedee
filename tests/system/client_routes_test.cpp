// Whose streams end with a client, and how long an elevation lasts (protocol 1.7, 3).
#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using Kind = StreamEvent::Kind;

class ClientRoutes : public ApiTest {
 protected:
  static std::string target(const Created& client, const std::string& what = {}) {
    return "/client/" + std::to_string(client.id) + what;
  }
  static Answer elevate(HttpClient& http, const Created& client, const std::string& seconds) {
    return http.post(target(client, "/elevate"), kJson, R"({"durationSeconds":)" + seconds + "}");
  }
  void restart_as_v3() {
    ASSERT_EQ(server_.stop(), 0);
    server_.set("GOTIFY_COMPAT", "v3");
    server_.start();
  }
};

TEST_F(ClientRoutes, ADeletedOneLosesItsStreamsAndNobodyElse) {
  HttpClient owner = server_.http(admin().basic());
  const Created gone = create_client(owner, "gone");
  StreamClient first = server_.stream(gone.key());
  StreamClient second = server_.stream(gone.key());
  StreamClient sibling = stream();
  StreamClient by_password = server_.stream(admin().basic());
  HttpClient http = server_.http(gone.key());
  ASSERT_EQ(http.get("/current/user").status, 200);

  EXPECT_EQ(http.request("DELETE", target(gone)).status, 200) << "a client may delete itself";
  EXPECT_EQ(first.next().kind, Kind::end) << "no Close frame";
  EXPECT_EQ(second.next().kind, Kind::end);
  EXPECT_EQ(http.get("/current/user").body, unauthorized_body());
  HttpClient sender = poster();
  const std::string message = post_message(sender, "still there?");
  EXPECT_EQ(sibling.next_message(), message + "\n");
  EXPECT_EQ(by_password.next_message(), message + "\n");
}

TEST_F(ClientRoutes, AnotherUsersAreNotFoundAndKeepTheirStreams) {
  HttpClient owner = server_.http(admin().basic());
  ASSERT_EQ(owner.post("/user", kJson, R"({"name":"u2","pass":"pw"})").status, 200);
  HttpClient other = server_.http({basic_header("u2", "pw")});
  StreamClient listener = stream();
  const std::string missing = error_body(404, "client with id " + std::to_string(client_.id) + " doesn't exists");
  EXPECT_EQ(other.request("DELETE", target(client_)).body, missing);
  EXPECT_EQ(other.request("PUT", target(client_), {"Content-Type: application/json"}, R"({"name":"x"})").body, missing);
  EXPECT_EQ(elevate(other, client_, "60").body, error_body(404, "client not found"));
  EXPECT_EQ(other.request("DELETE", "/client/0").status, 404);
  HttpClient sender = poster();
  EXPECT_EQ(listener.next_message(), post_message(sender, "still there?") + "\n");
}

TEST_F(ClientRoutes, AChangeOfNameOrExpiryEndsNothing) {
  StreamClient listener = stream();
  HttpClient http = reader();
  for (const char* body : {R"({"name":"n"})", R"({"name":"n","expiresAfterInactivitySeconds":3600})",
                           R"({"name":"n","expiresAfterInactivitySeconds":9223372036854775807})"}) {
    const Answer changed = http.request("PUT", target(client_), {"Content-Type: application/json"}, body);
    ASSERT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.json().at("token"), client_.token);
    EXPECT_EQ(http.get("/current/user").status, 200) << body;
  }
  const auto listed = http.get("/client").json();
  ASSERT_EQ(listed.size(), 1U);
  EXPECT_EQ(listed.at(0).at("expiresAfterInactivitySeconds"), 9223372036854775807U);
  const Answer refused = http.request("PUT", target(client_), {"Content-Type: application/json"},
                                      R"({"name":"n","expiresAfterInactivitySeconds":18446744073709551615})");
  EXPECT_EQ(refused.body, error_body(400, "expiresAfterInactivitySeconds is out of range"));
  HttpClient sender = poster();
  EXPECT_EQ(listener.next_message(), post_message(sender, "still there?") + "\n");
}

TEST_F(ClientRoutes, AnElevationEnds) {
  restart_as_v3();
  HttpClient http = reader();
  HttpClient owner = server_.http(admin().basic());
  const std::string refusal = error_body(403, "session not elevated, use basic auth or call /client:elevate");
  EXPECT_EQ(http.get("/user").body, refusal);
  EXPECT_EQ(elevate(http, client_, "60").body, refusal) << "a client cannot elevate itself";

  const Answer elevated = elevate(owner, client_, "60");
  EXPECT_EQ(elevated.status, 204);
  EXPECT_EQ(elevated.header("Content-Type"), "application/json");
  EXPECT_FALSE(elevated.has("Content-Length"));
  EXPECT_EQ(http.get("/user").status, 200) << "at once";
  EXPECT_TRUE(http.get("/current/user").json().contains("elevatedUntil"));
  EXPECT_EQ(elevate(http, client_, "-1").status, 204) << "an elevated client may";
  EXPECT_EQ(http.get("/user").body, refusal);
  EXPECT_FALSE(http.get("/client").json().at(0).contains("elevatedUntil"));

  ASSERT_EQ(elevate(owner, client_, "1").status, 204);
  EXPECT_TRUE(eventually([&] { return http.get("/user").body == refusal; }));
  EXPECT_FALSE(http.get("/current/user").json().contains("elevatedUntil"));
}

TEST_F(ClientRoutes, AnElevationForEverOutlivesARestart) {
  HttpClient owner = server_.http(admin().basic());
  ASSERT_EQ(elevate(owner, client_, "9223372036854775807").status, 204);
  restart_as_v3();
  HttpClient http = reader();
  EXPECT_EQ(http.get("/user").status, 200);
  const std::string until = http.get("/current/user").json().at("elevatedUntil");
  EXPECT_EQ(until.substr(0, 5), "2261-");
}

}  // namespace
}  // namespace push::support
