// Rules that a single exchange cannot test.
#include <gtest/gtest.h>

#include "conformance/play.hpp"
#include "support/gotify.hpp"
#include "support/wait.hpp"

namespace push::conformance {
namespace {

// protocol 1.7: an expired client is invisible to every look-up at once, in memory too.
TEST(RulesItself, S1_7_3_AClientThatExpiresIsUnknownAtOnce) {
  for (const Mode mode : {Mode::v2, Mode::v3}) {
    SCOPED_TRACE(name_of(mode));
    Stage& stage = stage_for("Expiry", Plan{mode, 1, 0, false}, {});
    Values values = stage.shared();
    support::HttpClient owner = stage.server().http(headers_for("B", values));
    const Request create = {.line = "POST /client",
                            .type = support::kJson,
                            .body = R"({"name":"short","expiresAfterInactivitySeconds":1})",
                            .keep = "short"};
    ASSERT_EQ(send(owner, create, values).status, 200);
    support::HttpClient client = stage.server().http({support::key_header(values.at("short.token"))});
    ASSERT_EQ(client.get("/current/user").status, 200);
    EXPECT_TRUE(support::eventually([&client] { return client.get("/current/user").status != 200; }));
    EXPECT_EQ(client.get("/current/user").body, support::unauthorized_body());
    const auto clients = owner.get("/client");
    EXPECT_EQ(clients.body.find(R"("name":"short")"), std::string::npos) << clients.body;
  }
}

}  // namespace
}  // namespace push::conformance
