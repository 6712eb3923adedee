#include "benchmark/post_targets.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/server.hpp"
#include "benchmark/support/socket.hpp"
#include "support/process.hpp"

namespace push::bench {
namespace {

constexpr double kGotifyStartSeconds = 60;

std::map<std::uint64_t, std::string> stored_in_postgres(const std::string& connection) {
  std::map<std::uint64_t, std::string> found;
  for (const std::string& row : test::psql(connection, "SELECT id, message FROM messages")) {
    const std::size_t bar = row.find('|');
    found[std::stoull(row.substr(0, bar))] = row.substr(bar + 1);
  }
  return found;
}

class OnSqlite final : public PostTarget {
 public:
  explicit OnSqlite(const CommonOptions& options)
      : server_({.program = options.program, .directory = options.dir, .threads = options.threads}) {}
  std::string name() const override { return "SQLite"; }
  std::uint16_t port() const override { return server_.port(); }
  std::int64_t cpu_ns() const override { return server_.cpu_ns(); }
  void kill_server() override { server_.kill_hard(); }
  void kill_database() override { fail("SQLite is a part of the server: --kill server"); }
  std::map<std::uint64_t, std::string> stored() override { return stored_messages(server_.database()); }

 private:
  Server server_;
};

// Both share it; it is the last one that ends.
using SharedServer = std::shared_ptr<test::PrivatePostgres>;

class OnPostgres final : public PostTarget {
 public:
  OnPostgres(const CommonOptions& options, SharedServer postgres)
      : postgres_(std::move(postgres)),
        connection_(postgres_->new_database()),
        server_({.program = options.program,
                 .directory = options.dir,
                 .threads = options.threads,
                 .postgres = connection_}) {}
  std::string name() const override { return "PostgreSQL"; }
  std::uint16_t port() const override { return server_.port(); }
  std::int64_t cpu_ns() const override { return server_.cpu_ns(); }
  void kill_server() override { server_.kill_hard(); }
  void kill_database() override { postgres_->kill(); }
  std::map<std::uint64_t, std::string> stored() override {
    if (!postgres_->running()) postgres_->start();
    return stored_in_postgres(connection_);
  }

 private:
  SharedServer postgres_;
  std::string connection_;
  Server server_;
};

class GotifyOnPostgres final : public PostTarget {
 public:
  GotifyOnPostgres(const std::string& script, const CommonOptions& options, SharedServer postgres)
      : postgres_(std::move(postgres)), scratch_(disk_folder(options.dir)), port_(support::free_port()) {
    const std::string words = postgres_->superuser(kDatabase);
    const std::string server = words.substr(0, words.find(" dbname="));
    ::setenv("PUSH_POSTGRES", (server + " sslmode=disable").c_str(), 1);
    for (const auto& [variable, word] : {std::pair{"PGHOST", "host="}, {"PGPORT", "port="}, {"PGUSER", "user="}}) {
      const std::size_t at = words.find(word) + std::string(word).size();
      ::setenv(variable, words.substr(at, words.find(' ', at) - at).c_str(), 1);
    }
    const std::string log = scratch_.file("gotify.log");
    process_ = support::Process({{script, kDatabase, std::to_string(port_)}, {}, scratch_.path(), log, log, 0});
    for (const Deadline deadline(kGotifyStartSeconds); !deadline.passed(); ::usleep(50'000)) {
      if (!process_.running()) fail("Gotify exited at start: " + support::read_text(log));
      if (request_once(port_, get_request(port_, "/health"), 1).first == 200) return;
    }
    fail("Gotify did not answer /health");
  }
  ~GotifyOnPostgres() override {
    process_.signal(SIGTERM);
    process_.wait();
  }
  std::string name() const override { return "Gotify"; }
  std::uint16_t port() const override { return port_; }
  std::int64_t cpu_ns() const override { return bench::cpu_ns(process_.id()); }
  void kill_server() override { process_.kill_hard(); }
  void kill_database() override { postgres_->kill(); }
  std::map<std::uint64_t, std::string> stored() override { return stored_in_postgres(postgres_->superuser(kDatabase)); }

 private:
  static constexpr const char* kDatabase = "gotify_beside";
  SharedServer postgres_;
  support::TemporaryDirectory scratch_;
  std::uint16_t port_;
  support::Process process_;
};

}  // namespace

std::vector<std::unique_ptr<PostTarget>> post_targets(const CommonOptions& options, bool on_postgres) {
  std::vector<std::unique_ptr<PostTarget>> targets;
  if (on_postgres) {
    const auto postgres = std::make_shared<test::PrivatePostgres>(support::Settings{{"shared_buffers", "128MB"}});
    disk_folder(postgres->folder());
    targets.push_back(std::make_unique<OnPostgres>(options, postgres));
    targets.push_back(std::make_unique<OnSqlite>(options));
    const char* const gotify = std::getenv("PUSH_BENCH_GOTIFY");
    if (gotify != nullptr) targets.push_back(std::make_unique<GotifyOnPostgres>(gotify, options, postgres));
  } else {
    targets.push_back(std::make_unique<OnSqlite>(options));
  }
  return targets;
}

}  // namespace push::bench
