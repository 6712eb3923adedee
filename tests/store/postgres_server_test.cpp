// The PostgreSQL servers of the tests: tests/support/postgres_server.hpp.
#include "support/postgres_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "support/postgres/sharing.hpp"
#include "support/wait.hpp"

namespace push::test {
namespace {

using support::eventually;
using support::Process;
using support::read_text;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Another process that uses the server of a folder: it writes where that is, and stays until the file `end` is there.
Process user_of(const std::string& folder, const std::string& name) {
  return Process::fork([folder, name] {
    SharedPostgres server(folder);
    const std::string connection = server.new_database();
    psql(connection, "CREATE TABLE mine (id bigint)");
    std::ofstream(folder + "/" + name + ".new") << psql(server.superuser(), "SHOW data_directory").at(0);
    std::filesystem::rename(folder + "/" + name + ".new", folder + "/" + name);
    eventually([&] { return std::filesystem::exists(folder + "/end"); });
  });
}

TEST(PostgresServerTest, ProcessesShareItAndNothingIsLeftAfterThem) {
  const support::TemporaryDirectory folder;
  const Sharing sharing{folder.path()};
  Process killed = user_of(folder.path(), "killed");
  Process orderly = user_of(folder.path(), "orderly");
  ASSERT_TRUE(eventually([&] {
    return std::filesystem::exists(folder.file("killed")) && std::filesystem::exists(folder.file("orderly"));
  }));
  const std::string data = read_text(folder.file("killed"));
  EXPECT_EQ(read_text(folder.file("orderly")), data);
  const std::string postmaster = read_text(data + "/postmaster.pid");
  const std::string process = "/proc/" + postmaster.substr(0, postmaster.find('\n'));
  EXPECT_TRUE(std::filesystem::exists(process));

  killed.kill_hard();
  {
    SharedPostgres late(folder.path());
    std::ofstream(folder.file("end")) << "now";
    EXPECT_EQ(orderly.wait(), 0);
    EXPECT_THAT(psql(late.superuser(), "SELECT count(*) FROM pg_database WHERE datname LIKE 'test%'"), ElementsAre("1"))
        << "what the killed one left";
    EXPECT_EQ(psql(late.superuser(), "SHOW data_directory").at(0), data);
  }
  EXPECT_TRUE(eventually([&] { return bool(Flock::try_to(sharing.supervisor(), LOCK_EX)); }));
  EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(process) && !std::filesystem::exists(data); }));
}

TEST(PostgresServerTest, EndsWithItsSupervisorAndStartsAgain) {
  const support::TemporaryDirectory folder;
  const Sharing sharing{folder.path()};
  std::string data;
  {
    SharedPostgres server(folder.path());
    data = psql(server.superuser(), "SHOW data_directory").at(0);
    const std::string postmaster = "/proc/" + read_text(data + "/postmaster.pid");
    const std::string status = read_text(postmaster.substr(0, postmaster.find('\n')) + "/status");
    const std::string parent = status.substr(status.find("PPid:") + 5);
    ASSERT_GT(std::stoi(parent), 1);
    ::kill(std::stoi(parent), SIGKILL);
    ASSERT_TRUE(eventually([&] { return !std::filesystem::exists(data + "/postmaster.pid"); }));
  }
  SharedPostgres again(folder.path());
  EXPECT_NE(psql(again.superuser(), "SHOW data_directory").at(0), data);
  EXPECT_FALSE(std::filesystem::exists(data));
}

TEST(PostgresServerTest, DatabasesAreEmptyAndOfAnOrdinaryUser) {
  const std::string one = postgres().new_database();
  const std::string other = postgres().new_database();
  EXPECT_NE(one, other);
  EXPECT_THAT(psql(one, "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"),
              ElementsAre("0"));
  EXPECT_THAT(psql(one, "SELECT current_setting('is_superuser'), current_schema"), ElementsAre("off|public"));
  EXPECT_THAT(psql(one,
                   "CREATE TABLE t (a bigint, b text); INSERT INTO t VALUES (1, 'x'), (2, NULL);"
                   "SELECT * FROM t ORDER BY a"),
              ElementsAre("1|x", "2|null"));
  EXPECT_THAT([&] { psql(other, "SELECT * FROM t"); },
              ThrowsMessage<support::Failure>(HasSubstr("relation \"t\" does not exist")));
}

TEST(PostgresServerTest, WhatIsCommittedSurvivesARestartAndAKill) {
  PrivatePostgres server;
  EXPECT_THAT(psql(server.superuser(), "SHOW fsync"), ElementsAre("on"));
  const std::string connection = server.new_database();
  psql(connection, "CREATE TABLE t (a bigint)");
  server.restart();
  psql(connection, "INSERT INTO t VALUES (1)");
  server.kill();
  EXPECT_FALSE(server.running());
  EXPECT_THROW(psql(connection, "SELECT 1"), support::Failure);
  server.start();
  EXPECT_THAT(psql(connection, "SELECT a FROM t"), ElementsAre("1"));
  EXPECT_THAT(server.log(), HasSubstr("was not properly shut down"));
}

TEST(PostgresServerTest, APrivateOneHasSettingsOfItsOwn) {
  PrivatePostgres server({{"max_connections", "7"}, {"default_transaction_read_only", "on"}});
  EXPECT_THAT(psql(server.superuser(), "SHOW max_connections"), ElementsAre("7"));
  EXPECT_THROW(psql(server.superuser(), "CREATE TABLE t (a bigint)"), support::Failure);
}

}  // namespace
}  // namespace push::test
