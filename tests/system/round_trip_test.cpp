// There and back: a data folder of Gotify is opened in place, used for everything that writes, and left so that Gotify
// finds each of its rows, columns, tokens and pictures unchanged.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "support/database.hpp"
#include "support/legacy_database.hpp"
#include "support/server_process.hpp"
#include "support/wait.hpp"
#include "system/v3_database.hpp"

namespace push::support {
namespace {

constexpr const char* kPicture = "\x89PNG\r\n\x1a\n not looked at any further";

// What the two releases have in common for this test.
struct Release {
  std::string name;
  std::function<void(const std::string& path)> create;
  Lines administrator;
  Created application;  // with a picture
  Created client;
  std::string image;
  std::uint64_t greatest_id_ever;
};

Release v2() {
  const LegacyContents old;
  return {"v2_9",
          [](const std::string& path) { create_legacy_database(path, {"v2.9"}); },
          old.alice.basic(),
          old.backup,
          old.phone,
          "aBcDeFgHiJkLmNoPqRsTuVwXy.png",
          old.greatest_id_ever};
}
Release v3() {
  const V3Contents old;
  return {"v3_0",
          [](const std::string& path) { create_v3_database(path); },
          old.alice.basic(),
          old.backup,
          old.phone,
          old.image,
          90};
}
std::ostream& operator<<(std::ostream& out, const Release& release) {
  return out << release.name;
}

class RoundTrip : public testing::TestWithParam<Release> {
 protected:
  void SetUp() override {
    GetParam().create(server_.database_path());
    before_ = read_everything(server_.database_path());
    server_.set("GOTIFY_UPLOADEDIMAGESDIR", images());
    std::filesystem::create_directories(images());
    std::ofstream(images() + "/" + GetParam().image, std::ios::binary) << kPicture;
    server_.start();
  }
  // Bytes 18 and 19 of the database: 1 = rollback journal, 2 = write-ahead log.
  std::string journal_versions() const {
    std::ifstream file(server_.database_path(), std::ios::binary);
    std::string bytes(2, '\0');
    file.seekg(18).read(bytes.data(), 2);
    return bytes;
  }
  std::string images() const { return server_.directory() + "/images"; }

  // One of everything that writes, on things of its own: all of it is undone but for what is listed in `added`.
  void use_everything() {
    HttpClient owner = server_.http(GetParam().administrator);
    const Created application = create_application(owner, "new");
    const Created client = create_client(owner, "new");
    const std::string app = "/application/" + std::to_string(application.id);
    HttpClient sender = server_.http(application.key());
    std::uint64_t newest = 0;
    for (int i = 0; i < 5; ++i) newest = id_of(post_message(sender, "new"));
    const auto ok = [&owner](const std::string& method, const std::string& target, const std::string& body = "{}") {
      const Answer answer = owner.request(method, target, {std::string("Content-Type: ") + kJson}, body);
      EXPECT_EQ(answer.status, 200) << method << " " << target << " " << answer.body;
      return answer;
    };
    ok("POST", "/message/read", "{\"upTo\":" + std::to_string(newest - 2) + "}");
    ok("POST", "/message/read", "{\"ids\":[" + std::to_string(newest) + "]}");
    ok("DELETE", "/message/" + std::to_string(newest - 1));
    ok("PUT", app, R"({"name":"renamed","description":"d","defaultPriority":3})");
    ok("PUT", app + "/retention", R"({"days":30,"count":2})");
    EXPECT_TRUE(eventually([&] { return owner.get(app + "/message").json().at("messages").size() == 2; }));
    ok("PUT", app + "/security", R"({"regenerateToken":true})");
    ok("PUT", "/client/" + std::to_string(client.id), R"({"name":"renamed","expiresAfterInactivitySeconds":60})");
    const auto user = ok("POST", "/user", R"({"name":"carol","pass":"p","admin":true})").json();
    ok("POST", "/user/" + std::to_string(user.at("id").get<int>()), R"({"name":"carla","pass":"q","admin":false})");
    ok("DELETE", "/user/" + std::to_string(user.at("id").get<int>()));
    ok("DELETE", app + "/message");
    ok("DELETE", app);
    ok("DELETE", "/client/" + std::to_string(client.id));
  }

  ServerProcess server_;
  Tables before_;
};

// Using a token moves its last use on, and with it the expiry of a client.
bool moves_with_use(const std::string& column) {
  return column == "last_used" || column == "expires_at";
}

TEST_P(RoundTrip, LeavesEveryRowOfEveryTableAsItWas) {
  use_everything();
  HttpClient sender = server_.http(GetParam().application.key());
  const std::string message = post_message(sender, "kept");
  EXPECT_GT(id_of(message), GetParam().greatest_id_ever);
  ASSERT_EQ(server_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(server_.database_path() + "-wal"));
  EXPECT_EQ(journal_versions(), "\1\1") << "Gotify could not open it where memory cannot be shared";

  Tables after = read_everything(server_.database_path());
  for (const auto& [table, rows] : before_) {
    for (const auto& [id, columns] : rows) {
      for (const auto& [column, value] : columns) {
        if (moves_with_use(column)) continue;
        EXPECT_EQ(after[table][id][column], value) << table << " " << id << " " << column;
      }
    }
    const std::size_t added = table == "messages" ? 1 : 0;
    EXPECT_EQ(after[table].size(), rows.size() + added) << table;
  }
  Database database(server_.database_path());
  EXPECT_EQ(database.value("SELECT count(*) FROM sharded_gotify_events"), "4");
  EXPECT_EQ(database.value("SELECT count(*) FROM sharded_gotify_read_marks"), "1");
  EXPECT_EQ(database.value("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(database.value("PRAGMA user_version"), "0");
}

// What was not used keeps even those.
TEST_P(RoundTrip, OpeningAndClosingMovesNothingAtAll) {
  ASSERT_EQ(server_.stop(), 0);
  Tables after = read_everything(server_.database_path());
  for (const auto& [table, rows] : before_) {
    for (const auto& [id, columns] : rows) {
      for (const auto& [column, value] : columns) {
        EXPECT_EQ(after[table][id][column], value) << table << " " << id << " " << column;
      }
    }
    EXPECT_EQ(after[table].size(), rows.size()) << table;
  }
}

TEST_P(RoundTrip, AddsToTheSchemaOnlyWhatGotifyOverlooks) {
  ASSERT_EQ(server_.stop(), 0);
  Database database(server_.database_path());
  // Gotify 3.0's own columns, in any order (protocol 7.1).
  const std::map<std::string, std::vector<std::string>> columns = {
      {"users", {"id", "name", "pass", "admin", "created_at", "oidc_id"}},
      {"applications",
       {"id", "token", "user_id", "name", "description", "internal", "image", "default_priority", "created_at",
        "last_used", "sort_key"}},
      {"messages", {"id", "application_id", "message", "title", "priority", "extras", "date"}},
      {"clients",
       {"id", "token", "user_id", "name", "created_at", "last_used", "elevated_until",
        "expires_after_inactivity_seconds", "expires_at"}},
      {"plugin_confs",
       {"id", "user_id", "module_path", "token", "application_id", "enabled", "created_at", "config", "storage"}}};
  for (const std::string& table : database.tables()) {
    if (table.starts_with("sqlite_") || table.starts_with("sharded_gotify_")) continue;
    ASSERT_TRUE(columns.contains(table)) << table;
    EXPECT_THAT(database.columns(table), testing::UnorderedElementsAreArray(columns.at(table))) << table;
  }
  EXPECT_EQ(database.value("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')"), "0");
}

TEST_P(RoundTrip, KeepsTokensAndPictures) {
  HttpClient owner = server_.http(GetParam().client.key());
  EXPECT_EQ(owner.get("/current/user").json().at("name"), "alice");
  const Answer picture = server_.http().get("/image/" + GetParam().image);
  EXPECT_EQ(picture.status, 200);
  EXPECT_EQ(picture.body, kPicture);
  EXPECT_EQ(picture.header("Content-Type"), "image/png");

  StreamClient stream = server_.stream(GetParam().client.key());
  HttpClient sender = server_.http(GetParam().application.key());
  const std::string message = post_message(sender, "still mine");
  EXPECT_EQ(stream.next_message(), message + "\n");
  ASSERT_EQ(server_.stop(), 0);
  EXPECT_TRUE(std::filesystem::exists(images() + "/" + GetParam().image));
}

// The last use is written where and how Gotify writes it.
TEST_P(RoundTrip, WritesTheLastUseAsGotifyDoes) {
  const std::string sql = "SELECT last_used FROM applications WHERE id = " + std::to_string(GetParam().application.id);
  const std::string old = Database(server_.database_path()).value(sql);
  HttpClient sender = server_.http(GetParam().application.key());
  post_message(sender, "used");
  EXPECT_TRUE(eventually([&] { return Database(server_.database_path()).value(sql) != old; }));
  EXPECT_THAT(Database(server_.database_path()).value(sql),
              testing::MatchesRegex("20[0-9-]{8} [0-9:]{8}(\\.[0-9]{1,9})?\\+00:00"));
}

INSTANTIATE_TEST_SUITE_P(Releases, RoundTrip, testing::Values(v2(), v3()),
                         [](const auto& release) { return release.param.name; });

TEST(RoundTripOfVersion3, APluginsApplicationStaysInternal) {
  ServerProcess server;
  const V3Contents old = create_v3_database(server.database_path());
  server.start();
  HttpClient owner = server.http(old.alice.basic());
  const auto applications = owner.get("/application").json();
  ASSERT_EQ(applications.size(), 2U);
  EXPECT_EQ(applications[0].at("internal"), true);
  const Answer answer = owner.request("DELETE", "/application/" + std::to_string(old.plugins_application));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, error_body(400, "cannot delete internal application"));
}

TEST(RoundTripOfVersion3, AUserWithoutPasswordHasNone) {
  ServerProcess server;
  create_v3_database(server.database_path());
  server.start();
  EXPECT_EQ(server.http({basic_header("sso", "")}).get("/current/user").status, 401);
}

}  // namespace
}  // namespace push::support
