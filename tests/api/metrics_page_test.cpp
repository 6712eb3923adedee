#include "push/api/metrics_page.hpp"

#include <gtest/gtest.h>

#include "api/ask.hpp"
#include "push/net/loop_pool.hpp"
#include "support/empty_archive.hpp"

namespace push::api {
namespace {

TEST(MetricsPage, ServesPrometheusTextAndNothingElse) {
  config::Server settings;
  settings.threads = 1;
  metrics::Registry metrics;
  metrics.counter("push_test_total", "A count.").add(7);
  hub::Hub hub(1);
  test::EmptyArchive archive;
  net::LoopPool loops(settings, hub, metrics, archive);
  MetricsPage page(metrics, {"push"});
  const auto port = loops.listen("127.0.0.1", 0, page, nullptr);
  ASSERT_TRUE(port) << port.error().text;
  loops.start();
  const std::string answer = ask(*port, request("GET /metrics"));
  EXPECT_EQ(header(answer, "Content-Type"), "text/plain; version=0.0.4");
  EXPECT_NE(body(answer).find("push_test_total 7\n"), std::string::npos);
  EXPECT_EQ(status(ask(*port, request("GET /message"))), "404");
  EXPECT_EQ(status(ask(*port, request("POST /metrics"))), "404");
  const auto asked_for = [&](const std::string& host) {
    return status(ask(*port, "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"));
  };
  for (const char* host : {"127.0.0.1", "10.0.0.1:9090", "[::1]:9090", "localhost:9090", "LocalHost", "PUSH:9090"})
    EXPECT_EQ(asked_for(host), "200") << host;
  for (const char* host : {"evil.example", "push.evil.example:9090", "127.0.0.1.evil.example", "1"})
    EXPECT_EQ(asked_for(host), "403") << host << ": a name that was rebound to this address";
  loops.stop();
}

}  // namespace
}  // namespace push::api
