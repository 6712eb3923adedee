#include "support/server_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <utility>

#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr int kPorts = 5;  // tried until one is still free

}  // namespace

ServerProcess::ServerProcess(Settings settings) : settings_(std::move(settings)) {
  settings_.insert({{"GOTIFY_SERVER_LISTENADDR", "127.0.0.1"},
                    {"GOTIFY_DATABASE_CONNECTION", database_path()},
                    {"GOTIFY_UPLOADEDIMAGESDIR", directory_.file("images")},
                    {"GOTIFY_PASSSTRENGTH", "4"},
                    {"NOCOLOR", "1"}});
}

ServerProcess::~ServerProcess() {
  if (!testing::Test::HasFailure()) return;
  std::printf("---- the server's log ----\n%s---- end of the log ----\n", log().c_str());
}

void ServerProcess::start() {
  for (int i = 0; i < kPorts; ++i) {
    port_ = free_port();
    do metrics_port_ = free_port();
    while (metrics_port_ == port_);
    Command command{{program_path()}, settings_, directory(), {}, {}, file_size_limit_};
    command.out = command.err = output_.empty() ? directory_.file("server.log") : output_;
    command.environment.emplace("GOTIFY_SERVER_PORT", std::to_string(port_));
    command.environment.emplace("GOTIFY_SERVER_METRICS_PORT", std::to_string(metrics_port_));
    const std::size_t before = log().size();
    process_ = Process(command);
    if (!eventually([this] { return started() || !process_.running(); })) throw Failure("no answer: " + log());
    if (process_.running()) return;
    const std::string said = log().substr(before);
    if (said.find("Address already in use") == std::string::npos) {
      throw Failure("the server did not start, exit code " + std::to_string(process_.wait()) + ": " + said);
    }
  }
  throw Failure("no port is free");
}

bool ServerProcess::started() {
  try {
    return http().get("/health").status == 200;
  } catch (const ConnectionLost&) {
    return false;
  }
}

int ServerProcess::stop() {
  terminate();
  return wait();
}

void ServerProcess::kill9() {
  process_.signal(SIGKILL);
  if (process_.wait() != -SIGKILL) throw Failure("the server ended by itself before it was killed");
}

Address ServerProcess::address() const {
  const std::string& host = settings_.at("GOTIFY_SERVER_LISTENADDR");
  return {host.empty() || host == "localhost" ? "127.0.0.1" : host, port_};
}

double ServerProcess::metric(const std::string& name) const {
  const std::string page = "\n" + HttpClient(metrics_address()).get("/metrics").body;
  const auto at = page.find("\n" + name + " ");
  if (at == std::string::npos) throw Failure("no metric " + name);
  return std::stod(page.substr(at + name.size() + 2));
}

}  // namespace push::support
