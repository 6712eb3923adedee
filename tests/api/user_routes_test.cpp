#include "api/handler_test.hpp"
#include "push/auth/password.hpp"

namespace push::api {
namespace {

using UserRoutes = HandlerTest;

constexpr const char* kRegistered = R"({"name":"new","pass":"pw"})";
constexpr const char* kNewAdmin = R"({"name":"new","pass":"pw","admin":true})";

std::string with_password(std::size_t size) {
  return R"({"name":"new","pass":")" + std::string(size, 'x') + "\"}";
}

TEST_F(UserRoutes, TheCurrentUserSaysWhichClientAsksAndHowLongItIsElevated) {
  const std::string user = R"(200 {"id":1,"name":"admin","admin":true,"createdAt":"1970-01-01T00:00:00.0Z")";
  EXPECT_EQ(answer("GET", "/current/user"), user + ",\"clientId\":1}");
  principal.elevated_until = core::wall_now() - std::chrono::seconds(1);
  EXPECT_EQ(answer("GET", "/current/user"), user + ",\"clientId\":1}");
  principal.elevated_until = core::wall_now() + std::chrono::hours(1);
  EXPECT_EQ(answer("GET", "/current/user"),
            user + ",\"clientId\":1,\"elevatedUntil\":\"" + core::rfc3339(*principal.elevated_until) + "\"}");
  principal = {Kind::basic, true, core::UserId{1}, {}, {}, {}};
  EXPECT_EQ(answer("GET", "/current/user"), user + "}");
  store.users.clear();
  EXPECT_EQ(answer("GET", "/current/user"), "401 " + std::string(auth::unauthorized_text()));
}

TEST_F(UserRoutes, SayWhichOfTheirClientsHaveStreamsOpen) {
  EXPECT_EQ(answer("GET", "/user/2/presence"), R"(200 {"clients":[],"basic":0})");
  presence.keys = {{{core::UserId{2}, core::ClientId{}}, 0, {{.loop = 1, .transport = {}, .count = 4}}},
                   {{core::UserId{2}, core::ClientId{2}}, 0, {{.loop = 0, .transport = {}, .count = 1}}},
                   {{core::UserId{2}, core::ClientId{5}},
                    0,
                    {{.loop = 0, .transport = {}, .count = 2}, {.loop = 1, .transport = {}, .count = 3}}}};
  EXPECT_EQ(answer("GET", "/user/2/presence"),
            R"(200 {"clients":[{"id":2,"streams":1},{"id":5,"streams":5}],"basic":4})");
  EXPECT_EQ(answer("GET", "/user/99/presence"), "404 user does not exist");
  EXPECT_EQ(presence.asked, (std::vector<std::uint64_t>{2, 2}));
}

TEST_F(UserRoutes, AreCreatedByAdministratorsAndByNobodyElse) {
  EXPECT_EQ(answer("POST", "/user", "{}"), "400 Field 'name' is required; Field 'pass' is required");
  const std::string made = answer("POST", "/user", kNewAdmin);
  EXPECT_TRUE(made.starts_with(R"(200 {"id":3,"name":"new","admin":true,"createdAt":")")) << made;
  EXPECT_TRUE(auth::verify_password("pw", store.users[2].pass_hash));
  EXPECT_TRUE(store.users[2].pass_hash.starts_with("$2a$04$"));
  EXPECT_EQ(answer("POST", "/user", kNewAdmin), "400 username already exists");

  principal.admin = false;
  EXPECT_EQ(answer("POST", "/user", "{}"), "400 Field 'name' is required; Field 'pass' is required")
      << "the body is read before permissions are checked";
  EXPECT_EQ(answer("POST", "/user", kRegistered), "403 you are not allowed to access this api");
  principal = {};
  EXPECT_EQ(answer("POST", "/user", kRegistered), "401 you are not allowed to access this api");
  EXPECT_EQ(store.users.size(), 3u);
}

TEST_F(UserRoutes, RegisterThemselvesWhereThatIsAllowedButNotAsAdministrators) {
  config.registration = true;
  principal.admin = false;
  EXPECT_EQ(answer("POST", "/user", kNewAdmin), "403 you are not allowed to create an admin user");
  principal = {};
  EXPECT_EQ(answer("POST", "/user", kNewAdmin), "401 you are not allowed to create an admin user");
  EXPECT_EQ(answer("POST", "/user", kRegistered).substr(0, 24), R"(200 {"id":3,"name":"new")");
  EXPECT_EQ(answer("POST", "/user", kRegistered), "400 username already exists");
  EXPECT_FALSE(store.users[2].admin);
}

class UserRoutesOfV3 : public HandlerTest {
 protected:
  UserRoutesOfV3() : HandlerTest({.enforce_elevation = true}) {}
};

TEST_F(UserRoutesOfV3, CreateUsersForElevatedAdministratorsOnly) {
  const std::string refusal = "403 session not elevated, use basic auth or call /client:elevate";
  EXPECT_EQ(answer("POST", "/user", kRegistered), refusal);
  EXPECT_EQ(answer("POST", "/user", kNewAdmin), refusal);
  config.registration = true;
  EXPECT_EQ(answer("POST", "/user", kNewAdmin), refusal);
  EXPECT_EQ(answer("POST", "/user", kRegistered).substr(0, 4), "200 ") << "as everybody may";
  config.registration = false;
  principal.elevated_until = core::wall_now() + std::chrono::hours(1);
  EXPECT_EQ(answer("POST", "/user", R"({"name":"second","pass":"pw","admin":true})").substr(0, 4), "200 ");
  principal = {Kind::basic, true, core::UserId{1}, {}, {}, {}};
  EXPECT_EQ(answer("POST", "/user", R"({"name":"third","pass":"pw"})").substr(0, 4), "200 ");
}

TEST_F(UserRoutes, HaveVisibleNamesThatResembleNoOther) {
  const std::string invisible = "400 user name must consist of visible characters and spaces";
  EXPECT_EQ(answer("POST", "/user", R"({"name":"admin\u0000x","pass":"pw"})"), invisible);
  EXPECT_EQ(answer("POST", "/user", R"({"name":"\u202enimda","pass":"pw"})"), invisible);
  EXPECT_EQ(answer("POST", "/user/2", R"({"name":"pl\nain"})"), invisible);
  for (const char* name : {"ADMIN", "ad min", "\uff41dmin"}) {
    const std::string body = std::string(R"({"name":")") + name + R"(","pass":"pw"})";
    EXPECT_EQ(answer("POST", "/user", body), "400 username already exists") << name;
    EXPECT_EQ(answer("POST", "/user/2", body), "400 username already exists") << name;
  }
  EXPECT_EQ(answer("POST", "/user/2", R"({"name":"PLAIN"})").substr(0, 4), "200 ") << "it resembles itself only";
  store.users[1].name = "old\n";
  EXPECT_EQ(answer("POST", "/user/2", R"({"name":"old\n","admin":true})").substr(0, 4), "200 ") << "it stays usable";
  EXPECT_EQ(store.users.size(), 2u);
}

TEST_F(UserRoutes, TwoRegistrationsOfOneNameMeetInTheStore) {
  config.registration = true;
  store.during_lookup = [this] {
    store.during_lookup = nullptr;
    store.add_user(3, "new", "", false);
  };
  EXPECT_EQ(answer("POST", "/user", kRegistered), "400 username already exists");
  EXPECT_EQ(store.users.size(), 3u);
}

TEST_F(UserRoutes, PasswordsHaveAtMost72Bytes) {
  const std::string refusal = "400 password must not be longer than 72 bytes";
  for (const char* target : {"/user", "/user/2", "/current/user/password"}) {
    EXPECT_EQ(answer("POST", target, with_password(73)), refusal) << target;
  }
  EXPECT_EQ(store.users.size(), 2u);
  EXPECT_EQ(store.users[1].name, "plain");
  EXPECT_TRUE(answer("POST", "/user", with_password(72)).starts_with("200 "));
}

TEST_F(UserRoutes, AreListedShownAndChanged) {
  EXPECT_EQ(answer("GET", "/user"), R"(200 [{"id":1,"name":"admin","admin":true,"createdAt":"1970-01-01T00:00:00.0Z"},)"
                                    R"({"id":2,"name":"plain","admin":false,"createdAt":"1970-01-01T00:00:00.0Z"}])");
  EXPECT_EQ(answer("GET", "/user/2"),
            R"(200 {"id":2,"name":"plain","admin":false,"createdAt":"1970-01-01T00:00:00.0Z"})");
  store.users[1].pass_hash = "kept";
  EXPECT_EQ(forgotten_by([this] { answer("POST", "/user/2", R"({"name":"renamed","admin":true,"pass":""})"); }), 1u);
  EXPECT_EQ(answer("GET", "/user/2").substr(0, 41), R"(200 {"id":2,"name":"renamed","admin":true)");
  EXPECT_EQ(store.users[1].pass_hash, "kept");
  EXPECT_EQ(answer("POST", "/user/2", R"({"name":"renamed","pass":"pw"})").substr(0, 42),
            R"(200 {"id":2,"name":"renamed","admin":false)")
      << "no admin member is admin: false";
  EXPECT_TRUE(auth::verify_password("pw", store.users[1].pass_hash));
  EXPECT_EQ(answer("POST", "/user/2", R"({"name":"admin"})"), "400 username already exists");
  EXPECT_EQ(closings.closed, std::vector<std::string>{"2:C0"}) << "by the new password only";
}

TEST_F(UserRoutes, MustBeThereAfterTheBodyIsRead) {
  EXPECT_EQ(answer("GET", "/user/99"), "404 user does not exist");
  EXPECT_EQ(answer("DELETE", "/user/99"), "404 user does not exist");
  EXPECT_EQ(answer("POST", "/user/99", R"({"name":"x"})"), "404 user does not exist");
  for (const char* body : {"{}", "null"}) EXPECT_EQ(answer("POST", "/user/99", body), "400 Field 'name' is required");
}

TEST_F(UserRoutes, TheLastAdministratorStaysOne) {
  EXPECT_EQ(answer("POST", "/user/1", R"({"name":"admin"})"), "400 cannot delete last admin");
  EXPECT_EQ(answer("DELETE", "/user/1"), "400 cannot delete last admin");
  EXPECT_TRUE(closings.closed.empty());
  store.users[1].admin = true;
  EXPECT_EQ(answer("DELETE", "/user/1"), "200");
}

TEST_F(UserRoutes, AreDeletedWithAllTheirStreams) {
  EXPECT_EQ(answer("DELETE", "/user/2"), "200");
  EXPECT_EQ(closings.closed, std::vector<std::string>{"2"});
  EXPECT_EQ(store.users.size(), 1u);
  EXPECT_EQ(store.applications.size(), 1u);
  EXPECT_EQ(store.clients.size(), 1u);
}

TEST_F(UserRoutes, ANewPasswordForgetsTheOldOneAndClosesTheStreamsThatItOpened) {
  EXPECT_EQ(answer("POST", "/current/user/password", R"({"pass":""})"), "400 Field 'pass' is required");
  EXPECT_EQ(forgotten_by([this] { EXPECT_EQ(answer("POST", "/current/user/password", R"({"pass":"pw2"})"), "200"); }),
            1u);
  EXPECT_TRUE(auth::verify_password("pw2", store.users[0].pass_hash));
  EXPECT_EQ(closings.closed, std::vector<std::string>{"1:C0"});
  EXPECT_TRUE(answer("POST", "/user/2", R"({"name":"plain","pass":"pw3"})").starts_with("200 "));
  EXPECT_EQ(closings.closed, (std::vector<std::string>{"1:C0", "2:C0"}));
}

}  // namespace
}  // namespace push::api
