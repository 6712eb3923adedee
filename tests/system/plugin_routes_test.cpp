// The answers of a server without plugins (protocol 8).
#include "support/api_test.hpp"

namespace push::support {
namespace {

class PluginRoutes : public ApiTest {};

TEST_F(PluginRoutes, ThereAreNone) {
  HttpClient http = reader();
  const Answer list = http.get("/plugin");
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.body, "[]");
  const std::pair<const char*, const char*> rows[] = {
      {"GET", "config"}, {"POST", "config"}, {"GET", "display"}, {"POST", "enable"}, {"POST", "disable"}};
  for (const auto& [method, what] : rows) {
    SCOPED_TRACE(what);
    EXPECT_EQ(http.request(method, std::string("/plugin/1/") + what).body, error_body(404, "unknown plugin"));
    EXPECT_EQ(http.request(method, std::string("/plugin/x/") + what).body, error_body(400, "invalid id"));
    EXPECT_EQ(nobody().request(method, std::string("/plugin/x/") + what).body, unauthorized_body());
  }
}

TEST_F(PluginRoutes, AndSoThereAreNoPagesOfTheirs) {
  HttpClient http = nobody();
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    const Answer answer = http.request(method, "/plugin/1/custom/Pabcdefghijklmn/hook?x=1");
    EXPECT_EQ(answer.status, 404) << method;
    EXPECT_EQ(answer.body, error_body(404, "page not found")) << method;
  }
}

}  // namespace
}  // namespace push::support
