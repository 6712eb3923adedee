// Streams that are open after changes of accounts may have been missed.
#include "push/api/stream_check.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <string>
#include <vector>

#include "push/api/accounts.hpp"
#include "support/memory_store.hpp"
#include "support/wait.hpp"

namespace push::api {
namespace {

using support::eventually;
using Closed = std::vector<std::string>;

// Streams of the given keys, in the order of a presence.
struct Open final : net::Presence, stream::Courier {
  std::vector<hub::Key> keys;
  std::atomic<int> asked = 0;
  std::mutex mutex;
  Closed closed;

  std::vector<net::OnlineKey> online(const Query& query) override {
    ++asked;
    std::vector<net::OnlineKey> found;
    for (const hub::Key& key : keys) {
      const auto order = [](const hub::Key& one) { return std::pair(one.user, one.client); };
      if (query.after && order(key) <= order(*query.after)) continue;
      if (found.size() < query.most) found.push_back({key, 0, {}});
    }
    return found;
  }
  void deliver(hub::LoopSet, const stream::Message&) override {}
  void disconnect(hub::LoopSet, hub::Selection which) override {
    const std::lock_guard lock(mutex);
    closed.push_back(hub::text({which.user, which.client.value()}));
  }
  std::size_t backlog() const override { return 0; }
  Closed seen() {
    const std::lock_guard lock(mutex);
    return closed;
  }
};

struct StreamCheckTest : testing::Test {
  StreamCheckTest() {
    for (std::uint64_t user = 1; user <= 2; ++user) {
      store.add_user(user, "u" + std::to_string(user), "", false);
      store.add_client(user, user, "C" + std::to_string(user));
      hub.join(core::UserId{user}, 0);
    }
  }
  static hub::Key key(std::uint64_t user, std::uint64_t client) { return {core::UserId{user}, core::ClientId{client}}; }

  metrics::Registry metrics;
  test::MemoryStore store;
  hub::Hub hub{1};
  Open open;
  core::WorkerPool workers{1, 1};
  delivery::History history{store, workers, metrics, 10};
  delivery::Publisher publisher{store, hub, open, history, metrics, 64};
  auth::Authenticator authenticator{store, {}, metrics};
  Accounts accounts{store, authenticator, publisher};
  StreamCheck check{store, publisher, open, &core::wall_now, std::chrono::milliseconds(1)};
};

TEST_F(StreamCheckTest, ClosesThoseOfClientsThatAreGoneAndOfPasswords) {
  store.add_client(5, 2, "C5").expires_at = core::wall_now();
  open.keys = {key(1, 0), key(1, 1), key(1, 2), key(2, 2), key(2, 5), key(2, 9)};
  accounts.join(check);
  check.start();
  accounts.on_gap();
  EXPECT_TRUE(eventually([&] { return open.seen().size() == 3; }));
  EXPECT_EQ(open.seen(), (Closed{hub::text(key(1, 0)), hub::text(key(1, 2)), hub::text(key(2, 9))}))
      << "client 2 is the second user's, client 5 is in use";
}

TEST_F(StreamCheckTest, LooksAtAllOfMany) {
  for (std::uint64_t client = 1; client <= 3 * StreamCheck::kSlice; ++client) open.keys.push_back(key(1, client));
  check.start();
  check.ask();
  EXPECT_TRUE(eventually([&] { return open.seen().size() == 3 * StreamCheck::kSlice - 1; }));
}

TEST_F(StreamCheckTest, WhileTheStoreCannotTellStreamsStay) {
  open.keys = {key(1, 0), key(1, 7)};
  store.broken = true;
  check.start();
  check.ask();
  EXPECT_TRUE(eventually([&] { return open.asked > 0; }));
  check.stop();
  EXPECT_EQ(open.seen(), Closed{});
  store.broken = false;
  check.start();
  check.ask();
  EXPECT_TRUE(eventually([&] { return open.seen().size() == 2; }));
}

}  // namespace
}  // namespace push::api
