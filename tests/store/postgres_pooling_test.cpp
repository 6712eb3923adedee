// PgBouncer between the server and PostgreSQL.
#include <pwd.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/postgres_fixture.hpp"

namespace push::store {
namespace {

using support::eventually;
using test::Psql;
using testing::HasSubstr;

constexpr const char* kProgram = "/usr/sbin/pgbouncer";

class PostgresPoolingTest : public PostgresStoreTest {
 protected:
  ~PostgresPoolingTest() override { store.reset(); }

  // The database through a PgBouncer of the test's own.
  std::string pooled(const std::string& mode) {
    const std::string port = std::to_string(support::free_port());
    const std::string name = value("SELECT current_database()");
    std::ofstream(folder_.file("ini")) << "[databases]\n" + name + " = " +
                                              database.substr(0, database.find(" dbname=")) +
                                              "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = " + port +
                                              "\nunix_socket_dir =\nauth_type = any\npool_mode = " + mode + "\n";
    std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    support::Command command{
        {kProgram, folder_.file("ini")}, {}, folder_.path(), folder_.file("log"), folder_.file("log"), 0};
    if (const passwd* const owner = ::getpwnam("postgres"); ::geteuid() == 0 && owner != nullptr) {
      command.user = owner->pw_uid;  // it refuses to run as root
      command.group = owner->pw_gid;
    }
    process_ = support::Process(command);
    const std::string connection = "host=127.0.0.1 port=" + port + " user=gotify sslmode=disable dbname=" + name;
    EXPECT_TRUE(eventually([&] {
      try {
        test::psql(connection, "SELECT 1");
        return true;
      } catch (const support::Failure&) {
        return false;
      }
    })) << support::read_text(folder_.file("log"));
    return connection;
  }

 private:
  support::TemporaryDirectory folder_{"/tmp"};
  support::Process process_;
};

TEST_F(PostgresPoolingTest, InTransactionModeItIsRefusedByName) {
  if (!std::filesystem::exists(kProgram)) GTEST_SKIP() << "scripts/install-deps postgres";
  const std::string connection = pooled("transaction");
  for (const char* const more : {"", " default_query_exec_mode=exec"}) {
    const auto refused = try_to_open(connection + more);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, core::ErrorCode::invalid);
    EXPECT_THAT(refused.error().text, HasSubstr(": is a pool in transaction mode (PgBouncer), where no lock keeps a"
                                                " second server out: set pool_mode = session for this database"));
  }
  open();
}

TEST_F(PostgresPoolingTest, InSessionModeItWorks) {
  if (!std::filesystem::exists(kProgram)) GTEST_SKIP() << "scripts/install-deps postgres";
  const std::string connection = pooled("session");
  open(connection);
  const auto app = application(user("alice"), "A1");
  append_id(app, "m");
  EXPECT_TRUE(store->find_application_by_token("A1"));
  const auto second = try_to_open(connection);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().text, HasSubstr("is used by another server"));
  EXPECT_EQ(value("SELECT message FROM messages"), "m");
}

}  // namespace
}  // namespace push::store
