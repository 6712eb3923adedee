// Two publishers on one store, joined by a backplane in this process.
#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "push/delivery/publisher.hpp"
#include "support/memory_store.hpp"

namespace push::delivery {
namespace {

using core::UserId;

// Keeps every promise of the header: the other end receives announcements at once and in order.
class Wire {
 public:
  class End final : public cluster::Backplane {
   public:
    explicit End(Wire& wire) : wire_(wire) {}
    void start(cluster::MessageListener& messages, cluster::EventListener&) override { messages_ = &messages; }
    void stop() override { messages_ = nullptr; }
    void announce(const stream::Batch& batch) override {
      ++announced;
      for (End* end : {&wire_.a, &wire_.b})
        if (end != this && end->messages_ != nullptr) end->messages_->on_messages(batch);
    }
    void announce(const cluster::Event&) override {}
    int announced = 0;

   private:
    Wire& wire_;
    cluster::MessageListener* messages_ = nullptr;
  };

  End a{*this};
  End b{*this};
};

struct Streams final : stream::Courier {
  std::vector<std::string> got;
  void deliver(hub::LoopSet, const stream::Message& message) override { got.emplace_back(message.json()); }
  void disconnect(hub::LoopSet, hub::Selection) override {}
  std::size_t backlog() const override { return 0; }
};

struct NoEvents final : cluster::EventListener {
  void on_event(const cluster::Event&) override {}
  void on_gap() override {}
};

struct Node {
  Node(store::Store& store, cluster::Backplane& backplane)
      : backplane_(backplane),
        history(store, workers, registry, 100),
        publisher(store, hub, streams, history, backplane, registry, 100) {
    backplane.start(publisher, events);
  }
  ~Node() { backplane_.stop(); }

  cluster::Backplane& backplane_;
  metrics::Registry registry;
  hub::Hub hub{16};
  Streams streams;
  NoEvents events;
  core::WorkerPool workers{1, 1};
  History history;
  Publisher publisher;
};

struct TwoNodes : testing::Test {
  test::MemoryStore store;
  UserId user = store.add_user(1, "u", "", false).id;
  core::ApplicationId application = store.add_application(1, 1, "Atoken", "app").id;
  Wire wire;
  std::optional<Node> a, b;

  void SetUp() override {
    a.emplace(store, wire.a);
    b.emplace(store, wire.b);
  }
  // Returns the answer, after all sinks were called.
  std::string publish(Node& on, const std::string& text) {
    std::promise<std::string> answer;
    const auto queued = on.publisher.publish(
        {application, text, "title", 3, "", core::wall_now(), user},
        [&answer](core::Result<core::Slice> stored) { answer.set_value(std::string(stored.value().view)); });
    EXPECT_TRUE(queued);
    return answer.get_future().get();
  }
};

TEST_F(TwoNodes, AMessageReachesTheStreamsOfBothOnce) {
  a->hub.join(user, 0);
  b->hub.join(user, 3);
  std::vector<std::string> expected;
  for (int i = 0; i < 5; ++i) {
    expected.push_back(publish(*a, "from a"));
    expected.push_back(publish(*b, "from b"));
  }
  EXPECT_EQ(a->streams.got, expected);
  EXPECT_EQ(b->streams.got, expected);
  EXPECT_EQ(wire.a.announced, 5) << "messages from the other node must not be announced again";
  EXPECT_EQ(wire.b.announced, 5);
}

TEST_F(TwoNodes, AUserWhoIsOnlineOnOneNodeOnlyIsFoundThere) {
  b->hub.join(user, 3);
  const std::string json = publish(*a, "hello");
  EXPECT_TRUE(a->streams.got.empty());
  EXPECT_EQ(b->streams.got, std::vector{json});
}

}  // namespace
}  // namespace push::delivery
