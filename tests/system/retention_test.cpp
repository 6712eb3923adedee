// Messages that are too old or too many are deleted, over sockets, through a restart and a kill.
#include <gmock/gmock.h>

#include <string>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class RetentionOfMessages : public ApiTest {
 protected:
  std::string path() const { return "/application/" + std::to_string(application_.id) + "/retention"; }
  std::size_t count() const { return reader().get("/message").json().at("messages").size(); }
  std::string value(const std::string& sql) const { return Database(server_.database()).value(sql); }
  // By another program.
  void fill(unsigned messages) const {
    Database(server_.database())
        .run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(messages) +
             ") INSERT INTO messages (application_id, message, date) SELECT " + std::to_string(application_.id) +
             ", 'old', '2020-01-01 00:00:00+00:00' FROM n");
  }
};

TEST_F(RetentionOfMessages, AnApplicationKeepsWhatItsOwnerSays) {
  HttpClient http = poster();
  HttpClient owner = reader();
  for (int i = 0; i < 5; ++i) post_message(http, "m");
  EXPECT_EQ(owner.get(path()).body, R"({"days":0,"count":0,"own":{"days":null,"count":null}})");
  const Answer set = owner.request("PUT", path(), {"Content-Type: application/json"}, R"({"count":2})");
  EXPECT_EQ(set.status, 200);
  EXPECT_EQ(set.body, R"({"days":0,"count":2,"own":{"days":null,"count":2}})");
  EXPECT_TRUE(eventually([&] { return count() == 2; }));
  post_message(http, "another");
  EXPECT_TRUE(eventually([&] { return value("SELECT message_id FROM sharded_gotify_retention_floor") == "4"; }));
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(server_.metric("push_retention_deleted_messages_total"), 4);
  EXPECT_EQ(http.get(path()).status, 401) << "an application's token sets no rule";
  EXPECT_EQ(owner.get("/application/x/retention").status, 400);
  EXPECT_EQ(owner.get("/application/99/retention").body, error_body(404, "app with id 99 doesn't exists"));
  EXPECT_EQ(owner.request("PUT", path(), {"Content-Type: application/json"}, R"({"days":-1})").body,
            error_body(400, "Field 'days' must be more or equal to 0"));
}

TEST_F(RetentionOfMessages, TheConfigurationHoldsForTheRestAndAKillDelaysItOnly) {
  ASSERT_EQ(server_.stop(), 0);
  fill(5000);
  server_.set("GOTIFY_RETENTION_DAYS", "30");
  server_.start();
  EXPECT_EQ(reader().get(path()).body, R"({"days":30,"count":0,"own":{"days":null,"count":null}})");
  HttpClient http = poster();
  post_message(http, "new");
  ASSERT_TRUE(eventually([&] { return std::stoi(value("SELECT count(*) FROM messages")) < 5000; }));
  server_.kill9();
  const std::string left = value("SELECT count(*) FROM messages WHERE message = 'old'");
  EXPECT_NE(left, "0");
  EXPECT_EQ(value("SELECT message_id FROM sharded_gotify_retention_floor"), std::to_string(5000 - std::stoi(left)));
  server_.start();
  ASSERT_TRUE(eventually([&] { return count() == 1; }));
  EXPECT_TRUE(eventually([&] { return value("SELECT count(*) FROM messages") == "1"; }));
  EXPECT_EQ(value("SELECT message_id FROM sharded_gotify_retention_floor"), "5000");
}

}  // namespace
}  // namespace push::support
