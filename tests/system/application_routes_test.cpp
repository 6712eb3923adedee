// What a change of an application means to those who use it meanwhile (protocol 1.6).
#include <sys/stat.h>

#include <fstream>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class ApplicationRoutes : public ApiTest {
 protected:
  std::string target(const std::string& what = {}) const {
    return "/application/" + std::to_string(application_.id) + what;
  }
  static Answer put(HttpClient& http, const std::string& target, const std::string& body) {
    return http.request("PUT", target, {"Content-Type: application/json"}, body);
  }
  static int post_status(HttpClient& http) { return http.post("/message", kJson, R"({"message":"m"})").status; }
};

TEST_F(ApplicationRoutes, ANewTokenEndsTheOldOneAtOnce) {
  HttpClient owner = server_.http(admin().basic());
  HttpClient old = poster();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(post_status(old), 200) << "remembered from here on";
    const Answer made = put(owner, target("/security"), R"({"regenerateToken":true})");
    ASSERT_EQ(made.status, 200) << made.body;
    const std::string token = made.json().at("regenerateToken").at("token");
    EXPECT_NE(token, application_.token);
    EXPECT_EQ(post_status(old), 401);
    application_.token = token;
    old = poster();
  }
  EXPECT_EQ(post_status(old), 200);
}

TEST_F(ApplicationRoutes, AnotherUsersAreNotFoundWhateverIsAsked) {
  HttpClient owner = server_.http(admin().basic());
  ASSERT_EQ(owner.post("/user", kJson, R"({"name":"u2","pass":"pw"})").status, 200);
  HttpClient other = server_.http({basic_header("u2", "pw")});
  const std::string missing = error_body(404, "app with id " + std::to_string(application_.id) + " doesn't exists");
  EXPECT_EQ(put(other, target(), R"({"name":"mine"})").body, missing);
  EXPECT_EQ(put(other, target("/security"), R"({"regenerateToken":true})").body, missing);
  EXPECT_EQ(other.request("DELETE", target()).body, missing);
  HttpClient http = poster();
  EXPECT_EQ(post_status(http), 200) << "its token is the same";
}

TEST_F(ApplicationRoutes, TheNextMessageHasTheNewNameAndPriority) {
  HttpClient http = poster();
  post_message(http, "remembered from here on");
  HttpClient owner = reader();
  const Answer changed = put(owner, target(), R"({"name":"renamed","defaultPriority":7})");
  ASSERT_EQ(changed.status, 200) << changed.body;
  EXPECT_EQ(changed.json().at("token"), application_.token);
  const auto message = nlohmann::json::parse(post_message(http, "m"));
  EXPECT_EQ(message.at("title"), "renamed");
  EXPECT_EQ(message.at("priority"), 7);
}

TEST_F(ApplicationRoutes, AreListedInTheOrderOfTheirSortKeys) {
  HttpClient owner = reader();
  const Created second = create_application(owner, "second");
  ASSERT_EQ(put(owner, target(), R"({"name":"app1","sortKey":"a5"})").status, 200);
  const auto list = owner.get("/application").json();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list.at(0).at("id"), second.id);
  EXPECT_EQ(list.at(1).at("sortKey"), "a5");
  EXPECT_EQ(put(owner, "/application/" + std::to_string(second.id), R"({"name":"x","sortKey":"a5"})").body,
            error_body(400, "sort key is not unique"));
}

TEST_F(ApplicationRoutes, LeaveNothingBehindWhenTheyAreDeleted) {
  const std::string name = "abcdefghijklmnopqrstuvwxy.png";
  const std::string path = server_.directory() + "/images/" + name;
  std::ofstream(path) << "a picture";
  Database(server_.database())
      .run("UPDATE applications SET image='" + name + "' WHERE id=" + std::to_string(application_.id));
  HttpClient http = poster();
  post_message(http, "m");
  StreamClient listener = stream();
  HttpClient owner = reader();
  const Created other = create_application(owner, "other");

  const Answer deleted = owner.request("DELETE", target());
  EXPECT_EQ(deleted.status, 200) << deleted.body;
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(post_status(http), 401);
  EXPECT_EQ(owner.get("/message").json().at("messages").size(), 0U);
  struct stat unused {};
  EXPECT_NE(::stat(path.c_str(), &unused), 0) << "its picture is still there";
  HttpClient next = server_.http(other.key());
  EXPECT_EQ(listener.next_message(), post_message(next, "still open") + "\n");
}

}  // namespace
}  // namespace push::support
