// Streams whose client is deleted while they are being opened, and clients that expire: over a real listener and a
// store in memory. One loop and one worker, so that the store is never used by two threads at once.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <thread>

#include "push/api/housekeeper.hpp"
#include "push/api/service.hpp"
#include "push/auth/password.hpp"
#include "push/net/loop_pool.hpp"
#include "support/await.hpp"
#include "support/memory_store.hpp"

namespace push::api {
namespace {

constexpr timeval kPatience{30, 0};

class Talk {
 public:
  explicit Talk(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    EXPECT_EQ(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  Talk(const Talk&) = delete;
  Talk& operator=(const Talk&) = delete;
  ~Talk() { ::close(descriptor_); }

  void send(const std::string& bytes) const {
    EXPECT_EQ(::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // Until `end` has arrived, the other side has closed, or kPatience is over.
  std::string read_until(const std::string& end) {
    while (input_.find(end) == std::string::npos) {
      char buffer[4096];
      const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
      if (got <= 0) return input_;
      input_.append(buffer, static_cast<std::size_t>(got));
    }
    return input_;
  }
  bool ended() const {
    char byte = 0;
    return ::recv(descriptor_, &byte, 1, 0) == 0;
  }

 private:
  const int descriptor_;
  std::string input_;
};

std::string stream_request(const std::string& credentials) {
  return "GET /stream HTTP/1.1\r\nHost: push\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         credentials + "\r\n\r\n";
}
const core::UserId kUser{1};
const std::string kToken = "X-Gotify-Key: Cone";
const std::string kBasic = "Authorization: Basic YWRtaW46cHc=";

class Revocation : public testing::Test {
 protected:
  Revocation() {
    settings_.server.threads = 1;
    settings_.passstrength = 4;
    store_.add_user(1, "admin", *auth::hash_password("pw", 4), true);
    store_.add_application(1, 1, "Aone", "one");
    store_.add_client(1, 1, "Cone");
    store_.add_client(2, 1, "Ctwo");
    loops_.emplace(settings_.server, hub_, metrics_, history_);
    publisher_.emplace(store_, hub_, *loops_, history_, metrics_, 1024);
    accounts_.emplace(store_, authenticator_, *publisher_);
    tests_.emplace(*publisher_, metrics_);
    service_.emplace(Services{.config = settings_,
                              .metrics = metrics_,
                              .workers = workers_,
                              .store = store_,
                              .authenticator = authenticator_,
                              .accounts = *accounts_,
                              .publisher = *publisher_,
                              .history = history_,
                              .images = images_,
                              .files = files_,
                              .responses = responses_,
                              .presence = *loops_,
                              .readiness = readiness_,
                              .tests = *tests_,
                              .origins = *OriginRules::compile(settings_.server),
                              .proxies = *TrustedProxies::parse({})});
    const auto port = loops_->listen("127.0.0.1", 0, *service_, &*service_);
    EXPECT_TRUE(port);
    port_ = port ? *port : 0;
    loops_->start();
  }
  ~Revocation() override {
    loops_->stop_accepting();
    workers_.stop();
    loops_->stop();
  }

  // Runs once, in the middle of the first look-up, after it has found its answer.
  void during_lookup(std::function<void()> change) {
    store_.during_lookup = [this, change = std::move(change)]() mutable {
      const auto once = std::move(change);
      store_.during_lookup = nullptr;
      once();
    };
  }
  void open(Talk& talk, const std::string& credentials) const {
    talk.send(stream_request(credentials));
    EXPECT_TRUE(talk.read_until("\r\n\r\n").starts_with("HTTP/1.1 101 "));
  }
  // Until the worker has done everything submitted before.
  void wait_for_the_worker() const {
    Talk talk(port_);
    talk.send("GET /current/user?token=Cnobody HTTP/1.1\r\nHost: push\r\n\r\n");  // looked up
    EXPECT_TRUE(talk.read_until("}").starts_with("HTTP/1.1 401 "));
  }
  void expect_messages_at(Talk& stream) const {
    Talk sender(port_);
    sender.send("POST /message?token=Aone&message=hello HTTP/1.1\r\nHost: push\r\n\r\n");
    EXPECT_TRUE(sender.read_until("}").starts_with("HTTP/1.1 200 "));
    EXPECT_NE(stream.read_until("}\n").find("\"message\":\"hello\""), std::string::npos);
  }

  config::Config settings_;
  metrics::Registry metrics_;
  test::MemoryStore store_;
  hub::Hub hub_{1};
  files::ImageFolder images_{""};
  files::FileCache files_{0};
  net::ResponseBudget responses_{std::size_t{1} << 20, metrics_};
  auth::Authenticator authenticator_{store_, {.password_cost = 4}, metrics_};
  core::WorkerPool workers_{1, std::numeric_limits<std::size_t>::max()};  // refuses only when it stops
  delivery::History history_{store_, workers_, metrics_, 10000};
  Readiness readiness_{store_};
  std::optional<net::LoopPool> loops_;
  std::optional<delivery::Publisher> publisher_;
  std::optional<DeliveryTests> tests_;
  std::optional<Accounts> accounts_;
  std::optional<Service> service_;
  std::uint16_t port_ = 0;
};

TEST_F(Revocation, AClientDeletedWhileItsStreamIsLetInLosesIt) {
  during_lookup([this] { EXPECT_TRUE(test::await(*accounts_, &Accounts::delete_client, kUser, core::ClientId{1})); });
  Talk stream(port_);
  open(stream, kToken);
  EXPECT_TRUE(stream.ended());
}

TEST_F(Revocation, AUserDeletedWhileABasicStreamIsLetInLosesIt) {
  store_.add_user(2, "other", "", true);
  during_lookup([this] { EXPECT_TRUE(test::await(*accounts_, &Accounts::delete_user, kUser)); });
  Talk stream(port_);
  open(stream, kBasic);
  EXPECT_TRUE(stream.ended());
}

TEST_F(Revocation, APasswordChangedWhileItsStreamIsLetInEndsIt) {
  during_lookup(
      [this] { EXPECT_TRUE(test::await(*accounts_, &Accounts::set_password, kUser, *auth::hash_password("new", 4))); });
  Talk stream(port_);
  open(stream, kBasic);
  EXPECT_TRUE(stream.ended());
}

TEST_F(Revocation, AChangedPasswordEndsTheStreamsThatItOpenedAndNoOther) {
  store_.add_user(2, "other", *auth::hash_password("pw", 4), false);
  Talk client(port_), basic(port_), other(port_);
  open(client, kToken);
  open(basic, kBasic);
  open(other, "Authorization: Basic b3RoZXI6cHc=");
  EXPECT_TRUE(test::await(*accounts_, &Accounts::set_password, kUser, *auth::hash_password("new", 4)));
  EXPECT_TRUE(basic.ended());
  expect_messages_at(client);
  EXPECT_EQ(hub_.online_users(), 2u) << "nobody else's streams end";
}

TEST_F(Revocation, AnotherChangeMeanwhileLeavesStreamsOpen) {
  for (const std::string& credentials : {kToken, kBasic}) {
    during_lookup([this] { accounts_->forget_stale(kUser); });
    Talk stream(port_);
    open(stream, credentials);
    wait_for_the_worker();
    expect_messages_at(stream);
    accounts_->forget_stale(kUser);
  }
}

TEST_F(Revocation, WhenNoWorkerCanCheckTheStreamEnds) {
  std::thread stopper;
  during_lookup([this, &stopper] {
    accounts_->forget_stale(kUser);
    stopper = std::thread([this] { workers_.stop(); });
    core::WorkerPool::Job nothing([] {});
    while (workers_.submit(nothing, core::Line{}, core::WorkerPool::Queue::look_ups)) {
      nothing = core::WorkerPool::Job([] {});
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Talk stream(port_);
  open(stream, kToken);
  EXPECT_TRUE(stream.ended());
  stopper.join();
}

// A body may take hours to arrive, and its sender was let in by its header.
TEST_F(Revocation, ARightThatEndsWhileTheBodyArrivesIsOver) {
  const std::string body = "message=hello";
  const auto send_header = [&](Talk& talk, const std::string& credentials) {
    talk.send("POST /message HTTP/1.1\r\nHost: push\r\nExpect: 100-continue\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\nContent-Type: application/x-www-form-urlencoded\r\n" + credentials +
              "\r\n\r\n");
    ASSERT_TRUE(talk.read_until("\r\n\r\n").starts_with("HTTP/1.1 100 "));
  };
  Talk known(port_), former(port_);
  send_header(known, "X-Gotify-Key: Aone");
  accounts_->forget_stale(kUser);  // any change
  known.send(body);
  EXPECT_NE(known.read_until("}").find("HTTP/1.1 200 "), std::string::npos);
  send_header(former, "X-Gotify-Key: Aone");
  ASSERT_TRUE(
      test::await(*accounts_, &Accounts::set_application_token, kUser, core::ApplicationId{1}, std::string("Anew")));
  former.send(body);
  EXPECT_NE(former.read_until("}").find("HTTP/1.1 401 "), std::string::npos);
  EXPECT_EQ(store_.messages.size(), 1U);
}

TEST_F(Revocation, APasswordChangedWhileItIsCheckedGivesNoSession) {
  during_lookup(
      [this] { EXPECT_TRUE(test::await(*accounts_, &Accounts::set_password, kUser, *auth::hash_password("new", 4))); });
  Talk talk(port_);
  talk.send("POST /auth/local/login?name=browser HTTP/1.1\r\nHost: push\r\n" + kBasic + "\r\n\r\n");
  EXPECT_TRUE(talk.read_until("}").starts_with("HTTP/1.1 401 "));
  EXPECT_EQ(store_.clients.size(), 2U);
}

TEST_F(Revocation, AnExpiredClientThatHoldsAStreamIsInUse) {
  Talk first(port_);
  open(first, kToken);
  const core::WallTime now = core::wall_now();
  for (model::Client& client : store_.clients) {
    client.expires_after_inactivity_seconds = 60;
    client.expires_at = now;
  }
  { const Housekeeper housekeeper(*accounts_, *loops_, &core::wall_now, std::chrono::hours(1)); }
  ASSERT_EQ(store_.clients.size(), 1U) << "the other one is not";
  EXPECT_GT(*store_.clients[0].expires_at, now);
  expect_messages_at(first);
}

TEST_F(Revocation, ItsUseCountsAlsoWhenTheWallClockWasSetBack) {
  Talk first(port_);
  open(first, kToken);
  const core::WallTime by_the_patient_clock = core::wall_now() + std::chrono::hours(1);
  store_.clients.front().expires_after_inactivity_seconds = 60;
  store_.clients.front().expires_at = by_the_patient_clock;
  const auto clock = [by_the_patient_clock] { return by_the_patient_clock; };
  { const Housekeeper housekeeper(*accounts_, *loops_, clock, std::chrono::hours(1)); }
  EXPECT_GT(*store_.clients.front().expires_at, by_the_patient_clock) << "otherwise its next request is a 401";
}

// As the housekeeper would do it if the stream had been opened after its look at the loops.
TEST_F(Revocation, AnExpiredClientLosesItsStreamsAndNobodyElse) {
  Talk first(port_), second(port_), basic(port_);
  open(first, kToken);
  open(second, "X-Gotify-Key: Ctwo");
  open(basic, kBasic);
  store_.clients.front().expires_at = core::wall_now();
  const std::uint64_t epoch = authenticator_.epoch();
  const auto nobody = [](const auto&) { return std::vector<core::ClientId>(); };
  EXPECT_EQ(*accounts_->delete_expired_clients(core::wall_now(), nobody), 1U);
  EXPECT_TRUE(first.ended());
  EXPECT_NE(authenticator_.epoch(), epoch);
  expect_messages_at(second);
  EXPECT_NE(basic.read_until("}\n").find("\"message\":\"hello\""), std::string::npos);
}

// Otherwise one user's short-lived clients would force everyone's password to be checked again every second.
TEST_F(Revocation, AnExpiredClientOfOneUserLeavesTheOthersRemembered) {
  store_.add_user(2, "other", *auth::hash_password("pw", 4), false);
  store_.add_client(3, 2, "Cthree");
  const auth::Credentials first{"Cone", false, std::nullopt};
  const auth::Credentials other{"Cthree", false, std::nullopt};
  ASSERT_TRUE(authenticator_.authenticate(auth::Access::client, first));
  ASSERT_TRUE(authenticator_.authenticate(auth::Access::client, other));
  store_.clients.front().expires_at = core::wall_now();
  { const Housekeeper housekeeper(*accounts_, *loops_, &core::wall_now, std::chrono::hours(1)); }
  EXPECT_FALSE(authenticator_.recall(auth::Access::client, first));
  EXPECT_TRUE(authenticator_.recall(auth::Access::client, other));
}

TEST_F(Revocation, NobodyIsForgottenWhereNothingExpires) {
  Talk stream(port_);
  open(stream, kToken);
  const std::uint64_t epoch = authenticator_.epoch();
  { const Housekeeper housekeeper(*accounts_, *loops_, &core::wall_now, std::chrono::milliseconds(1)); }
  EXPECT_EQ(authenticator_.epoch(), epoch);
  expect_messages_at(stream);
}

TEST_F(Revocation, HousekeepingGoesOnAfterTheStoreWasAway) {
  store_.clients.front().expires_at = core::wall_now();
  store_.broken = true;
  { const Housekeeper housekeeper(*accounts_, *loops_, &core::wall_now, std::chrono::milliseconds(1)); }
  EXPECT_EQ(store_.clients.size(), 2U);
  store_.broken = false;
  { const Housekeeper housekeeper(*accounts_, *loops_, &core::wall_now, std::chrono::milliseconds(1)); }
  EXPECT_EQ(store_.clients.size(), 1U);
}

TEST_F(Revocation, WhoStillHoldsAStreamIsTouched) {
  store_.add_client(3, 1, "Cthree");
  service_->still_open({core::ClientId{2}, core::ClientId{1}, core::ClientId{2}});
  EXPECT_TRUE(store_.clients[0].last_used);
  EXPECT_TRUE(store_.clients[1].last_used);
  EXPECT_FALSE(store_.clients[2].last_used);
  store_.broken = true;
  service_->still_open({core::ClientId{2}});
  EXPECT_EQ(metrics_.counter("push_stream_untouched_total", "").value(), 1U);
}

}  // namespace
}  // namespace push::api
