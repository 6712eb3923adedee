// Several servers on one PostgreSQL database, with a bus between them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmark/support/scenario.hpp"
#include "benchmark/support/server.hpp"
#include "support/postgres_server.hpp"
#include "support/process.hpp"

namespace push::bench {

// A nats-server of the benchmark's own.
class NatsServer {
 public:
  NatsServer();
  std::string url() const { return "nats://127.0.0.1:" + std::to_string(port_); }

 private:
  support::TemporaryDirectory scratch_;
  std::uint16_t port_;
  support::Process process_;
};

class Nodes {
 public:
  // bus: "none" for one node, "postgres" or "nats". users: seeded. The database is a new one.
  Nodes(const CommonOptions& options, test::PrivatePostgres& postgres, const NatsServer& nats, std::size_t count,
        const std::string& bus, unsigned users);

  Server& operator[](std::size_t number) { return *servers_[number]; }
  std::size_t size() const { return servers_.size(); }
  std::int64_t cpu_ns() const;   // of all
  std::uint64_t stored() const;  // messages in the database

 private:
  std::string connection_;
  std::vector<std::unique_ptr<Server>> servers_;
};

}  // namespace push::bench
