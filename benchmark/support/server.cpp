#include "benchmark/support/server.hpp"

#include <sys/vfs.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/database.hpp"
#include "benchmark/support/post_pool.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

constexpr double kStartSeconds = 15;
constexpr double kStopSeconds = 20;

void require_a_disk(const std::string& directory) {
  constexpr long kTmpfs = 0x01021994;
  struct statfs info {};
  must(::statfs(directory.c_str(), &info), "statfs");
  if (info.f_type == kTmpfs) fail(directory + " is in memory (tmpfs), so nothing there is durable; use --dir");
}

}  // namespace

Scratch::Scratch(const std::string& parent) {
  std::filesystem::create_directories(parent);
  require_a_disk(parent);
  static unsigned number = 0;  // several at once have one each
  path_ = parent + "/server-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  std::filesystem::create_directory(path_);
}

Scratch::~Scratch() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Server::Server(ServerOptions options) : options_(std::move(options)), scratch_(options_.directory), port_(free_port()) {
  if (::access(options_.program.c_str(), X_OK) != 0) fail(options_.program + ": no such program; build it first");
  write_config();
  const std::vector<std::string> under = std::exchange(options_.under, {});
  start();
  stop();
  seed(database(), options_.users);
  if (options_.seed_more) options_.seed_more(database());
  options_.under = under;
  start();
}

std::int64_t Server::cpu_ns() const {
  return bench::cpu_ns(process_.pid());
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
       << "database:\n  dialect: sqlite3\n  connection: " << database() << "\n"
       << "uploadedimagesdir: " << scratch_.path() << "/images\n"
       << "passstrength: 4\n";
  if (!file.flush()) fail("cannot write " + scratch_.path() + "/config.yml");
}

void Server::start() {
  std::vector<std::string> command = options_.under;
  command.insert(command.end(), {options_.program, "--config", scratch_.path() + "/config.yml"});
  process_ = Process::exec(command, scratch_.path(), scratch_.path() + "/server.log");
  for (const Deadline deadline(kStartSeconds); !deadline.passed(); ::usleep(20'000)) {
    if (!process_.running()) fail("the server ended at once: " + log_tail());
    if (request_once(port_, get_request(port_, "/health"), 1).first == 200) return;
  }
  fail("the server did not answer /health: " + log_tail());
}

void Server::stop() {
  process_.terminate(kStopSeconds);
}

std::string Server::log_tail() const {
  std::ifstream file(scratch_.path() + "/server.log");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string whole = text.str();
  return whole.size() > 2000 ? whole.substr(whole.size() - 2000) : whole;
}

}  // namespace push::bench
