// `sharded-gotify healthcheck` finds the server wherever its configuration says it is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "support/server_process.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using testing::StartsWith;

class Healthcheck : public testing::Test {
 protected:
  Completed check(Settings environment = {}, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"healthcheck"};
    words.insert(words.end(), more.begin(), more.end());
    environment.emplace("HOME", directory_.file("home"));
    return run_program(words, environment, directory_.path());
  }
  std::string port() const { return std::to_string(server_.address().port); }
  void expect_well(const Completed& done, const std::string& address) {
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_EQ(done.out, "healthy address=" + address + "\n");
    EXPECT_EQ(done.err, "");
  }

  ServerProcess server_;
  TemporaryDirectory directory_;
};

TEST_F(Healthcheck, ReadsTheAddressAndThePortFromWhereTheServerDoes) {
  server_.set("GOTIFY_SERVER_LISTENADDR", "");
  server_.start();
  for (const char* listens : {"", "0.0.0.0", "127.0.0.1"}) {
    expect_well(check({{"GOTIFY_SERVER_PORT", port()}, {"GOTIFY_SERVER_LISTENADDR", listens}}), "127.0.0.1:" + port());
  }
  if (has_ipv6_loopback()) {
    for (const char* listens : {"::", "[::]", "::1"})
      expect_well(check({{"GOTIFY_SERVER_PORT", port()}, {"GOTIFY_SERVER_LISTENADDR", listens}}), "[::1]:" + port());
  }
  expect_well(check({{"GOTIFY_SERVER_PORT", port()}, {"GOTIFY_SERVER_LISTENADDR", "localhost"}}),
              "127.0.0.1:" + port());
  std::ofstream(directory_.file("config.yml")) << "server:\n  port: " << port() << "\n  listenaddr: 127.0.0.1\n";
  expect_well(check(), "127.0.0.1:" + port());
  std::filesystem::rename(directory_.file("config.yml"), directory_.file("other.yml"));
  expect_well(check({}, {"--config", "other.yml", "--timeout", "10"}), "127.0.0.1:" + port());
}

TEST_F(Healthcheck, AsksAUnixSocket) {
  const std::string address = "unix:" + server_.directory() + "/socket";
  server_.set("GOTIFY_SERVER_LISTENADDR", address);
  server_.start();
  expect_well(check({{"GOTIFY_SERVER_LISTENADDR", address}}), address);
}

TEST_F(Healthcheck, SaysInOneLineWhatIsWrong) {
  const std::string nobody = std::to_string(free_port());
  const Completed refused = check({{"GOTIFY_SERVER_PORT", nobody}});
  EXPECT_EQ(refused.code, 1);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(refused.err, "unhealthy address=127.0.0.1:" + nobody + " error=\"Connection refused\"\n");

  server_.start();
  ::kill(server_.id(), SIGSTOP);
  const Completed late = check({{"GOTIFY_SERVER_PORT", port()}}, {"--timeout", "1"});
  ::kill(server_.id(), SIGCONT);
  EXPECT_EQ(late.code, 1);
  EXPECT_EQ(late.err, "unhealthy address=127.0.0.1:" + port() + " error=\"Connection timed out\"\n");

  EXPECT_EQ(check({{"GOTIFY_SERVER_PORT", "0"}}).err,
            "unhealthy address=unknown error=\"server.port is 0, so the port is known only to the server\"\n");
  const Completed wrong = check({{"GOTIFY_SERVER_PORT", "x"}});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_EQ(wrong.err, "GOTIFY_SERVER_PORT: x: must be a whole number from 0 to 65535\n");
  EXPECT_THAT(check({{"GOTIFY_SERVER_LISTENADDR", "no-such-host.invalid"}}).err,
              StartsWith("unhealthy address=unknown error=\"no-such-host.invalid: "));
}

// The metrics page answers 404 to /health.
TEST_F(Healthcheck, AnythingButA200IsUnwell) {
  server_.start();
  const std::string other = std::to_string(server_.metrics_address().port);
  const Completed done = check({{"GOTIFY_SERVER_PORT", other}});
  EXPECT_EQ(done.code, 1);
  EXPECT_EQ(done.err, "unhealthy address=127.0.0.1:" + other + " error=\"answered HTTP/1.1 404 Not Found\"\n");
}

}  // namespace
}  // namespace push::support
