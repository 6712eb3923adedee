// A client that is not used expires; an open stream counts as a use of its client (protocol 2.6).

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class Expiry : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_TOKENPERIODSECONDS", "1"}}); }

  std::string column(const std::string& name, std::uint64_t client) const {
    return Database(server_.database()).value("SELECT " + name + " FROM clients WHERE id = " + std::to_string(client));
  }
  void update(const std::string& assignments, std::uint64_t client) const {
    Database(server_.database()).run("UPDATE clients SET " + assignments + " WHERE id = " + std::to_string(client));
  }
};

TEST_F(Expiry, DeletesWhoIsNotInUseAndNobodyElse) {
  HttpClient owner = server_.http(admin().basic());
  const Created guest = create_client(owner, "guest");
  const Created absent = create_client(owner, "absent");
  StreamClient held = server_.stream(guest.key());
  for (const std::uint64_t id : {guest.id, absent.id}) {
    update("expires_after_inactivity_seconds = 3600, expires_at = '2026-01-02 03:04:05+00:00'", id);
  }
  EXPECT_TRUE(eventually([&] { return column("id", absent.id).empty(); }));
  EXPECT_EQ(server_.http(absent.key()).get("/message").status, 401);
  EXPECT_EQ(server_.http(guest.key()).get("/message").status, 200);
  EXPECT_GT(column("expires_at", guest.id), "2026-01-02 04");

  HttpClient http = poster();
  EXPECT_EQ(held.next_message(), post_message(http, "hello") + "\n");
}

TEST_F(Expiry, IsPutOffByAnOpenStream) {
  const StreamClient listener = stream();
  const std::string expiry = moment(std::chrono::minutes(1));
  update("last_used = NULL, expires_after_inactivity_seconds = 3600, expires_at = " + expiry, client_.id);
  EXPECT_TRUE(eventually([this] { return !column("last_used", client_.id).empty(); }));
  EXPECT_GT("'" + column("expires_at", client_.id), expiry);
}

TEST_F(Expiry, NeverMovesBack) {
  const StreamClient listener = stream();
  const std::string expiry = "2100-01-02 03:04:05+00:00";
  update("last_used = NULL, expires_after_inactivity_seconds = 3600, expires_at = '" + expiry + "'", client_.id);
  EXPECT_TRUE(eventually([this] { return !column("last_used", client_.id).empty(); }));
  EXPECT_THAT(column("expires_at", client_.id), testing::StartsWith("2100-01-02 03:04:05"));
}

TEST_F(Expiry, IsNotPutOffByAStreamThatHasEnded) {
  { const StreamClient listener = stream(); }
  EXPECT_TRUE(eventually([this] { return server_.metric("push_stream_connections") == 0; }));
  const StreamClient basic = server_.stream(admin().basic());
  HttpClient owner = server_.http(admin().basic());
  const Created second = create_client(owner, "second");  // committed behind what was queued for the first one
  update("last_used = NULL", client_.id);
  const StreamClient listener = server_.stream(second.key());
  update("last_used = NULL", second.id);
  EXPECT_TRUE(eventually([&] { return !column("last_used", second.id).empty(); }));
  EXPECT_EQ(column("last_used", client_.id), "");
}

}  // namespace
}  // namespace push::support
