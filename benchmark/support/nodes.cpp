#include "benchmark/support/nodes.hpp"

#include <unistd.h>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"
#include "benchmark/support/socket.hpp"

namespace push::bench {
namespace {

constexpr double kStartSeconds = 10;
constexpr const char* kProgram = "/usr/sbin/nats-server";

}  // namespace

NatsServer::NatsServer() : port_(support::free_port()) {
  if (::access(kProgram, X_OK) != 0) fail(std::string("there is no ") + kProgram + ": scripts/install-deps cluster");
  const std::string log = scratch_.file("log");
  process_ =
      support::Process({{kProgram, "-a", "127.0.0.1", "-p", std::to_string(port_)}, {}, scratch_.path(), log, log, 0});
  for (const Deadline deadline(kStartSeconds); !deadline.passed(); ::usleep(20'000)) {
    if (!process_.running()) fail("nats-server exited at start: " + support::read_text(log));
    if (support::read_text(log).find("Server is ready") != std::string::npos) return;
  }
  fail("nats-server was not ready: " + support::read_text(log));
}

Nodes::Nodes(const CommonOptions& options, test::PrivatePostgres& postgres, const NatsServer& nats, std::size_t count,
             const std::string& bus, unsigned users)
    : connection_(postgres.new_database()) {
  for (std::size_t number = 1; number <= count; ++number) {
    servers_.push_back(std::make_unique<Server>(ServerOptions{.program = options.program,
                                                              .directory = options.dir,
                                                              .threads = options.threads,
                                                              .users = number == 1 ? users : 0,
                                                              .postgres = connection_,
                                                              .bus = bus == "none" ? "" : bus,
                                                              .node = "n" + std::to_string(number),
                                                              .nats = nats.url()}));
  }
}

std::int64_t Nodes::cpu_ns() const {
  std::int64_t sum = 0;
  for (const auto& server : servers_) sum += server->cpu_ns();
  return sum;
}

std::uint64_t Nodes::stored() const {
  return std::stoull(test::psql(connection_, "SELECT count(*) FROM messages").front());
}

}  // namespace push::bench
