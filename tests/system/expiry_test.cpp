// A client that is not used expires; an open stream counts as a use of its client (protocol 2.6).
#include <unistd.h>

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
    return Database(server_.database_path())
        .value("SELECT " + name + " FROM clients WHERE id = " + std::to_string(client));
  }
  void update(const std::string& assignments, std::uint64_t client) const {
    Database(server_.database_path())
        .run("UPDATE clients SET " + assignments + " WHERE id = " + std::to_string(client));
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
  const std::string expiry = column("datetime('now', '+1 minute')", client_.id) + "+00:00";
  update("last_used = NULL, expires_after_inactivity_seconds = 3600, expires_at = '" + expiry + "'", client_.id);
  EXPECT_TRUE(eventually([this] { return !column("last_used", client_.id).empty(); }));
  EXPECT_GT(column("expires_at", client_.id), expiry);
}

TEST_F(Expiry, NeverMovesBack) {
  const StreamClient listener = stream();
  const std::string expiry = "2100-01-02 03:04:05+00:00";
  update("last_used = NULL, expires_after_inactivity_seconds = 3600, expires_at = '" + expiry + "'", client_.id);
  EXPECT_TRUE(eventually([this] { return !column("last_used", client_.id).empty(); }));
  EXPECT_EQ(column("expires_at", client_.id), expiry);
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

// With libfaketime (Debian's faketime) the wall clock jumps and the steady clock does not.
class ClockJump : public Expiry {
 protected:
  void SetUp() override {
    if (::access(kLibrary, R_OK) != 0) GTEST_SKIP() << kLibrary << " is missing (scripts/install-deps check)";
    set_clock("+0");
    start({{"LD_PRELOAD", kLibrary},
           {"FAKETIME_TIMESTAMP_FILE", clock_file()},
           {"FAKETIME_CACHE_DURATION", "1"},
           {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
           {"GOTIFY_SERVER_TOKENPERIODSECONDS", "60"}});
  }
  std::string clock_file() const { return server_.directory() + "/clock"; }
  void set_clock(const std::string& offset) const { std::ofstream(clock_file()) << offset << '\n'; }
  // Until the server has seen `count` jumps, and a few rounds of the housekeeper more.
  void await_jump(std::size_t count) const {
    ASSERT_TRUE(eventually([&] {
      std::size_t seen = 0;
      const std::string log = server_.log();
      for (std::size_t at = log.find("clock jumped"); at != std::string::npos; at = log.find("clock jumped", at + 1)) {
        ++seen;
      }
      return seen >= count;
    }));
    std::this_thread::sleep_for(std::chrono::milliseconds(2500));
  }

 private:
  static constexpr const char* kLibrary = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
};

TEST_F(ClockJump, ThereAndBackDeletesNobody) {
  HttpClient owner = server_.http(admin().basic());
  const Created held = create_client(owner, "held");
  const Created polls = create_client(owner, "polls");
  const Created absent = create_client(owner, "absent");
  for (const std::uint64_t id : {held.id, polls.id, absent.id}) {
    EXPECT_EQ(owner
                  .request("PUT", "/client/" + std::to_string(id), {"Content-Type: application/json"},
                           R"({"name":"short","expiresAfterInactivitySeconds":600})")
                  .status,
              200);
  }
  StreamClient stream = server_.stream(held.key());
  set_clock("+365d");
  await_jump(1);
  EXPECT_EQ(server_.http(polls.key()).get("/message").status, 200);
  for (const std::uint64_t id : {held.id, polls.id, absent.id}) EXPECT_NE(column("id", id), "");
  set_clock("+0");
  await_jump(2);
  for (const Created& client : {held, polls, absent}) {
    EXPECT_EQ(server_.http(client.key()).get("/message").status, 200);
  }
  HttpClient http = poster();
  EXPECT_EQ(stream.next_message(), post_message(http, "hello") + "\n");
}

}  // namespace
}  // namespace push::support
