// GET /debug/registry with answers that a test makes up.
#include "push/api/registry_page.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace push::api {
namespace {

core::UserId user_of(std::uint64_t id) {
  return core::UserId{id};
}
hub::Key key_of(std::uint64_t user, std::uint64_t client) {
  return {core::UserId{user}, core::ClientId{client}};
}

// Answers with the keys behind the cursor, and remembers what it was asked.
struct MadeUp final : net::Presence {
  std::vector<net::OnlineKey> online(const Query& query) override {
    asked = query;
    std::vector<net::OnlineKey> out;
    for (const net::OnlineKey& one : all) {
      if (query.after && one.key.client <= query.after->client) continue;
      if (out.size() < query.most) out.push_back(one);
    }
    return out;
  }
  std::vector<net::OnlineKey> all;
  Query asked{};
};

struct OneAnswer final : net::ReplyReceiver {
  void watch(std::uint64_t, net::Departed) override {}
  void answer(std::uint64_t, net::Response response) override { answered.set_value(std::move(response)); }
  void read_body(std::uint64_t, net::BodyLimit, std::shared_ptr<net::BodyReceiver>) override {}
  void stream(std::uint64_t, net::Request, net::Admission) override {}
  std::promise<net::Response> answered;
};

class RegistryPageTest : public testing::Test {
 protected:
  std::string ask(std::string_view query) {
    OneAnswer receiver;
    page_.answer(query, net::Reply(receiver, 0));
    const net::Response response = receiver.answered.get_future().get();
    return std::to_string(response.status) + ' ' + std::string(response.body.view);
  }

  MadeUp presence_;
  core::WorkerPool workers_{1, 1};
  RegistryPage page_{presence_, workers_};
};

TEST_F(RegistryPageTest, ShowsKeysWithTheirStreams) {
  EXPECT_EQ(ask(""), R"(200 {"keys":[]})");
  presence_.all = {
      {key_of(42, 0), 3, {{0, stream::Transport::websocket, 1, 0, 0}}},
      {key_of(42, 7), 3, {{0, stream::Transport::sse, 2, 0, 0}, {1, stream::Transport::ndjson, 1, 5, 700}}}};
  EXPECT_EQ(ask("user=42"), R"(200 {"keys":[{"key":"42:C0","shard":3,"streams":[)"
                            R"({"loop":0,"transport":"websocket","count":1,"outbox":{"frames":0,"bytes":0}}]},)"
                            R"({"key":"42:C7","shard":3,"streams":[)"
                            R"({"loop":0,"transport":"sse","count":2,"outbox":{"frames":0,"bytes":0}},)"
                            R"({"loop":1,"transport":"ndjson","count":1,"outbox":{"frames":5,"bytes":700}}]}]})");
  EXPECT_EQ(presence_.asked.user, user_of(42));
  EXPECT_FALSE(presence_.asked.after);
}

TEST_F(RegistryPageTest, NamesTheKeyBehindWhichThereIsMore) {
  for (std::uint64_t client = 1; client <= 5; ++client)
    presence_.all.push_back({key_of(1, client), 0, {{0, stream::Transport::websocket, 1, 0, 0}}});
  EXPECT_TRUE(ask("limit=2").ends_with(R"(}]}],"next":"1:C2"})"));
  EXPECT_TRUE(ask("limit=2&after=1:C2").ends_with(R"(}]}],"next":"1:C4"})"));
  EXPECT_EQ(ask("limit=2&after=1%3AC4"),
            R"(200 {"keys":[{"key":"1:C5","shard":0,"streams":[)"
            R"({"loop":0,"transport":"websocket","count":1,"outbox":{"frames":0,"bytes":0}}]}]})");
  EXPECT_EQ(ask("limit=5").find("next"), std::string::npos) << "a full page with nothing behind it";
}

TEST_F(RegistryPageTest, RefusesWhatItCannotRead) {
  for (const char* query : {"user=x", "user=-1", "limit=0", "limit=1001", "limit=many", "after=7", "after=7:8",
                            "after=C7", "after=7:C", "after=:C7", "after=7:Cx"}) {
    EXPECT_TRUE(ask(query).starts_with("400 ")) << query;
  }
  EXPECT_NE(ask("after=7").find("after must be a key such as 42:C7"), std::string::npos);
}

TEST_F(RegistryPageTest, Is503IfNoWorkerIsFree) {
  std::promise<void> go_on;
  std::promise<void> busy;
  // The future is the job's own: the test may be over before a slow job looks at it.
  core::WorkerPool::Job works([&busy, end = go_on.get_future().share()] {
    busy.set_value();
    end.wait();
  });
  ASSERT_TRUE(workers_.submit(works, {}));
  busy.get_future().wait();
  core::WorkerPool::Job waits([] {});
  ASSERT_TRUE(workers_.submit(waits, {}));
  EXPECT_TRUE(ask("").starts_with("503 "));
  go_on.set_value();
}

}  // namespace
}  // namespace push::api
