// A client that expires loses its streams, and no other client does; an open stream counts as a use of its client
// (protocol 2.6).
#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

class Expiry : public ApiTest {
 protected:
  void SetUp() override { start({{"GOTIFY_SERVER_TOKENPERIODSECONDS", "1"}}); }

  std::string column(const std::string& name, std::uint64_t client) const {
    return Database(server_.database_path())
        .value("SELECT " + name + " FROM clients WHERE id = " + std::to_string(client));
  }
  void update(const std::string& assignments, std::uint64_t client) const {
    Database(server_.database_path())
        .run("UPDATE clients SET " + assignments + " WHERE id = " + std::to_string(client));
  }
};

TEST_F(Expiry, ClosesTheStreamsOfThatClientAndNoOther) {
  HttpClient owner = server_.http(admin().basic());
  const Created guest = create_client(owner, "guest");
  StreamClient first = server_.stream(guest.key());
  StreamClient second = server_.stream(guest.key());
  StreamClient other = stream();
  StreamClient basic = server_.stream(admin().basic());
  update("expires_at = '2026-01-02 03:04:05+00:00'", guest.id);
  EXPECT_EQ(first.next().kind, StreamEvent::Kind::end);
  EXPECT_EQ(second.next().kind, StreamEvent::Kind::end);
  EXPECT_EQ(server_.http(guest.key()).get("/message").status, 401);
  EXPECT_EQ(column("id", guest.id), "");

  HttpClient http = poster();
  const std::string message = post_message(http, "hello");
  EXPECT_EQ(other.next_message(), message + "\n");
  EXPECT_EQ(basic.next_message(), message + "\n");
}

TEST_F(Expiry, IsPutOffByAnOpenStream) {
  const StreamClient listener = stream();
  const std::string expiry = "2100-01-02 03:04:05+00:00";
  update("last_used = NULL, expires_after_inactivity_seconds = 3600, expires_at = '" + expiry + "'", client_.id);
  EXPECT_TRUE(eventually([this] { return !column("last_used", client_.id).empty(); }));
  EXPECT_NE(column("expires_at", client_.id), expiry);
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
