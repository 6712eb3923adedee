// What `post` posts to: this server on SQLite or on PostgreSQL, or Gotify on the same PostgreSQL.
#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/scenarios.hpp"
#include "support/postgres_server.hpp"

namespace push::bench {

class PostTarget {
 public:
  virtual ~PostTarget() = default;
  virtual std::string name() const = 0;
  virtual std::uint16_t port() const = 0;
  virtual std::int64_t cpu_ns() const = 0;
  // SIGKILL, either to the server or to its database.
  virtual void kill_server() = 0;
  virtual void kill_database() = 0;
  // Every stored message as id -> text. The database is started again if it was killed.
  virtual std::map<std::uint64_t, std::string> stored() = 0;
};

// The first is the one that is killed. `on_postgres`: this server on PostgreSQL, on SQLite, and Gotify if the variable
// PUSH_BENCH_GOTIFY names a script that starts it; otherwise this server on SQLite.
std::vector<std::unique_ptr<PostTarget>> post_targets(const CommonOptions& options, bool on_postgres);

}  // namespace push::bench
