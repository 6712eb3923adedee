// The server under measurement: build/<preset>/sharded-gotify with a configuration and a data directory of its own.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace push::bench {

struct ServerOptions {
  std::string program;
  std::string directory;  // on a disk; the data goes into a temporary directory inside
  unsigned threads = 0;   // 0 = one per core
  unsigned users = 1;     // seeded (database.hpp); 0 = another one has done it
  unsigned ping_seconds = 45;
  int keepalive_seconds = 0;                                     // of TCP; 0 = the server's default, -1 = off
  unsigned shards = 0;                                           // of the registry; 0 = the server's default
  std::function<void(const std::string& database)> seed_more{};  // after the users
  std::string postgres{};            // database.connection of PostgreSQL; "" = SQLite in the temporary directory
  std::string bus{};                 // of several servers on it; "" = this is the only one
  std::string node{};                // with a bus: its name
  std::string nats{};                // with the bus nats: the URL
  std::vector<std::string> under{};  // words in front of the command, once the database is seeded
};

// Creates the directory if it is missing, and fails if it is on a tmpfs, where nothing is durable.
std::string disk_folder(const std::string& directory);

class Server {
 public:
  // Starts once to create the tables, seeds, and starts again; returns when /health answers 200.
  explicit Server(ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const { return port_; }
  pid_t pid() const { return process_.id(); }
  std::int64_t cpu_ns() const;
  std::string database() const;  // the file of SQLite

  void stop();
  void kill_hard() { process_.kill_hard(); }
  // After kill_hard() or stop(): a new process with the same data on the same port.
  void start();

 private:
  void write_config() const;
  std::string log_tail() const;

  ServerOptions options_;
  support::TemporaryDirectory scratch_;
  std::uint16_t port_ = 0;
  support::Process process_;
};

}  // namespace push::bench
