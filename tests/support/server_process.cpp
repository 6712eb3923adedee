#include "support/server_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "support/postgres_server.hpp"
#include "support/transcript.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr int kPorts = 5;  // tried until one is still free

// Wherever the test is, it ends here.
void skip_on_postgres() {
  if (!on_postgres()) return;
  [] { GTEST_SKIP() << "of SQLite only"; }();
  throw testing::AssertionException(testing::TestPartResult(testing::TestPartResult::kSkip, nullptr, 0, ""));
}

}  // namespace

bool on_postgres() {
  const char* const dialect = std::getenv("PUSH_TEST_DIALECT");
  return dialect != nullptr && std::string_view(dialect) == "postgres";
}

ServerProcess::ServerProcess(Settings settings) : settings_(std::move(settings)) {
  if (on_postgres() && !settings_.contains("GOTIFY_DATABASE_CONNECTION")) {
    settings_["GOTIFY_DATABASE_DIALECT"] = "postgres";
    settings_["GOTIFY_DATABASE_CONNECTION"] = test::postgres().new_database();
    has_own_database_ = true;
  }
  settings_.insert({{"GOTIFY_SERVER_LISTENADDR", "127.0.0.1"},
                    {"GOTIFY_DATABASE_CONNECTION", directory_.file("gotify.db")},
                    {"GOTIFY_UPLOADEDIMAGESDIR", directory_.file("images")},
                    {"GOTIFY_PASSSTRENGTH", "4"},
                    {"NOCOLOR", "1"}});
  if (keeps_transcripts()) settings_.insert({"GOTIFY_LOGLEVEL", "trace"});
}

void ServerProcess::drop_database() {
  if (!has_own_database_) return;
  process_.kill_hard();
  try {
    test::postgres().drop_database(database());
  } catch (const Failure& failure) {
    std::printf("the database of the test is left: %s\n", failure.what());
  }
}

ServerProcess::~ServerProcess() {
  drop_database();
  if (keeps_transcripts()) keep_log(log());
  if (!testing::Test::HasFailure()) return;
  std::printf("---- the server's log ----\n%s---- end of the log ----\n", log().c_str());
}

void ServerProcess::limit_file_size(std::uint64_t bytes) {
  skip_on_postgres();
  file_size_limit_ = bytes;
}

std::string ServerProcess::database_path() const {
  skip_on_postgres();
  return directory_.file("gotify.db");
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
