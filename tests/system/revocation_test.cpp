// A deleted user or client has no stream afterwards, not even one that was just being opened (reliability X12).
#include <atomic>
#include <thread>
#include <vector>

#include "support/api_test.hpp"

namespace push::support {
namespace {

constexpr int kRounds = 10;
constexpr int kThreads = 3;
constexpr int kStreamsEach = 12;

class RevocationRace : public ApiTest {
 protected:
  // Streams are opened with these credentials by several threads, and after some of them `remove` is called. Every one
  // that was opened has to end.
  template <class Remove>
  void race(const Lines& credentials, Remove remove) {
    std::atomic<int> opened{0};
    std::vector<std::vector<StreamClient>> streams(kThreads);
    std::vector<std::thread> threads;
    for (auto& mine : streams) {
      threads.emplace_back([&, this] {
        try {
          for (int i = 0; i < kStreamsEach; ++i) {
            mine.push_back(server_.stream(credentials));
            ++opened;
          }
        } catch (const Failure&) {  // refused: from here on the client is gone
        }
      });
    }
    while (opened < kStreamsEach) std::this_thread::yield();
    remove();
    for (std::thread& thread : threads) thread.join();
    EXPECT_THROW(server_.stream(credentials), Failure);
    for (auto& mine : streams) {
      for (StreamClient& stream : mine) {
        StreamEvent event = stream.next();
        while (event.kind == StreamEvent::Kind::ping) event = stream.next();
        EXPECT_EQ(event.kind, StreamEvent::Kind::end) << "a bare end, without a Close frame";
      }
    }
  }
};

TEST_F(RevocationRace, ADeletedClientKeepsNoStream) {
  StreamClient bystander = stream();
  HttpClient owner = server_.http(admin().basic());
  for (int round = 0; round < kRounds; ++round) {
    const Created client = create_client(owner, "round");
    race(client.key(), [&] { EXPECT_EQ(owner.request("DELETE", "/client/" + std::to_string(client.id)).status, 200); });
  }
  HttpClient http = poster();
  const std::string message = post_message(http, "still here");
  EXPECT_EQ(bystander.next_message(), message + "\n");
  EXPECT_EQ(server_.metric("push_stream_connections"), 1);
}

TEST_F(RevocationRace, ADeletedUserKeepsNoStream) {
  HttpClient owner = server_.http(admin().basic());
  for (int round = 0; round < kRounds; ++round) {
    const std::string body = R"({"name":"guest","pass":"guest","admin":false})";
    const Answer user = owner.post("/user", kJson, body);
    ASSERT_EQ(user.status, 200) << user.body;
    race({basic_header("guest", "guest")}, [&] {
      const std::string id = std::to_string(user.json().at("id").get<std::uint64_t>());
      EXPECT_EQ(owner.request("DELETE", "/user/" + id).status, 200);
    });
  }
  EXPECT_EQ(server_.metric("push_stream_connections"), 0);
}

}  // namespace
}  // namespace push::support
