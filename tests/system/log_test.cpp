// A log whose reader has stopped reading: the container's runtime hangs, or somebody pressed Ctrl-S in a terminal.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <regex>

#include "support/gotify.hpp"
#include "support/server_process.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using testing::HasSubstr;

class StalledLog : public testing::Test {
 protected:
  void SetUp() override {
    const std::string fifo = server_.directory() + "/log";
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    // Open for both, so that the server can open it before anybody reads.
    reader_ = ::open(fifo.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
    ASSERT_GT(::fcntl(reader_, F_SETPIPE_SZ, 4096), 0);
    server_.write_log_to(fifo);
    server_.set("GOTIFY_LOGLEVEL", "debug");
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app");
    client_ = create_client(owner, "client");
  }
  void TearDown() override { ::close(reader_); }

  // More lines than the pipe and the queue hold, most of them by strangers.
  void fill() {
    constexpr int kRequests = 6000;
    constexpr int kAtOnce = 50;
    const std::string unknown = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n";
    std::string some;
    for (int i = 0; i < kAtOnce; ++i) some += unknown;
    HttpClient stranger = server_.http();
    stranger.get("/version");
    for (int i = 0; i < kRequests / kAtOnce; ++i) {
      stranger.write(some);
      for (int k = 0; k < kAtOnce; ++k) ASSERT_EQ(stranger.read().status, 404);
    }
  }

  std::string read_log() {
    std::string text;
    char part[4096];
    for (ssize_t size = 0; (size = ::read(reader_, part, sizeof part)) > 0;)
      text.append(part, static_cast<std::size_t>(size));
    return text;
  }

  ServerProcess server_;
  int reader_ = -1;
  Created application_;
  Created client_;
};

TEST_F(StalledLog, StopsNobodyAndSaysAfterwardsHowManyLinesAreMissing) {
  StreamClient stream = server_.stream(client_.key());
  fill();
  HttpClient sender = server_.http(application_.key());
  const std::string message = post_message(sender, "while nobody reads");
  EXPECT_EQ(stream.next_message(), message + "\n");
  EXPECT_EQ(server_.http().get("/health").status, 200);
  EXPECT_EQ(server_.http(client_.key()).get("/message").status, 200);

  const double dropped = server_.metric("push_log_dropped_total");
  EXPECT_GT(dropped, 0);
  std::string log;
  const std::regex missing("WRN log lines missing dropped=(\\d+)\n");
  std::smatch found;
  ASSERT_TRUE(eventually([&] {
    log += read_log();
    return std::regex_search(log, found, missing);
  })) << log;
  EXPECT_GE(std::stod(found[1]), dropped);
  ASSERT_TRUE(eventually([&] {
    log += read_log();
    return log.find("path=/health") != std::string::npos;
  }));
  // Everything that is logged is read again at its end.
  server_.terminate();
  ASSERT_TRUE(eventually([&] {
    log += read_log();
    return !server_.running();
  }));
  EXPECT_EQ(server_.wait(), 0);
  EXPECT_THAT(log + read_log(), HasSubstr("INF stopped\n"));
}

TEST_F(StalledLog, DoesNotHoldUpTheEnd) {
  fill();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(server_.stop(), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace push::support
