// `sharded-gotify import`, and the program on what it has copied.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/legacy_database.hpp"
#include "support/postgres_server.hpp"
#include "system/v3_database.hpp"

namespace push::support {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kCopiedPicture = "\x89PNG\r\n\x1a\n of the application";

class Import : public testing::Test {
 protected:
  Import() {
    server_.set("GOTIFY_DATABASE_DIALECT", "postgres");
    server_.set("GOTIFY_DATABASE_CONNECTION", connection_);
    std::filesystem::create_directory(old_.file("images"));
  }

  Completed import(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"import", "--from", old_.file("gotify.db")};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words,
                       {{"GOTIFY_DATABASE_DIALECT", "postgres"},
                        {"GOTIFY_DATABASE_CONNECTION", connection_},
                        {"GOTIFY_UPLOADEDIMAGESDIR", server_.directory() + "/images"}},
                       old_.path());
  }
  // Everything that a client can list, by its ids.
  std::vector<std::uint64_t> messages(const Lines& credentials) {
    std::vector<std::uint64_t> ids;
    HttpClient http = server_.http(credentials);
    for (const auto& message : list_messages(http)) ids.push_back(message.at("id"));
    return ids;
  }

  TemporaryDirectory old_;
  const std::string connection_ = test::postgres().new_database();
  ServerProcess server_;
};

TEST_F(Import, AGotify3DatabaseServesItsUsersFromPostgres) {
  const V3Contents old = create_v3_database(old_.file("gotify.db"));
  std::ofstream(old_.file("images/" + old.image)) << kCopiedPicture;
  const Completed done = import();
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("users: 3 rows\n"));
  EXPECT_THAT(done.out, HasSubstr("messages: 5 rows\n"));
  EXPECT_THAT(done.out, HasSubstr("pictures: 1\n"));
  EXPECT_THAT(done.out, HasSubstr("changed: messages.date: nanoseconds, cut to microseconds: 1 rows, id 4\n"));
  EXPECT_THAT(done.out, HasSubstr("imported " + old_.file("gotify.db") + " into host="));
  EXPECT_THAT(done.err, HasSubstr("messages: 5 of 5, "));

  server_.start();
  EXPECT_EQ(server_.http(old.alice.basic()).get("/current/user").json().at("name"), "alice");
  EXPECT_EQ(server_.http(admin().basic()).get("/current/user").status, 401) << "no second administrator is made";
  EXPECT_THAT(messages(old.phone.key()), ElementsAre(4, 2, 1));
  EXPECT_THAT(messages(old.bobs_phone.key()), ElementsAre(5));
  EXPECT_EQ(server_.http().get("/image/" + old.image).body, kCopiedPicture);
  StreamClient stream = server_.stream(old.phone.key());
  HttpClient poster = server_.http(old.backup.key());
  const std::string posted = post_message(poster, "on PostgreSQL");
  EXPECT_EQ(id_of(posted), 91U) << "90 was given and deleted";
  EXPECT_EQ(stream.next_message(), posted + "\n");
}

TEST_F(Import, AGotify2DatabaseServesItsUsersFromPostgres) {
  const LegacyContents old = create_legacy_database(old_.file("gotify.db"), {"v2_6", true, true, true, false});
  const Completed done = import();
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_THAT(done.out, HasSubstr("missing picture: aBcDeFgHiJkLmNoPqRsTuVwXy.png\n"));
  server_.start();
  EXPECT_THAT(messages(old.alice.basic()), ElementsAre(12, 5, 3, 1));
  HttpClient poster = server_.http(old.doorbell.key());
  EXPECT_EQ(id_of(post_message(poster, "next")), old.greatest_id_ever + 1);
}

// A stream that came from our server on SQLite goes on where it was; one that was ahead of the copy is told so.
TEST_F(Import, StreamsGoOnWhereTheyWere) {
  ServerProcess before({{"GOTIFY_DATABASE_CONNECTION", old_.file("gotify.db")}});
  before.start();
  HttpClient owner = before.http(admin().basic());
  const Created application = create_application(owner, "app");
  const Created client = create_client(owner, "client");
  HttpClient sender = before.http(application.key());
  const std::uint64_t first = id_of(post_message(sender, "1"));
  const std::uint64_t second = id_of(post_message(sender, "2"));
  const auto epoch_of = [&client](const ServerProcess& server) {
    HttpClient http = server.http(client.key());
    return http.get("/stream?transport=poll&timeout=0&since_id=latest").header("Gotify-Stream-Epoch");
  };
  const std::string former = epoch_of(before);
  const Completed busy = import();
  EXPECT_EQ(busy.code, 1);
  EXPECT_THAT(busy.err, HasSubstr("another server is using it"));
  ASSERT_EQ(before.stop(), 0);
  ASSERT_EQ(import().code, 0);
  before.start();  // on, although it was copied
  HttpClient late = before.http(application.key());
  const std::uint64_t third = id_of(post_message(late, "3"));
  const std::string later = epoch_of(before);
  ASSERT_EQ(before.stop(), 0);

  server_.start();
  EXPECT_NE(epoch_of(server_), former);
  HttpClient http = server_.http(client.key());
  const auto resume = [&http](std::uint64_t seen, const std::string& epoch) {
    return http.get("/stream?transport=poll&timeout=0&since_id=" + std::to_string(seen) + "&epoch=" + epoch).json();
  };
  const auto missed = resume(first, former);
  EXPECT_EQ(missed.at("complete"), true);
  EXPECT_EQ(missed.at("messages").at(0).at("id"), second);
  HttpClient poster = server_.http(application.key());
  EXPECT_EQ(id_of(post_message(poster, "another 3")), third);
  EXPECT_EQ(resume(third, later).at("complete"), false);
}

TEST_F(Import, SaysWhatItNeeds) {
  const auto run = [this](std::vector<std::string> words, Settings settings = {}) {
    return run_program(words, std::move(settings), old_.path());
  };
  EXPECT_EQ(run({"import"}).code, 2);
  EXPECT_THAT(run({"import"}).err, HasSubstr("--from is required"));
  EXPECT_THAT(run({"import", "--help"}).err, HasSubstr("--images DIR"));
  const Completed sqlite = run({"import", "--from", "gotify.db"});
  EXPECT_EQ(sqlite.code, 3);
  EXPECT_EQ(sqlite.err,
            "database.dialect: sqlite3: import writes to the configured database, which must be of dialect postgres\n");
  const Completed missing = import();
  EXPECT_EQ(missing.code, 1);
  EXPECT_EQ(missing.err, "sharded-gotify: cannot import: " + old_.file("gotify.db") + ": no such file\n");
  const Completed folder = import({"--images", "none"});
  EXPECT_EQ(folder.code, 1);
  EXPECT_EQ(folder.err, "sharded-gotify: cannot import: --images: none is no folder\n");
  create_v3_database(old_.file("gotify.db"));
  const std::string secret = "geheim";
  const Completed unreachable =
      run_program({"import", "--from", old_.file("gotify.db")},
                  {{"GOTIFY_DATABASE_DIALECT", "postgres"},
                   {"GOTIFY_DATABASE_CONNECTION", "host=/nowhere user=gotify dbname=gotify password=" + secret}},
                  old_.path());
  EXPECT_EQ(unreachable.code, 1);
  EXPECT_THAT(unreachable.err, StartsWith("sharded-gotify: cannot import: cannot connect to host=/nowhere"));
  EXPECT_EQ(unreachable.err.find(secret), std::string::npos);
}

TEST_F(Import, ASecondTimeItSaysThatItIsDone) {
  create_v3_database(old_.file("gotify.db"));
  ASSERT_EQ(import().code, 0);
  const Completed again = import();
  EXPECT_EQ(again.code, 0);
  EXPECT_THAT(again.out, StartsWith("already imported at 20"));
  Database(old_.file("gotify.db")).run("DELETE FROM messages WHERE id = 1");
  const Completed other = import();
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.err, HasSubstr("has data already, in users, applications, messages, clients, plugin_confs"));
}

}  // namespace
}  // namespace push::support
