// Who is let in, with which credentials, and the answers to everyone else (protocol 2.1, 2.2, A2).
#include "support/api_test.hpp"

namespace push::support {
namespace {

class Credentials : public ApiTest {
 protected:
  static void expect_unauthorized(const Answer& answer) {
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.body, unauthorized_body());
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_FALSE(answer.has("WWW-Authenticate"));
  }

  Answer me(const Lines& headers, const std::string& query = {}) {
    return nobody().get("/current/user" + query, headers);
  }
};

TEST_F(Credentials, AreNeededForEverythingButHealthAndVersion) {
  HttpClient http = nobody();
  for (const char* target :
       {"/message", "/application", "/client", "/current/user", "/stream", "/application/1/message"}) {
    SCOPED_TRACE(target);
    expect_unauthorized(http.get(target));
  }
  expect_unauthorized(http.post("/message", kJson, "{bad"));  // before the body is looked at
  expect_unauthorized(http.request("DELETE", "/message/abc"));
  EXPECT_EQ(http.get("/health").body, R"({"health":"green","database":"green"})");
  EXPECT_EQ(http.get("/version").status, 200);
  EXPECT_EQ(http.connections(), 1) << "a refusal keeps the connection";
}

TEST_F(Credentials, OfAnApplicationAreOnlyForPosting) {
  HttpClient http = poster();
  for (const char* target : {"/message", "/application", "/client", "/current/user", "/stream"}) {
    SCOPED_TRACE(target);
    expect_unauthorized(http.get(target));
  }
  expect_unauthorized(http.request("DELETE", "/message/17"));
  EXPECT_EQ(http.post("/message", kJson, R"({"message":"m"})").status, 200);
}

TEST_F(Credentials, AreTakenFromQueryHeaderAndBearer) {
  const std::string& token = client_.token;
  EXPECT_EQ(me({}, "?token=" + token).status, 200);
  EXPECT_EQ(me({"X-Gotify-Key: " + token}).status, 200);
  EXPECT_EQ(me({"x-gotify-key: " + token}).status, 200);
  EXPECT_EQ(me({"Authorization: Bearer " + token}).status, 200);
  EXPECT_EQ(me({"Authorization: bearer " + token}).status, 200);
  EXPECT_EQ(me({"Authorization: Bearer " + token + " "}).status, 200);
  expect_unauthorized(me({"Authorization: Bearer  " + token}));
  expect_unauthorized(me({"Authorization: " + token}));
  expect_unauthorized(me({"X-Gotify-Key: " + token + "x"}));
}

TEST_F(Credentials, TheFirstPlaceWithATokenDecides) {
  EXPECT_EQ(me(client_.key(), "?token=").status, 200);
  expect_unauthorized(me(client_.key(), "?token=bad"));
  expect_unauthorized(me({}, "?token=&token=" + client_.token));
  expect_unauthorized(me({"X-Gotify-Key: bad", "Authorization: Bearer " + client_.token}));
}

TEST_F(Credentials, ByPassword) {
  EXPECT_EQ(me(admin().basic()).status, 200);
  std::string lower = basic_header("admin", "admin");
  lower.replace(lower.find("Basic"), 5, "basic");
  EXPECT_EQ(me({lower}).status, 200);
  expect_unauthorized(me({basic_header("admin", "wrong")}));
  expect_unauthorized(me({basic_header("Admin", "admin")}));
  expect_unauthorized(me({basic_header("nobody", "admin")}));
  expect_unauthorized(me({"Authorization: Basic zzzz"}));
  EXPECT_EQ(me({basic_header("admin", "wrong"), key_header(client_.token)}).status, 200)
      << "a wrong password falls through to the token";
}

TEST_F(Credentials, AWrongPasswordBesidesAnApplicationsTokenDoesNotHinderPosting) {
  const Lines both = {basic_header("admin", "wrong"), key_header(application_.token)};
  EXPECT_EQ(nobody().post("/message", kJson, R"({"message":"m"})", both).status, 200);
}

TEST_F(Credentials, AreNeverLogged) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_LOGLEVEL", "trace");
  server_.start();
  me({}, "?token=" + client_.token);
  me(client_.key());
  me({basic_header("admin", "a very wrong password")}, "?token=" + application_.token);
  StreamClient stream = StreamClient::open(server_.address(), {}, {"/stream?token=" + client_.token, 0});
  EXPECT_EQ(server_.stop(), 0);
  const std::string log = server_.log();
  EXPECT_NE(log.find("token=[masked]"), std::string::npos) << "nothing was logged at all";
  EXPECT_EQ(log.find(client_.token), std::string::npos);
  EXPECT_EQ(log.find(application_.token), std::string::npos);
  EXPECT_EQ(log.find("a very wrong password"), std::string::npos);
}

}  // namespace
}  // namespace push::support
