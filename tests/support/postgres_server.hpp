// PostgreSQL servers of the tests' own, from Debian's postgresql-15: in a temporary folder, on a Unix socket only, as
// the user `postgres` if the tests run as root. None outlives the tests, whatever ends them. One thread at a time;
// every failure throws.
#pragma once
#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "support/postgres/flock.hpp"
#include "support/process.hpp"

struct pg_conn;

namespace push::test {

class PostgresServer {
 public:
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  virtual ~PostgresServer() = default;

  // An empty database of an ordinary user, as a value of database.connection.
  std::string new_database();
  // Before the end of the process, for those that use many.
  void drop_database(const std::string& connection);
  // The superuser's connection, to any database.
  std::string superuser(const std::string& database = "postgres") const;

 protected:
  PostgresServer() = default;
  // The folder of the socket, and its port, which is a part of its name.
  void is_at(const std::string& folder, const std::string& port);
  const std::vector<std::string>& databases() const { return databases_; }

 private:
  std::string at_;  // the words of every connection
  std::vector<std::string> databases_;
  int made_ = 0;
};

// A server that all processes share that name the same folder. The first one starts it; it ends a few seconds after the
// last one. Not for tests of durability: fsync is off.
class SharedPostgres final : public PostgresServer {
 public:
  explicit SharedPostgres(const std::string& folder);  // the server is elsewhere: sharing.hpp
  ~SharedPostgres() override;                          // drops its databases

 private:
  Flock user_;
};

// The one of this build folder.
PostgresServer& postgres();

// A server of the test's own, to be stopped and killed. Its data are removed with it.
class PrivatePostgres final : public PostgresServer {
 public:
  // Starts it, with `settings` of postgresql.conf instead of those in the .cpp. fsync is on.
  explicit PrivatePostgres(support::Settings settings = {});
  // Starts a standby of `primary` on a copy of its data: it has the same databases, and follows it.
  explicit PrivatePostgres(const PrivatePostgres& primary);
  ~PrivatePostgres() override;

  void start();  // on the data that are there; returns when it takes connections
  void stop();   // closes every connection; what was committed is on disk
  void restart();
  void kill();              // SIGKILL to each of its processes, at once
  void signal(int number);  // to each of its processes
  bool running() { return process_.running(); }
  pid_t id() const { return process_.id(); }
  // A connection of new_database() as one to either server, this one first.
  std::string or_at(const std::string& connection, const PrivatePostgres& other) const;
  const std::string& folder() const { return folder_.path(); }  // of the socket, the data and the log
  std::string log() const { return support::read_text(folder_.file("log")); }

 private:
  void prepare_folder();

  support::Settings settings_;
  support::TemporaryDirectory folder_;
  support::Process process_;
};

// Another program on a database.
class Psql {
 public:
  explicit Psql(const std::string& connection);
  // The rows of the text's last statement: the columns as text, joined by '|', NULL as null. Times are in UTC.
  std::vector<std::string> run(const std::string& sql);

 private:
  struct Close {
    void operator()(pg_conn* connection) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
};

// The same on a connection of its own.
std::vector<std::string> psql(const std::string& connection, const std::string& sql);

}  // namespace push::test
