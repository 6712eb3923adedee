// A database of Gotify 2.x is opened in place, used, and left so that every old row is as it was.
#include "support/legacy_database.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/database.hpp"
#include "support/server_process.hpp"

namespace push::support {
namespace {

using testing::ElementsAre;
using testing::Gt;

class LegacyDatabase : public testing::TestWithParam<LegacyRelease> {
 protected:
  void SetUp() override {
    old_ = create_legacy_database(server_.database_path(), GetParam());
    before_ = read_everything(server_.database_path());
    server_.start();
  }

  ServerProcess server_;
  LegacyContents old_;
  Tables before_;
};

std::vector<std::uint64_t> listed_ids(HttpClient http) {
  std::vector<std::uint64_t> ids;
  for (const auto& message : list_messages(http)) ids.push_back(message.at("id"));
  return ids;
}

TEST_P(LegacyDatabase, LetsItsUsersInByPasswordAndByToken) {
  const auto who = [this](const Lines& credentials) {
    return server_.http(credentials).get("/current/user").json().at("name");
  };
  EXPECT_EQ(who(old_.alice.basic()), "alice");
  EXPECT_EQ(who(old_.bob.basic()), "bob");
  EXPECT_EQ(who(old_.phone.key()), "alice");
  EXPECT_EQ(who(old_.bobs_phone.key()), "bob");
  EXPECT_EQ(server_.http(old_.alice.basic()).get("/current/user").json().at("admin"), true);
  EXPECT_EQ(server_.http({basic_header("alice", "altes passwort")}).get("/current/user").status, 401);
  EXPECT_EQ(server_.http(admin().basic()).get("/current/user").status, 401) << "no second administrator is made";
}

TEST_P(LegacyDatabase, ListsItsMessagesWithExtrasToTheirOwnerOnly) {
  EXPECT_THAT(listed_ids(server_.http(old_.phone.key())), ElementsAre(12, 5, 3, 1));
  EXPECT_THAT(listed_ids(server_.http(old_.bobs_phone.key())), ElementsAre(6));
  HttpClient http = server_.http(old_.phone.key());
  const auto messages = list_messages(http);
  EXPECT_EQ(messages[2], nlohmann::json::parse(R"({"id":3,"appid":1,"message":"with extras","title":"done",
    "priority":5,"extras":{"client::display":{"contentType":"text/markdown"},"n":1.5},
    "date":"2023-03-04T05:06:07.123456789Z"})"));
  EXPECT_FALSE(messages[1].contains("extras")) << "an empty blob counts as absent";
  EXPECT_EQ(messages[1].at("message"), "ding <dong> & \xc3\xa9");
  EXPECT_EQ(messages[3].at("date"), "2018-12-31T23:00:00.5Z");
}

TEST_P(LegacyDatabase, ListsItsApplicationsInTheirOrder) {
  const auto applications = server_.http(old_.phone.key()).get("/application").json();
  ASSERT_EQ(applications.size(), 2U);
  // Without keys of its own: numbered by id.
  const std::size_t backup = GetParam().sort_key ? 1 : 0;
  EXPECT_EQ(applications[backup].at("name"), "Backup");
  EXPECT_EQ(applications[backup].at("token"), old_.backup.token);
  EXPECT_EQ(applications[backup].at("image"), "image/aBcDeFgHiJkLmNoPqRsTuVwXy.png");
  EXPECT_EQ(applications[backup].at("defaultPriority"), GetParam().default_priority ? 4 : 0);
  EXPECT_EQ(applications[1 - backup].at("id"), old_.doorbell.id);
  EXPECT_EQ(applications[0].at("sortKey"), "a0");
  EXPECT_EQ(applications[1].at("sortKey"), "a1");
}

TEST_P(LegacyDatabase, TakesNewMessagesWithIdsThatWereNeverUsed) {
  StreamClient stream = server_.stream(old_.phone.key());
  HttpClient http = server_.http(old_.doorbell.key());
  const std::string message = post_message(http, "new");
  EXPECT_THAT(id_of(message), Gt(old_.greatest_id_ever));
  EXPECT_EQ(stream.next_message(), message + "\n");

  HttpClient owner = server_.http(old_.phone.key());
  const std::string path = "/message/" + std::to_string(id_of(message));
  ASSERT_EQ(owner.request("DELETE", path).status, 200);
  ASSERT_EQ(server_.stop(), 0);
  server_.start();
  HttpClient again = server_.http(old_.doorbell.key());
  EXPECT_THAT(id_of(post_message(again, "newer")), Gt(id_of(message))) << "an id is used once, whatever is deleted";
}

TEST_P(LegacyDatabase, KeepsEveryOldRowColumnByColumn) {
  HttpClient http = server_.http(old_.backup.key());
  for (int i = 0; i < 20; ++i) post_message(http, "new");
  HttpClient owner = server_.http(old_.alice.basic());
  create_application(owner, "new application");
  create_client(owner, "new client");
  ASSERT_EQ(server_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(server_.database_path() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(server_.database_path() + "-shm"));

  Tables after = read_everything(server_.database_path());
  for (const auto& [table, rows] : before_) {
    ASSERT_FALSE(rows.empty()) << table;
    for (const auto& [id, columns] : rows) {
      for (const auto& [column, value] : columns) {
        if (column == "last_used") continue;  // using a token may move it on
        EXPECT_EQ(after[table][id][column], value) << table << " " << id << " " << column;
      }
    }
  }
  EXPECT_EQ(after["messages"].size(), before_["messages"].size() + 20);
  Database database(server_.database_path());
  EXPECT_EQ(database.value("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(database.value("SELECT count(*) FROM clients WHERE created_at IS NULL"), "0");
}

TEST_P(LegacyDatabase, IsUpgradedOnceAndThenLeftAlone) {
  ASSERT_EQ(server_.stop(), 0);
  const auto everything = [this] {
    Tables tables = read_everything(server_.database_path());
    EXPECT_EQ(tables.erase("sharded_gotify_epochs"), 1U);  // each start is noted there
    return tables;
  };
  const Tables upgraded = everything();
  const std::string schema = "SELECT group_concat(sql, ';') FROM (SELECT sql FROM sqlite_master ORDER BY name)";
  const std::string first = Database(server_.database_path()).value(schema);
  server_.start();
  ASSERT_EQ(server_.stop(), 0);
  EXPECT_EQ(Database(server_.database_path()).value(schema), first);
  EXPECT_TRUE(everything() == upgraded);
}

INSTANTIATE_TEST_SUITE_P(Releases, LegacyDatabase,
                         testing::Values(LegacyRelease{"v2_0", false, false, false, false},
                                         LegacyRelease{"v2_6", true, true, true, false}, LegacyRelease{"v2_9"}),
                         [](const auto& release) { return release.param.name; });

}  // namespace
}  // namespace push::support
