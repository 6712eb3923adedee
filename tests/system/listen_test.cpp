// Every kind of listen address serves requests and streams, and an address in use is reported.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/api_test.hpp"

namespace push::support {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Listen : public ApiTest {
 protected:
  void SetUp() override {}

  void expect_service() {
    StreamClient listener = stream();
    HttpClient http = poster();
    const std::string message = post_message(http, "hello");
    EXPECT_EQ(listener.next_message(), message + "\n");
  }
};

TEST_F(Listen, OnIpv6) {
  if (!has_ipv6_loopback()) GTEST_SKIP() << "this machine has no IPv6";
  start({{"GOTIFY_SERVER_LISTENADDR", "::1"}});
  expect_service();
  EXPECT_EQ(server_.stop(), 0);
}

TEST_F(Listen, OnAHostName) {
  start({{"GOTIFY_SERVER_LISTENADDR", "localhost"}});
  expect_service();
}

TEST_F(Listen, OnEveryAddressByBothProtocols) {
  server_.set("GOTIFY_SERVER_LISTENADDR", "");
  server_.start();
  const std::uint16_t port = server_.address().port;
  EXPECT_EQ(HttpClient({"127.0.0.1", port}).get("/version").status, 200);
  if (has_ipv6_loopback()) {
    EXPECT_EQ(HttpClient({"::1", port}).get("/version").status, 200);
  }
  EXPECT_EQ(server_.stop(), 0);  // the log is whole
  EXPECT_THAT(server_.log(), HasSubstr("Listen address=all port=" + std::to_string(port)));
  EXPECT_THAT(server_.log(), HasSubstr("SECURITY")) << "no warning about admin/admin on every address";
}

TEST_F(Listen, OnAUnixSocketThatIsGoneAfterwards) {
  const std::string path = server_.directory() + "/socket";
  start({{"GOTIFY_SERVER_LISTENADDR", "unix:" + path}});
  expect_service();
  const auto mode = std::filesystem::status(path).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::all) << "as Gotify: the directory decides who may connect";
  EXPECT_EQ(server_.stop(), 0);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(Listen, AUnixSocketThatAKilledServerLeftIsReplaced) {
  const std::string path = server_.directory() + "/socket";
  start({{"GOTIFY_SERVER_LISTENADDR", "unix:" + path}});
  server_.kill9();
  EXPECT_TRUE(std::filesystem::exists(path));
  server_.start();
  expect_service();
}

TEST_F(Listen, OnATakenAddressIsOneLineAndExitCode1) {
  start({});
  const std::string port = std::to_string(server_.address().port);
  const auto second = [&](const Settings& settings) {
    Settings all = settings;
    all.insert({{"GOTIFY_DATABASE_CONNECTION", server_.directory() + "/second.db"},
                {"GOTIFY_PASSSTRENGTH", "4"},
                {"GOTIFY_LOGLEVEL", "error"}});
    return run_program({}, all, server_.directory());
  };
  const Completed taken = second({{"GOTIFY_SERVER_LISTENADDR", "127.0.0.1"}, {"GOTIFY_SERVER_PORT", port}});
  EXPECT_EQ(taken.code, 1);
  EXPECT_EQ(taken.out, "");
  EXPECT_EQ(taken.err,
            "sharded-gotify: cannot start: cannot listen on 127.0.0.1:" + port + ": bind: Address already in use\n");
  const Completed metrics = second({{"GOTIFY_SERVER_LISTENADDR", "127.0.0.1"},
                                    {"GOTIFY_SERVER_PORT", std::to_string(free_port())},
                                    {"GOTIFY_SERVER_METRICS_PORT", port}});
  EXPECT_EQ(metrics.code, 1);
  EXPECT_THAT(metrics.err, HasSubstr("127.0.0.1:" + port));
  expect_service();
}

TEST_F(Listen, OnAnAddressThatIsNotThisMachinesIsOneLineAndExitCode1) {
  const Completed completed = run_program({},
                                          {{"GOTIFY_DATABASE_CONNECTION", server_.database_path()},
                                           {"GOTIFY_PASSSTRENGTH", "4"},
                                           {"GOTIFY_SERVER_LISTENADDR", "192.0.2.1"},
                                           {"GOTIFY_SERVER_PORT", std::to_string(free_port())}},
                                          server_.directory());
  EXPECT_EQ(completed.code, 1);
  EXPECT_THAT(completed.err, StartsWith("sharded-gotify: cannot start: cannot listen on 192.0.2.1:"));
}

}  // namespace
}  // namespace push::support
