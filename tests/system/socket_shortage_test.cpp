// Strangers that keep connections open do not lock others out.
#include <vector>

#include "support/api_test.hpp"

namespace push::support {
namespace {

class SocketShortage : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_MAXCONNECTIONS", "100"}}); }
};

TEST_F(SocketShortage, IdleConnectionsGiveWay) {
  StreamClient listener = stream();
  std::vector<HttpClient> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(nobody());
    EXPECT_EQ(idle.back().get("/version").status, 200) << i;
  }
  EXPECT_GT(server_.metric("push_http_gave_way_total"), 0);
  HttpClient http = poster();
  post_message(http, "heard");
  EXPECT_NE(listener.next_message().find("heard"), std::string::npos) << "a stream does not give way";
}

}  // namespace
}  // namespace push::support
