// Who is online, over loops that run.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "push/net/loop_pool.hpp"
#include "support/empty_archive.hpp"

namespace push::net {
namespace {

using core::ClientId;
using core::UserId;

constexpr std::size_t kEverything = std::numeric_limits<std::size_t>::max();

// GET /<user>/<client> becomes a stream of theirs.
struct StreamOpener final : RequestHandler, StreamGate {
  void handle(Request request, Reply reply) override {
    const std::string target(request.target());
    const std::size_t slash = target.find('/', 1);
    Admission admission;
    admission.user = UserId{std::stoull(target.substr(1, slash - 1))};
    admission.client = ClientId{std::stoull(target.substr(slash + 1))};
    reply.stream(std::move(request), std::move(admission));
  }
  Response reject(const Request&, unsigned status, std::string_view) override {
    Response response;
    response.status = status;
    return response;
  }
  bool allows_origin(const Request&) override { return true; }
  Response refuse(const Request& request, const Admission&, unsigned status, std::string_view reason) override {
    return reject(request, status, reason);
  }
  void opened(const Request&, const Admission&) override {}
  void still_open(const std::vector<ClientId>&) override {}
};

class LoopPoolPresence : public testing::Test {
 protected:
  LoopPoolPresence() {
    settings_.threads = 3;
    loops_.emplace(settings_, hub_, registry_, archive_);
    const auto port = loops_->listen("127.0.0.1", 0, opener_, &opener_);
    EXPECT_TRUE(port);
    port_ = port ? *port : 0;
    loops_->start();
  }
  ~LoopPoolPresence() override {
    loops_->stop();
    for (const int socket : sockets_) ::close(socket);
  }

  // When it returns, the stream is open.
  void open(std::uint64_t user, std::uint64_t client) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockets_.push_back(socket);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    const std::string request =
        "GET /" + std::to_string(user) + '/' + std::to_string(client) +
        " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    ASSERT_EQ(::send(socket, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
    char answer[256];
    ASSERT_GT(::recv(socket, answer, sizeof(answer), 0), 0);
  }
  static std::size_t streams_of(const OnlineKey& online) {
    std::size_t count = 0;
    for (const OpenStreams& open : online.streams) count += open.count;
    return count;
  }
  // "1:C2=3" for each key.
  static std::string told(const std::vector<OnlineKey>& keys) {
    std::string out;
    for (const OnlineKey& online : keys)
      out += (out.empty() ? "" : " ") + hub::text(online.key) + '=' + std::to_string(streams_of(online));
    return out;
  }

  config::Server settings_;
  metrics::Registry registry_;
  hub::Hub hub_{8};
  test::EmptyArchive archive_;
  StreamOpener opener_;
  std::optional<LoopPool> loops_;
  std::uint16_t port_ = 0;
  std::vector<int> sockets_;
};

TEST_F(LoopPoolPresence, AUsersKeysAreCountedOverAllLoops) {
  for (int i = 0; i < 20; ++i) open(7, 1);
  open(7, 2);
  open(7, 0);
  open(8, 3);
  const auto keys = loops_->online({UserId{7}, {}, kEverything});
  EXPECT_EQ(told(keys), "7:C0=1 7:C1=20 7:C2=1");
  for (const OnlineKey& online : keys) {
    EXPECT_EQ(online.shard, hub_.shard_of(UserId{7}));
    for (const OpenStreams& open : online.streams) {
      EXPECT_NE(hub_.loops_of(UserId{7}) & (hub::LoopSet{1} << open.loop), 0U);
      EXPECT_EQ(open.transport, stream::Transport::websocket);
      EXPECT_EQ(open.frames, 0U);
    }
  }
  EXPECT_EQ(told(loops_->online({UserId{9}, {}, kEverything})), "");
  EXPECT_EQ(told(loops_->online({UserId{7}, {}, 2})), "7:C0=1 7:C1=20");
  EXPECT_EQ(told(loops_->online({UserId{7}, hub::Key{UserId{7}, ClientId{1}}, 2})), "7:C2=1");
}

TEST_F(LoopPoolPresence, PagesShowEverybodyOnceInTheirOrder) {
  std::map<std::string, std::size_t> opened;
  for (std::uint64_t user = 1; user <= 20; ++user) {
    for (std::uint64_t client = 1; client <= user % 4; ++client) {
      for (std::uint64_t i = 0; i < client; ++i) open(user, client);
      opened[hub::text({UserId{user}, ClientId{client}})] = client;
    }
  }
  for (const std::size_t most : {std::size_t{1}, std::size_t{2}, std::size_t{7}, kEverything}) {
    std::map<std::string, std::size_t> seen;
    Presence::Query query{{}, {}, most};
    std::optional<OnlineKey> last;
    for (;;) {
      const auto page = loops_->online(query);
      EXPECT_LE(page.size(), most);
      for (const OnlineKey& online : page) {
        EXPECT_TRUE(seen.emplace(hub::text(online.key), streams_of(online)).second) << "twice";
        EXPECT_EQ(online.shard, hub_.shard_of(online.key.user));
        if (last) {
          EXPECT_LT(std::tuple(last->shard, last->key.user, last->key.client),
                    std::tuple(online.shard, online.key.user, online.key.client));
        }
        last = online;
      }
      if (page.size() < most) break;
      query.after = page.back().key;
    }
    EXPECT_EQ(seen, opened) << most;
  }
}

TEST_F(LoopPoolPresence, ACursorNeedNotBeOnline) {
  open(7, 5);
  EXPECT_EQ(told(loops_->online({{}, hub::Key{UserId{7}, ClientId{4}}, kEverything})), "7:C5=1");
  EXPECT_EQ(told(loops_->online({{}, hub::Key{UserId{7}, ClientId{6}}, kEverything})), "");
}

}  // namespace
}  // namespace push::net
