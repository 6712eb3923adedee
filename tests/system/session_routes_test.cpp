// A browser's session: what its cookie is, when it is sent again, and what ends with it (protocol 2.3, 2.4).
#include "support/api_test.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using Kind = StreamEvent::Kind;

constexpr const char* kName = R"({"name":"browser"})";
constexpr const char* kCleared = "gotify-client-token=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict";

class SessionRoutes : public ApiTest {
 protected:
  Answer log_in() { return server_.http(admin().basic()).post("/auth/local/login", kJson, kName); }
  // The Cookie header that a browser sends after this answer.
  static std::string cookie(const Answer& answer) {
    const std::string set = answer.header("Set-Cookie");
    return "Cookie: " + set.substr(0, set.find(';'));
  }
  static std::string with_attributes(const std::string& cookie) {
    return cookie.substr(8) + "; Path=/; Max-Age=604800; HttpOnly; SameSite=Strict";
  }
};

TEST_F(SessionRoutes, AreACookieThatIsSentAgainWhenTheTokensUseIsWritten) {
  const Answer answer = log_in();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const std::string session = cookie(answer);
  EXPECT_EQ(answer.header("Set-Cookie"), with_attributes(session));
  EXPECT_EQ(answer.body.find(session.substr(session.find('=') + 1)), std::string::npos) << "the token is in the body";

  HttpClient browser = server_.http({session});
  const Answer first = browser.get("/current/user");
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, answer.body);
  EXPECT_EQ(first.header("Set-Cookie"), with_attributes(session)) << "its first use";
  EXPECT_FALSE(browser.get("/current/user").has("Set-Cookie")) << "sent again within five minutes";
}

TEST_F(SessionRoutes, TheCookieLastsAsLongAsItsClientIfThatIsLonger) {
  const Answer answer = log_in();
  const std::string session = cookie(answer);
  const std::string id = std::to_string(answer.json().at("clientId").get<std::uint64_t>());
  HttpClient owner = server_.http(admin().basic());
  const Answer changed = owner.request("PUT", "/client/" + id, {"Content-Type: application/json"},
                                       R"({"name":"browser","expiresAfterInactivitySeconds":7776000})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  const std::string set = server_.http({session}).get("/current/user").header("Set-Cookie");
  EXPECT_EQ(set, session.substr(8) + "; Path=/; Max-Age=7776000; HttpOnly; SameSite=Strict");
}

TEST_F(SessionRoutes, ATokenFromElsewhereNeverBecomesACookie) {
  const std::string session = cookie(log_in());
  const std::string token = session.substr(session.find('=') + 1);
  EXPECT_FALSE(nobody().get("/current/user?token=" + token).has("Set-Cookie"));
  const std::string another = cookie(log_in());
  EXPECT_FALSE(nobody().get("/current/user", {another, admin().basic()[0]}).has("Set-Cookie")) << "the password won";
}

TEST_F(SessionRoutes, EndWithALogoutThatClosesTheirStreamsOnly) {
  const std::string session = cookie(log_in());
  const std::string other = cookie(log_in());
  StreamClient ended = server_.stream({session});
  StreamClient kept = server_.stream({other});
  StreamClient by_password = server_.stream(admin().basic());
  HttpClient browser = server_.http({session});

  const Answer foreign = browser.post("/auth/logout", kForm, "", {"Sec-Fetch-Site: cross-site"});
  EXPECT_EQ(foreign.body, error_body(403, "cross-origin request detected from Sec-Fetch-Site header"));
  EXPECT_FALSE(foreign.has("Set-Cookie")) << "the request reached the handler";
  const Answer answer = browser.post("/auth/logout", kForm, "");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.header("Set-Cookie"), kCleared);
  EXPECT_EQ(ended.next().kind, Kind::end) << "no Close frame";
  EXPECT_EQ(browser.post("/auth/logout", kForm, "").body, unauthorized_body());
  EXPECT_EQ(browser.get("/current/user").status, 401);

  HttpClient sender = poster();
  const std::string message = post_message(sender, "still there?");
  EXPECT_EQ(kept.next_message(), message + "\n");
  EXPECT_EQ(by_password.next_message(), message + "\n");
}

TEST_F(SessionRoutes, TheFirstUseMayBeALogoutAndOnlyOneCookieIsSet) {
  const Answer answer = nobody().post("/auth/logout", kForm, "", {cookie(log_in())});
  EXPECT_EQ(answer.header("Set-Cookie"), kCleared);
  const auto first = answer.head.find("Set-Cookie");
  EXPECT_EQ(answer.head.find("Set-Cookie", first + 1), std::string::npos) << answer.head;
}

TEST_F(SessionRoutes, ALogoutByPasswordClearsTheCookieAndNothingElse) {
  const std::string session = cookie(log_in());
  const Answer answer = server_.http(admin().basic()).post("/auth/logout", kForm, "", {session});
  EXPECT_EQ(answer.body, error_body(403, "no client auth provided"));
  EXPECT_EQ(answer.header("Set-Cookie"), kCleared);
  EXPECT_EQ(nobody().get("/current/user", {session}).status, 200);
}

TEST_F(SessionRoutes, MayElevateOthersForAnHour) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_COMPAT", "v3");
  server_.set("GOTIFY_SERVER_SECURECOOKIE", "true");
  server_.start();
  const Answer answer = log_in();
  EXPECT_NE(answer.header("Set-Cookie").find("; HttpOnly; Secure; SameSite=Strict"), std::string::npos);
  const std::string session = cookie(answer);
  EXPECT_EQ(session.substr(0, 34), "Cookie: gotify-client-token=gtfyc.");
  HttpClient browser = server_.http({session});
  EXPECT_EQ(browser.get("/user").status, 200);
  EXPECT_EQ(
      browser.post("/client/" + std::to_string(client_.id) + "/elevate", kJson, R"({"durationSeconds":9})").status,
      204);
  EXPECT_EQ(reader().get("/user").status, 200);
}

}  // namespace
}  // namespace push::support
