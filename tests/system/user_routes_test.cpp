// Users who are created, changed and deleted while others use the server, and what happens when two do so at once
// (protocol 1.8).
#include <fstream>
#include <functional>
#include <thread>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using Kind = StreamEvent::Kind;

class UserRoutes : public ApiTest {
 protected:
  void SetUp() override {
    start({});
    owner_ = server_.http(admin().basic());
  }

  std::uint64_t create(const Account& account, bool is_admin) {
    const nlohmann::json body = {{"name", account.name}, {"pass", account.password}, {"admin", is_admin}};
    const Answer answer = owner_.post("/user", kJson, body.dump());
    if (answer.status != 200) throw Failure(answer.head + answer.body);
    return answer.json().at("id");
  }
  int post(const Account& account, const std::string& target, const std::string& body) {
    return server_.http(account.basic()).post(target, kJson, body).status;
  }
  int status(const Account& account, const std::string& target = "/current/user") {
    return server_.http(account.basic()).get(target).status;
  }

  HttpClient owner_{Address{}};
};

// All at once, as far as threads can.
void together(const std::vector<std::function<void()>>& works) {
  std::vector<std::thread> threads;
  for (const auto& work : works) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

TEST_F(UserRoutes, OneNameIsRegisteredOnceHoweverManyTry) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_REGISTRATION", "true");
  server_.start();
  std::vector<Answer> answers(8);
  std::vector<std::function<void()>> works;
  for (Answer& answer : answers) {
    works.push_back([this, &answer] { answer = nobody().post("/user", kJson, R"({"name":"same","pass":"pw"})"); });
  }
  together(works);
  int created = 0;
  for (const Answer& answer : answers) {
    if (answer.status == 200)
      ++created;
    else
      EXPECT_EQ(answer.body, error_body(400, "username already exists"));
  }
  EXPECT_EQ(created, 1);
  EXPECT_EQ(server_.http(admin().basic()).get("/user").json().size(), 2U);
  EXPECT_EQ(status({"same", "pw"}), 200);
}

TEST_F(UserRoutes, AnAdministratorIsLeftWhenTwoRemoveEachOther) {
  const Account boss{"boss", "pw"};
  const std::uint64_t second = create(boss, true);
  for (int round = 0; round < 8; ++round) {
    std::string target = "/user/" + std::to_string(second);
    Answer one;
    Answer two;
    together({[&] { one = server_.http(admin().basic()).post(target, kJson, R"({"name":"boss"})"); },
              [&] { two = server_.http(boss.basic()).post("/user/1", kJson, R"({"name":"admin"})"); }});
    EXPECT_NE(one.status == 200, two.status == 200) << one.body << two.body;
    const Answer& refused = one.status == 200 ? two : one;
    EXPECT_TRUE(refused.body == error_body(400, "cannot delete last admin") ||
                refused.body == error_body(403, "you are not allowed to access this api"))
        << refused.body;
    const bool demoted = one.status == 200;
    const Account& left = demoted ? admin() : boss;
    EXPECT_EQ(status(demoted ? boss : admin(), "/user"), 403);
    HttpClient http = server_.http(left.basic());
    const std::string again = demoted ? R"({"name":"boss","admin":true})" : R"({"name":"admin","admin":true})";
    ASSERT_EQ(http.post(demoted ? target : "/user/1", kJson, again).status, 200);
  }
}

TEST_F(UserRoutes, ADeletedOneLosesEverythingAndNobodyElseDoes) {
  const Account account{"gone", "pw"};
  const std::uint64_t id = create(account, false);
  HttpClient own = server_.http(account.basic());
  const Created application = create_application(own, "app");
  const Created client = create_client(own, "phone");
  const std::string picture = "abcdefghijklmnopqrstuvwxy.png";
  std::ofstream(server_.directory() + "/images/" + picture) << "a picture";
  Database(server_.database())
      .run("UPDATE applications SET image='" + picture + "' WHERE id=" + std::to_string(application.id));
  StreamClient by_token = server_.stream(client.key());
  StreamClient by_password = server_.stream(account.basic());
  StreamClient other = stream();
  HttpClient sender = server_.http(application.key());
  post_message(sender, "m");
  by_token.next_message();
  by_password.next_message();

  EXPECT_EQ(owner_.request("DELETE", "/user/" + std::to_string(id)).status, 200);
  EXPECT_EQ(by_token.next().kind, Kind::end) << "no Close frame";
  EXPECT_EQ(by_password.next().kind, Kind::end);
  EXPECT_EQ(status(account), 401);
  EXPECT_EQ(server_.http(client.key()).get("/current/user").status, 401);
  EXPECT_EQ(sender.post("/message", kJson, R"({"message":"m"})").status, 401);
  EXPECT_FALSE(std::ifstream(server_.directory() + "/images/" + picture)) << "its picture is still there";
  HttpClient next = poster();
  EXPECT_EQ(other.next_message(), post_message(next, "still there?") + "\n");
  EXPECT_EQ(owner_.get("/user/" + std::to_string(id)).body, error_body(404, "user does not exist"));
}

TEST_F(UserRoutes, ANewPasswordEndsTheOldOneAtOnceAndTheStreamsThatItOpened) {
  StreamClient by_token = stream();
  StreamClient by_password = server_.stream(admin().basic());
  EXPECT_EQ(post(admin(), "/current/user/password", R"({"pass":"other"})"), 200);
  EXPECT_EQ(status(admin()), 401);
  EXPECT_EQ(status({"admin", "other"}), 200);
  HttpClient sender = poster();
  const std::string message = post_message(sender, "still there?");
  EXPECT_EQ(by_token.next_message(), message + "\n");
  EXPECT_EQ(by_password.next().kind, StreamEvent::Kind::end) << "without a Close frame";
}

TEST_F(UserRoutes, RightsAndNamesChangeAtOnce) {
  const Account account{"second", "pw"};
  const std::string target = "/user/" + std::to_string(create(account, true));
  HttpClient own = server_.http(account.basic());
  HttpClient phone = server_.http(create_client(own, "phone").key());
  ASSERT_EQ(phone.get("/user").status, 200);
  StreamClient listener = server_.stream(create_client(own, "listener").key());
  StreamClient by_password = server_.stream(account.basic());
  ASSERT_EQ(owner_.post(target, kJson, R"({"name":"renamed","pass":"pw2"})").status, 200);
  EXPECT_EQ(phone.get("/user").body, error_body(403, "you are not allowed to access this api"));
  EXPECT_EQ(phone.get("/current/user").json().at("name"), "renamed");
  EXPECT_EQ(status(account), 401);
  EXPECT_EQ(status({"renamed", "pw"}), 401);
  EXPECT_EQ(status({"renamed", "pw2"}), 200);
  HttpClient sender = server_.http(create_application(phone, "app").key());
  EXPECT_EQ(listener.next_message(), post_message(sender, "still there?") + "\n");
  EXPECT_EQ(by_password.next().kind, StreamEvent::Kind::end);
}

TEST_F(UserRoutes, ARenameOntoAnotherNameChangesNothing) {
  const std::string target = "/user/" + std::to_string(create({"second", "pw"}, false));
  EXPECT_EQ(owner_.post(target, kJson, R"({"name":"admin","admin":true,"pass":"x"})").body,
            error_body(400, "username already exists"));
  EXPECT_EQ(status({"second", "pw"}), 200);
  EXPECT_FALSE(owner_.get(target).json().at("admin"));
  EXPECT_EQ(owner_.post(target, kJson, R"({"name":"second","pass":")" + std::string(73, 'x') + "\"}").body,
            error_body(400, "password must not be longer than 72 bytes"));
}

}  // namespace
}  // namespace push::support
