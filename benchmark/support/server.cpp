#include "benchmark/support/server.hpp"

#include <sys/vfs.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <utility>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

constexpr double kStartSeconds = 15;

}  // namespace

std::string disk_folder(const std::string& directory) {
  std::filesystem::create_directories(directory);
  constexpr long kTmpfs = 0x01021994;
  struct statfs info {};
  must(::statfs(directory.c_str(), &info), "statfs");
  if (info.f_type == kTmpfs) fail(directory + " is a tmpfs, where nothing is durable; use --dir");
  return directory;
}

Server::Server(ServerOptions options)
    : options_(std::move(options)), scratch_(disk_folder(options_.directory)), port_(support::free_port()) {
  if (::access(options_.program.c_str(), X_OK) != 0) fail(options_.program + ": no such program; build it first");
  write_config();
  const std::vector<std::string> under = std::exchange(options_.under, {});
  start();
  stop();
  if (options_.postgres.empty()) {
    seed(database(), options_.users);
  } else if (options_.users != 0) {
    seed_postgres(options_.postgres, options_.users);
  }
  if (options_.seed_more) options_.seed_more(database());
  options_.under = under;
  start();
}

std::int64_t Server::cpu_ns() const {
  return bench::cpu_ns(process_.id());
}

std::string Server::database() const {
  return scratch_.path() + "/gotify.db";
}

void Server::write_config() const {
  std::ofstream file(scratch_.path() + "/config.yml");
  file << "loglevel: warn\n"
       << "server:\n  listenaddr: 127.0.0.1\n  port: " << port_ << "\n  threads: " << options_.threads << "\n"
       << "  keepaliveperiodseconds: " << options_.keepalive_seconds << "\n"
       << "  stream:\n    pingperiodseconds: " << options_.ping_seconds << "\n"
       << (options_.shards != 0 ? "    shards: " + std::to_string(options_.shards) + "\n" : "")
       << "database:\n  dialect: " << (options_.postgres.empty() ? "sqlite3" : "postgres") << "\n"
       << "  connection: \"" << (options_.postgres.empty() ? database() : options_.postgres) << "\"\n"
       << (options_.bus.empty() ? ""
                                : "cluster:\n  bus: " + options_.bus + "\n  node: " + options_.node +
                                      "\n  nats:\n    url: " + options_.nats + "\n")
       << "uploadedimagesdir: " << scratch_.path() << "/images\n"
       << "passstrength: 4\n";
  if (!file.flush()) fail("cannot write " + scratch_.path() + "/config.yml");
}

void Server::start() {
  std::vector<std::string> command = options_.under;
  command.insert(command.end(), {options_.program, "--config", scratch_.path() + "/config.yml"});
  const std::string log = scratch_.file("server.log");
  process_ = support::Process({command, {}, scratch_.path(), log, log, 0});
  for (const Deadline deadline(kStartSeconds); !deadline.passed(); ::usleep(20'000)) {
    if (!process_.running()) fail("the server exited at start: " + log_tail());
    if (request_once(port_, get_request(port_, "/health"), 1).first == 200) return;
  }
  fail("the server did not answer /health: " + log_tail());
}

void Server::stop() {
  process_.signal(SIGTERM);
  process_.wait();
}

std::string Server::log_tail() const {
  const std::string whole = support::read_text(scratch_.file("server.log"));
  return whole.size() > 2000 ? whole.substr(whole.size() - 2000) : whole;
}

}  // namespace push::bench
