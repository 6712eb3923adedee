#include "support/postgres_server.hpp"

#include <fcntl.h>
#include <libpq-fe.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <random>

#include "support/postgres/flock.hpp"
#include "support/postgres/sharing.hpp"

namespace push::test {
namespace {

using support::Failure;

constexpr const char* kOwner = "gotify";

// Runs push_postgres, which lives longer than this process, and waits until its server takes connections.
void start_supervisor(const std::string& program, const std::string& folder) {
  std::array<int, 2> said{};
  if (::pipe2(said.data(), O_CLOEXEC) != 0) throw Failure("pipe failed");
  const std::array<const char*, 3> words{program.c_str(), folder.c_str(), nullptr};
  const pid_t child = ::fork();
  if (child < 0) throw Failure("fork failed");
  if (child == 0) {
    // A grandchild, so that it is not ours to wait for. Only system calls, and no descriptor of ours.
    if (::setsid() < 0 || ::fork() != 0) ::_exit(0);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(said[1], 1);
    ::dup2(said[1], 2);
    ::close_range(3, ~0U, 0);
    ::execv(program.c_str(), const_cast<char* const*>(words.data()));
    ::_exit(127);
  }
  ::close(said[1]);
  ::waitpid(child, nullptr, 0);
  std::string output;
  std::array<char, 1024> piece{};
  for (ssize_t size = 0; (size = ::read(said[0], piece.data(), piece.size())) > 0;) {
    output.append(piece.data(), static_cast<std::size_t>(size));
  }
  ::close(said[0]);
  if (output != "ready\n") throw Failure(program + ": " + output);
}

std::string text_of(const PGresult& result) {
  std::string text = PQresultErrorMessage(&result);
  return text.empty() ? PQresStatus(PQresultStatus(&result)) : text;
}

}  // namespace

SharedPostgres::SharedPostgres(const std::string& folder) {
  const Sharing sharing{folder};
  std::filesystem::create_directories(folder);
  const Flock starting(sharing.starting(), LOCK_EX);
  if (support::read_text(sharing.server()).empty() || Flock::try_to(sharing.supervisor(), LOCK_SH)) {
    start_supervisor(build_folder() + "/push_postgres", folder);
  }
  user_ = Flock(sharing.users(), LOCK_SH);
  is_at(support::read_text(sharing.server()), kPostgresPort);
}

SharedPostgres::~SharedPostgres() {
  try {
    for (const std::string& name : databases()) psql(superuser(), "DROP DATABASE " + name + " WITH (FORCE)");
  } catch (const Failure&) {  // the server has gone: so have they
  }
}

void PostgresServer::is_at(const std::string& folder, const std::string& port) {
  at_ = "host=" + folder + " port=" + port;
}

std::string PostgresServer::superuser(const std::string& database) const {
  return at_ + " user=postgres dbname=" + database;
}

std::string PostgresServer::new_database() {
  // Other processes make some, and a number of a process comes again.
  static const auto kRandom = std::random_device()();
  const std::string name =
      "test_" + std::to_string(::getpid()) + "_" + std::to_string(kRandom) + "_" + std::to_string(++made_);
  psql(superuser(), "CREATE DATABASE " + name + " OWNER " + kOwner);
  databases_.push_back(name);
  return at_ + " user=" + kOwner + " dbname=" + name;
}

void PostgresServer::drop_database(const std::string& connection) {
  const std::string name = connection.substr(connection.rfind('=') + 1);
  psql(superuser(), "DROP DATABASE " + name + " WITH (FORCE)");
  std::erase(databases_, name);
}

PostgresServer& postgres() {
  static SharedPostgres server(build_folder() + "/postgres");
  return server;
}

void Psql::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}

Psql::Psql(const std::string& connection) : connection_(PQconnectdb(connection.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) throw Failure(PQerrorMessage(connection_.get()));
  // The server's notices go to its log.
  PQclear(PQexec(connection_.get(), "SET client_min_messages = error; SET timezone = 'UTC'"));
}

std::vector<std::string> Psql::run(const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_.get(), sql.c_str()), &PQclear);
  const auto status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) throw Failure(sql + ": " + text_of(*result));
  std::vector<std::string> rows;
  for (int row = 0; row < PQntuples(result.get()); ++row) {
    std::string text;
    for (int column = 0; column < PQnfields(result.get()); ++column) {
      if (column != 0) text += '|';
      text += PQgetisnull(result.get(), row, column) != 0 ? "null" : PQgetvalue(result.get(), row, column);
    }
    rows.push_back(std::move(text));
  }
  return rows;
}

std::vector<std::string> psql(const std::string& connection, const std::string& sql) {
  return Psql(connection).run(sql);
}

}  // namespace push::test
