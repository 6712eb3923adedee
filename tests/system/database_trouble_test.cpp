// The database cannot write for a while: 503 with the JSON error, streams and reads go on, and it recovers by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "support/database.hpp"
#include "support/gotify.hpp"
#include "support/server_process.hpp"
#include "support/wait.hpp"
#include "support/write_lock.hpp"

namespace push::support {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kFileLimit = 1024 * 1024;

class DatabaseTrouble : public testing::Test {
 protected:
  void SetUp() override {
    server_.set("GOTIFY_DATABASE_BUSYTIMEOUTMILLISECONDS", "50");
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app");
    client_ = create_client(owner, "client");
  }

  static void expect_unavailable(const Answer& answer) {
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_EQ(answer.header("Content-Type"), "application/json");
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_THAT(answer.body,
                StartsWith(R"({"error":"Service Unavailable","errorCode":503,"errorDescription":"database: )"));
    EXPECT_EQ(answer.json().size(), 3U);
  }

  Completed run_another() const {
    return run_program({},
                       {{"GOTIFY_DATABASE_DIALECT", on_postgres() ? "postgres" : "sqlite3"},
                        {"GOTIFY_DATABASE_CONNECTION", server_.database()}},
                       server_.directory());
  }

  ServerProcess server_;
  Created application_;
  Created client_;
};

TEST_F(DatabaseTrouble, ALockOfAnotherProcessIsA503UntilItIsReleased) {
  HttpClient poster = server_.http(application_.key());
  HttpClient reader = server_.http(client_.key());
  StreamClient stream = server_.stream(client_.key());
  const std::string before = post_message(poster, "before");
  EXPECT_EQ(stream.next_message(), before + "\n");

  Database other(server_.database_path());
  other.run("BEGIN IMMEDIATE");
  for (int i = 0; i < 3; ++i) expect_unavailable(poster.post("/message", kJson, R"({"message":"refused"})"));
  expect_unavailable(reader.post("/application", kJson, R"({"name":"refused"})"));
  EXPECT_EQ(list_messages(reader).size(), 1U) << "reads do not wait for the writer";
  EXPECT_EQ(reader.get("/health").status, 200);
  other.run("COMMIT");

  const std::string after = post_message(poster, "after");
  EXPECT_EQ(stream.next_message(), after + "\n") << "a refused message must not have been sent";
  EXPECT_EQ(list_messages(reader).size(), 2U);
  EXPECT_EQ(poster.connections(), 1) << "a 503 keeps the connection";
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(DatabaseTrouble, AShortLockIsWaitedFor) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_DATABASE_BUSYTIMEOUTMILLISECONDS", "60000");
  server_.start();
  HttpClient poster = server_.http(application_.key());
  WriteLock other(server_);
  const double before = server_.metric("push_http_requests_total");
  poster.write("POST /message?message=patient HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" +
               key_header(application_.token) + "\r\n\r\n");
  // Each look at the page is a request itself.
  double looks = 0;
  ASSERT_TRUE(eventually([&] { return server_.metric("push_http_requests_total") > before + ++looks; }));
  other.release();
  EXPECT_EQ(poster.read().status, 200);
}

// One worker, which a change that waited for its commit would hold.
TEST_F(DatabaseTrouble, ChangesThatWaitForTheirCommitHoldNobodyElseUp) {
  ASSERT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_DATABASE_BUSYTIMEOUTMILLISECONDS", "60000");
  server_.set("GOTIFY_SERVER_WORKERS", "1");
  server_.start();
  WriteLock other(server_);
  const double before = server_.metric("push_http_requests_total");
  const std::string lines[] = {"POST /client",
                               "POST /application",
                               "POST /user",
                               "POST /current/user/password",
                               "PUT /client/" + std::to_string(client_.id),
                               "DELETE /application/" + std::to_string(application_.id)};
  std::vector<HttpClient> changers;
  for (const std::string& line : lines) {
    const std::string body = R"({"name":"new","pass":"new"})";
    HttpClient& changer = changers.emplace_back(server_.http());
    changer.write(line + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: " +
                  std::to_string(body.size()) + "\r\n" + admin().basic()[0] + "\r\n\r\n" + body);
  }
  // Each look at the page is a request itself.
  double expected = before + static_cast<double>(changers.size());
  ASSERT_TRUE(eventually([&] { return server_.metric("push_http_requests_total") >= ++expected; }));

  HttpClient reader = server_.http(client_.key());
  EXPECT_EQ(reader.get("/message").status, 200);
  EXPECT_EQ(reader.get("/health").status, 200);
  EXPECT_EQ(server_.http(admin().basic()).get("/current/user").status, 200);
  StreamClient stream = server_.stream(client_.key());
  other.release();
  for (HttpClient& changer : changers) EXPECT_EQ(changer.read().status, 200);
}

TEST_F(DatabaseTrouble, CredentialsHoldWhileNothingCanBeWritten) {
  WriteLock other(server_);
  // Stock clients log out on a 401.
  EXPECT_EQ(server_.http(admin().basic()).get("/current/user").status, 200);
  EXPECT_EQ(server_.http(client_.key()).get("/application").status, 200);
  other.release();
}

// A file that may not grow simulates a full disk: SQLite's writes fail in the same places.
TEST_F(DatabaseTrouble, AFullDiskIsA503UntilThereIsRoom) {
  ASSERT_EQ(server_.stop(), 0);
  server_.limit_file_size(kFileLimit);
  server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERSIZE", "200");  // the stream is read at the end
  server_.set("GOTIFY_SERVER_STREAM_CHANNELBUFFERBYTES", "10000000");
  server_.start();
  HttpClient poster = server_.http(application_.key());
  HttpClient reader = server_.http(client_.key());
  StreamClient stream = server_.stream(client_.key());

  const std::string large = nlohmann::json{{"message", std::string(32 * 1024, 'x')}}.dump();
  std::vector<std::string> stored;
  Answer answer = poster.post("/message", kJson, large);
  for (; answer.status == 200 && stored.size() < 100; answer = poster.post("/message", kJson, large)) {
    stored.push_back(answer.body + "\n");
  }
  ASSERT_FALSE(stored.empty());
  expect_unavailable(answer);
  for (int i = 0; i < 3; ++i) expect_unavailable(poster.post("/message", kJson, large));
  EXPECT_EQ(list_messages(reader).size(), stored.size());
  for (const std::string& message : stored) EXPECT_TRUE(stream.next_message() == message);

  const rlimit any{RLIM_INFINITY, RLIM_INFINITY};
  ASSERT_EQ(::prlimit(server_.id(), RLIMIT_FSIZE, &any, nullptr), 0);
  const std::string after = post_message(poster, "there is room again");
  EXPECT_EQ(stream.next_message(), after + "\n") << "a refused message must not have been sent";
  EXPECT_EQ(list_messages(reader).size(), stored.size() + 1);
  EXPECT_EQ(Database(server_.database_path()).value("PRAGMA integrity_check"), "ok");
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(DatabaseTrouble, AMovedFileIsA503AndARedHealthUntilItIsBack) {
  HttpClient poster = server_.http(application_.key());
  HttpClient reader = server_.http(client_.key());
  StreamClient stream = server_.stream(client_.key());
  const std::string path = server_.database_path();
  std::filesystem::rename(path, path + ".away");
  // Nobody writes: the server looks by itself.
  ASSERT_TRUE(eventually([&] { return reader.get("/health").status == 500; }));
  EXPECT_EQ(reader.get("/health").body, R"({"health":"orange","database":"red"})");
  expect_unavailable(poster.post("/message", kJson, R"({"message":"refused"})"));
  EXPECT_EQ(reader.get("/message").status, 200) << "reads go on";
  std::filesystem::rename(path + ".away", path);
  ASSERT_TRUE(eventually([&] { return reader.get("/health").status == 200; }));
  const std::string after = post_message(poster, "after");
  EXPECT_EQ(stream.next_message(), after + "\n") << "a refused message must not have been sent";
  EXPECT_EQ(server_.stop(), 0);
  EXPECT_EQ(Database(path).value("SELECT count(*) FROM messages"), "1");
}

TEST_F(DatabaseTrouble, ASecondServerIsRefusedWithOneLineThatNamesTheFirst) {
  const Completed second = run_another();
  EXPECT_EQ(second.code, 1);
  if (on_postgres()) {
    EXPECT_THAT(second.err, StartsWith("sharded-gotify: cannot start: host="));
    EXPECT_THAT(second.err, HasSubstr(" is used by another server: \"sharded-gotify\" from local since "));
  } else {
    EXPECT_THAT(second.err, StartsWith("sharded-gotify: cannot start: " + server_.database() +
                                       ": another server is using it: pid=" + std::to_string(server_.id()) + " host="));
  }
  EXPECT_EQ(std::count(second.err.begin(), second.err.end(), '\n'), 1) << second.err;
  HttpClient poster = server_.http(application_.key());
  post_message(poster, "the first goes on");
}

TEST_F(DatabaseTrouble, FilesAreForTheirUserAndGroupOnly) {
  const auto others = [](const std::filesystem::path& path) {
    return std::filesystem::status(path).permissions() & std::filesystem::perms::others_all;
  };
  std::vector<std::string> names;
  const std::filesystem::path database = server_.database_path();
  for (const auto& entry : std::filesystem::directory_iterator(database.parent_path())) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with("gotify.db") && name != "images") continue;
    names.push_back(name);
    EXPECT_EQ(others(entry.path()), std::filesystem::perms::none) << name;
  }
  EXPECT_THAT(names,
              testing::UnorderedElementsAre("gotify.db", "gotify.db-wal", "gotify.db-shm", "gotify.db-lock", "images"));
}

TEST_F(DatabaseTrouble, WhatIsNoDatabaseOfGotifyStopsTheStartWithItsName) {
  ASSERT_EQ(server_.stop(), 0);
  Database(server_.database()).run("DROP TABLE users");
  const Completed completed = run_another();
  EXPECT_EQ(completed.code, 1);
  EXPECT_THAT(completed.err,
              StartsWith("sharded-gotify: cannot start: " + (on_postgres() ? "host=" : server_.database() + ": ")));
  EXPECT_THAT(completed.err, HasSubstr("no table users"));
}

TEST_F(DatabaseTrouble, AFileThatCannotBeOpenedStopsTheStartWithWhatToLookAt) {
  const std::string loop = server_.directory() + "/loop.db";  // not even root can open it
  std::filesystem::create_symlink(loop, loop);
  const Completed completed = run_program({}, {{"GOTIFY_DATABASE_CONNECTION", loop}}, server_.directory());
  EXPECT_EQ(completed.code, 1);
  EXPECT_THAT(completed.err, StartsWith("sharded-gotify: cannot start: " + loop + ": "));
  EXPECT_THAT(completed.err, HasSubstr("check that this user may write to the file and its folder"));
}

TEST_F(DatabaseTrouble, AFolderInItsPlaceStopsTheStart) {
  const Completed completed =
      run_program({}, {{"GOTIFY_DATABASE_CONNECTION", server_.directory()}}, server_.directory());
  EXPECT_EQ(completed.code, 1);
  EXPECT_THAT(completed.err,
              HasSubstr("database.connection: \"" + server_.directory() + "\": is a folder; name a file"));
}

}  // namespace
}  // namespace push::support
