#include "push/api/readiness.hpp"

#include <gtest/gtest.h>

#include "api/handler_test.hpp"
#include "support/wait.hpp"

namespace push::api {
namespace {

struct ReadinessTest : HandlerTest {};

TEST_F(ReadinessTest, ANodeThatDrainsIsAliveButNotReady) {
  EXPECT_EQ(answer("GET", "/livez"), "200 alive\n");
  EXPECT_EQ(answer("GET", "/readyz"), "200 ready\n");
  readiness.set_draining();
  EXPECT_EQ(answer("GET", "/livez"), "200 alive\n");
  EXPECT_EQ(answer("GET", "/readyz"), "503 draining\n");
  EXPECT_EQ(call("GET", "/readyz").content_type, "text/plain; charset=utf-8");
  EXPECT_TRUE(call("GET", "/readyz").no_store);
}

TEST_F(ReadinessTest, ADatabaseMayBeAwayForAMoment) {
  Readiness patient(store, nullptr, std::chrono::hours(1));
  Readiness impatient(store, nullptr, std::chrono::milliseconds(1));
  store.broken = true;
  EXPECT_EQ(patient.trouble(), std::nullopt);
  EXPECT_TRUE(support::eventually([&] { return impatient.trouble() == "the database does not answer"; }));
  store.broken = false;
  EXPECT_EQ(impatient.trouble(), std::nullopt);
}

}  // namespace
}  // namespace push::api
