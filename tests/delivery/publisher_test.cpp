#include "push/delivery/publisher.hpp"

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "support/memory_store.hpp"

namespace push::delivery {
namespace {

using core::UserId;
using stream::Encoding;

std::string number(std::uint64_t value) {
  return std::to_string(value);
}

// Records the calls in order.
struct Notes final : stream::Courier {
  std::vector<std::string> log;
  std::size_t behind = 0;

  void deliver(hub::LoopSet, const stream::Message& one) override {
    log.push_back("deliver " + number(core::value(one.user())) + " " + std::string(one.encoded(Encoding::websocket)));
  }
  void disconnect(hub::LoopSet, hub::Selection which) override {
    EXPECT_TRUE(which.client);
    log.push_back("disconnect " + number(core::value(which.user)) + ":C" + number(core::value(*which.client)));
  }
  std::size_t backlog() const override { return behind; }
};

struct PublisherTest : testing::Test {
  metrics::Registry registry;
  hub::Hub hub{16};
  Notes notes;
  test::MemoryStore store;
  UserId user = store.add_user(1, "u", "", false).id;
  core::ApplicationId application = store.add_application(1, 1, "Atoken", "app").id;
  core::WorkerPool workers{1, 1};
  History history{store, workers, registry, 100};
  Publisher publisher{store, hub, notes, history, registry, 100};

  core::Result<std::string> submit(core::ApplicationId to, const std::string& text,
                                   std::optional<store::IdempotencyKey> key = {}) {
    auto answer = std::make_shared<std::promise<core::Result<std::string>>>();
    auto queued = publisher.publish({to, text, "title", 3, "", core::wall_now(), user, key},
                                    [this, answer](core::Result<Publisher::Stored> stored) {
                                      notes.log.push_back(stored && stored->replayed ? "reply again" : "reply");
                                      if (stored)
                                        answer->set_value(std::string(stored->json.view));
                                      else
                                        answer->set_value(stored.error());
                                    });
    if (!queued) return queued.error();
    return answer->get_future().get();
  }
};

TEST_F(PublisherTest, AStoredMessageIsDeliveredAndThenAnswered) {
  hub.join(user, 3);
  const auto answer = submit(application, "hello");
  ASSERT_TRUE(answer) << answer.error().text;
  EXPECT_TRUE(answer->starts_with("{\"id\":1,\"appid\":1,\"message\":\"hello\",\"title\":\"title\",\"priority\":3,"))
      << *answer;
  const std::string payload = *answer + "\n";
  const std::string frame = std::string("\x81\x7e", 2) + '\0' + static_cast<char>(payload.size()) + payload;
  const std::string short_frame = std::string("\x81") + static_cast<char>(payload.size()) + payload;
  const std::vector<std::string> expected = {"deliver 1 " + (payload.size() > 125 ? frame : short_frame), "reply"};
  EXPECT_EQ(notes.log, expected);
  EXPECT_EQ(store.appended_for, user);
}

TEST_F(PublisherTest, NothingIsPublishedForAMessageThatWasNotStored) {
  hub.join(user, 3);
  const auto answer = submit(core::ApplicationId{99}, "lost application");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, core::ErrorCode::not_found);
  EXPECT_EQ(notes.log, std::vector<std::string>{"reply"});
}

TEST_F(PublisherTest, AMessageThatIsStoredAlreadyIsAnsweredAndNotRelayedAgain) {
  hub.join(user, 3);
  const store::IdempotencyKey key{{1, 2}, {3, 4}};
  const auto first = submit(application, "hello", key);
  ASSERT_TRUE(first);
  notes.log.clear();
  const auto second = submit(application, "hello", key);
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, *first);
  EXPECT_EQ(notes.log, std::vector<std::string>{"reply again"});
  EXPECT_EQ(registry.counter("push_messages_stored_total", "").value(), 1U);
  EXPECT_EQ(registry.counter("push_messages_replayed_total", "").value(), 1U);
}

TEST_F(PublisherTest, RefusesWhileTheLoopsAreBehind) {
  notes.behind = 100;
  const auto answer = submit(application, "too much");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, core::ErrorCode::unavailable);
  EXPECT_TRUE(notes.log.empty());
  notes.behind = 99;
  EXPECT_TRUE(submit(application, "fine"));
}

TEST_F(PublisherTest, APingFollowsAMessageThatAsksForOne) {
  hub.join(user, 3);
  const auto probed = [this](core::ApplicationId to, const std::string& payload) {
    Publisher::Probe probe{payload,
                           [this](core::MessageId id) { notes.log.push_back("leaves " + number(core::value(id))); }};
    return publisher.publish_probed(
        {to, "m", "t", 0, "", core::wall_now(), user, {}}, std::move(probe),
        [this](const core::Result<Publisher::Stored>& stored) { notes.log.push_back(stored ? "reply" : "refusal"); });
  };
  ASSERT_TRUE(probed(application, "test 7"));
  ASSERT_EQ(notes.log.size(), 4U);
  EXPECT_EQ(notes.log[0], "leaves 1");
  EXPECT_NE(notes.log[1].find("\"id\":1,"), std::string::npos);
  EXPECT_EQ(notes.log[2], "deliver 1 \x89\x06test 7");
  EXPECT_EQ(notes.log[3], "reply");
  notes.log.clear();
  ASSERT_TRUE(submit(application, "no ping"));
  EXPECT_EQ(notes.log.size(), 2U);
  notes.log.clear();
  ASSERT_TRUE(probed(core::ApplicationId{99}, "test 8"));
  EXPECT_EQ(notes.log, std::vector<std::string>{"refusal"});
  notes.behind = 100;
  EXPECT_FALSE(probed(application, "test 9"));
}

TEST_F(PublisherTest, DisconnectReachesTheLoops) {
  hub.join(user, 0);
  publisher.disconnect({UserId{99}, core::ClientId{4}});
  EXPECT_TRUE(notes.log.empty()) << "a user who is offline costs no loop anything";
  publisher.disconnect({user, core::ClientId{4}});
  EXPECT_EQ(notes.log, std::vector<std::string>{"disconnect 1:C4"});
}

}  // namespace
}  // namespace push::delivery
