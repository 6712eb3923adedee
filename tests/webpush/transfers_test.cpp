// Where a push may connect to.
#include "webpush/transfers.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "webpush/service.hpp"

namespace push::webpush {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class TransfersTest : public testing::Test {
 protected:
  Outcome send(const std::string& url, bool any_address) {
    transfers.start(7, {url, "vapid t=x, k=y", "normal", "body", any_address});
    for (;;) {
      const auto finished = transfers.wait(milliseconds(100));
      if (finished.empty()) continue;
      EXPECT_EQ(finished[0].id, 7U);
      EXPECT_EQ(transfers.running(), 0U);
      return finished[0];
    }
  }

  Service service;
  Transfers transfers{"", {seconds(5), seconds(10)}};
};

TEST_F(TransfersTest, ANameThatLeadsToThisMachineIsNotConnectedTo) {
  const Outcome outcome = send("http://localhost:" + service.port + "/a", false);
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.delayed());
  EXPECT_NE(outcome.error.find("its address is not one of the Internet"), std::string::npos) << outcome.error;
  EXPECT_EQ(service.connections(), 0U);
}

TEST_F(TransfersTest, UnlessTheListNamesTheAddress) {
  EXPECT_TRUE(send(service.origin + "/a", true).accepted());
  EXPECT_EQ(send(service.origin + "/a", false).status, 0);
  EXPECT_EQ(service.connections(), 1U);
}

TEST_F(TransfersTest, NoProxyOfTheEnvironmentIsUsed) {
  const Service proxy;
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) ::setenv(name, proxy.origin.c_str(), 1);
  EXPECT_TRUE(send(service.origin + "/a", true).accepted());
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  EXPECT_EQ(proxy.connections(), 0U);
  EXPECT_EQ(service.pushes("a"), 1U);
}

TEST_F(TransfersTest, NoRedirectIsFollowed) {
  service.answer("a", {"307 Temporary Redirect\r\nLocation: /b"});
  const Outcome outcome = send(service.origin + "/a", true);
  EXPECT_EQ(outcome.status, 307);
  EXPECT_FALSE(outcome.accepted() || outcome.gone() || outcome.delayed());
  EXPECT_EQ(service.pushes("b"), 0U);
}

TEST_F(TransfersTest, RetryAfterIsReadInSeconds) {
  service.answer("a", {"429 Too Many Requests\r\nRetry-After: 17"});
  const Outcome outcome = send(service.origin + "/a", true);
  EXPECT_TRUE(outcome.delayed());
  EXPECT_EQ(outcome.retry_after, seconds(17));
}

}  // namespace
}  // namespace push::webpush
