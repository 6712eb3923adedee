// The sender, on a store in memory, against a push service that answers what a test says.
#include "push/webpush/sender.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "push/auth/base64.hpp"
#include "push/core/await.hpp"
#include "support/memory_store.hpp"
#include "webpush/elliptic.hpp"
#include "webpush/service.hpp"

namespace push::webpush {
namespace {

using core::MessageId;
using std::chrono::milliseconds;

// The store in memory for two threads: the tests change it only while the sender rests or through the tables.
class SenderTest : public testing::Test {
 protected:
  SenderTest() {
    store.add_user(1, "admin", "", true);
    store.add_application(1, 1, "Aone", "one");
    for (std::uint64_t id = 1; id <= 4; ++id) store.add_client(id, 1, "C" + std::to_string(id));
  }
  ~SenderTest() override { sender.reset(); }

  void subscribe(std::uint64_t client, const std::string& name) {
    store::WebPushSubscription wanted;
    wanted.client = core::ClientId{client};
    wanted.user = core::UserId{1};
    wanted.endpoint = service.origin + "/" + name;
    wanted.p256dh = auth::encode_base64_url(make_key_pair()->public_key);
    wanted.auth = "BTBZMqHH6r4Tts7J_aSIgg";
    const auto put =
        core::await<core::Result<void>>([&](auto done) { store.webpush().put_subscription(wanted, std::move(done)); });
    ASSERT_TRUE(put) << put.error().text;
  }
  void post(int count) {
    for (int i = 0; i < count; ++i) {
      model::Message message;
      message.id = MessageId{store.messages.size() + 1};
      message.application = core::ApplicationId{1};
      message.message = "m";
      message.date = core::wall_now();
      store.messages.push_back(std::move(message));
    }
  }
  void start(Limits limits = {}) {
    limits.poll = limits.idle_poll = milliseconds(5);
    limits.save = milliseconds(5);
    limits.first_retry = milliseconds(20);
    sender = std::make_unique<Sender>(Sender::Settings{"", "", Endpoints({service.origin}), limits}, store, metrics);
    const auto started = sender->start();
    ASSERT_TRUE(started) << started.error().text;
  }
  std::uint64_t count(const std::string& outcome) {
    return metrics.counter("push_webpush_pushes_total", "", "outcome=\"" + outcome + "\"").value();
  }
  // The test ends by ctest's limit if it never is.
  template <class True>
  static void wait_until(True is_true) {
    while (!is_true()) std::this_thread::sleep_for(milliseconds(2));
  }
  MessageId cursor() { return store.webpush().find_cursor().value().value(); }

  Service service;
  metrics::Registry metrics;
  test::MemoryStore store;
  std::unique_ptr<Sender> sender;
};

TEST_F(SenderTest, BeginsAtTheNewestMessageTheFirstTime) {
  subscribe(1, "a");
  post(3);
  start();
  wait_until([&] { return store.webpush().find_cursor().value().has_value(); });
  sender->stop();
  EXPECT_EQ(service.pushes("a"), 0U);
  EXPECT_EQ(cursor(), MessageId{3});
  EXPECT_FALSE(store.webpush().find_keys().value()->private_key.empty());
}

TEST_F(SenderTest, EachSubscriptionGetsEachMessageOnceAndTheCursorFollows) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  subscribe(2, "b");
  post(50);
  start();
  wait_until([&] { return count("accepted") == 100; });
  sender->stop();
  EXPECT_EQ(service.pushes("a"), 50U);
  EXPECT_EQ(service.pushes("b"), 50U);
  EXPECT_EQ(cursor(), MessageId{50});
  post(1);
  start();
  wait_until([&] { return count("accepted") == 102; });
  sender->stop();
  EXPECT_EQ(service.pushes("a"), 51U) << "after a restart";
}

TEST_F(SenderTest, ARefusalForNowDelaysOneSubscriptionOnlyAndTheCursorPasses) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  subscribe(2, "b");
  service.answer("a", {"503 Busy", "429 Slow", "500 Broken"});
  post(5);
  start();
  wait_until([&] { return service.pushes("b") == 5 && service.pushes("a") == 8; });
  wait_until([&] { return count("accepted") == 10; });
  sender->stop();
  EXPECT_EQ(count("delayed"), 3U);
  EXPECT_EQ(cursor(), MessageId{5});
  EXPECT_FALSE(store.webpush().targets_of(core::UserId{1}).value()[0].delay.has_value());
}

TEST_F(SenderTest, WhatIsDelayedOutlivesTheSender) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  service.answer("a", {"201 Created", "503 Busy\r\nRetry-After: 3600"});
  post(4);
  start();
  wait_until([&] { return count("delayed") == 1; });
  sender->stop();
  EXPECT_EQ(cursor(), MessageId{4});
  auto target = store.webpush().targets_of(core::UserId{1}).value()[0];
  ASSERT_TRUE(target.delay.has_value());
  EXPECT_EQ(target.delay->sent, MessageId{1});
  EXPECT_GT(target.delay->retry_at, core::wall_now() + std::chrono::seconds(3000));
  target.delay->retry_at = core::wall_now();
  ASSERT_TRUE(store.webpush().set_delay(target.subscription, target.delay));
  start();
  wait_until([&] { return count("accepted") == 4; });
  sender->stop();
  EXPECT_EQ(service.pushes("a"), 5U);
}

TEST_F(SenderTest, ABrowserThatIsGoneLosesItsSubscription) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  subscribe(2, "b");
  subscribe(3, "c");
  service.answer("a", {"410 Gone"});
  service.answer("b", {"404 Not Found"});
  service.answer("c", {"400 Bad Request"});
  post(3);
  start();
  wait_until([&] { return count("gone") == 2 && count("accepted") == 2; });
  sender->stop();
  EXPECT_EQ(count("refused"), 1U);
  EXPECT_EQ(store.webpush().count_subscriptions().value(), 1U);
  EXPECT_EQ(service.pushes("a"), 1U);
  EXPECT_EQ(cursor(), MessageId{3});
}

TEST_F(SenderTest, AServiceThatHangsIsCutAndHoldsNobodyElseUp) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  subscribe(2, "b");
  service.answer("a", {""});
  post(10);
  Limits limits;
  limits.whole = milliseconds(500);
  start(limits);
  wait_until([&] { return count("accepted") == 20; });
  sender->stop();
  EXPECT_EQ(count("delayed"), 1U);
  EXPECT_EQ(service.pushes("a"), 11U);
}

TEST_F(SenderTest, AFullQueueLeavesMessagesInTheDatabase) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  service.answer("a", {""});
  post(100);
  Limits limits;
  limits.queue = 8;
  limits.whole = std::chrono::minutes(5);
  start(limits);
  wait_until([&] { return metrics.counter("push_webpush_queue_full_total", "").value() > 3; });
  EXPECT_EQ(sender->state().queue, 8U);
  sender->stop();
  EXPECT_EQ(cursor(), MessageId{0}) << "what is not finished is sent again";
  start(limits);
  wait_until([&] { return service.pushes("a") == 101; });
}

TEST_F(SenderTest, OldMessagesOfADelayedSubscriptionAreLeftOut) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  post(3);
  store.messages[0].date -= std::chrono::hours(7);
  store.messages[1].date -= std::chrono::hours(7);
  service.answer("a", {"503 Busy"});
  start();
  wait_until([&] { return count("accepted") == 1; });
  sender->stop();
  EXPECT_EQ(count("expired"), 2U);
}

TEST_F(SenderTest, WithoutTheLeaseNothingIsSent) {
  ASSERT_TRUE(store.webpush().move_cursor(MessageId{0}));
  subscribe(1, "a");
  post(2);
  store.webpush().holds_lease = false;
  start();
  std::promise<core::Result<Sender::Tested>> tested;
  const auto own = store.webpush().find_subscription(core::ClientId{1}).value().value();
  ASSERT_TRUE(sender->test(own, [&](core::Result<Sender::Tested> outcome) { tested.set_value(std::move(outcome)); }));
  EXPECT_TRUE(tested.get_future().get().value().accepted) << "a test is sent by the node that is asked";
  sender->stop();
  EXPECT_EQ(service.pushes("a"), 1U);
  EXPECT_EQ(cursor(), MessageId{0});
}

TEST_F(SenderTest, ATestSaysWhatTheServiceAnswers) {
  subscribe(1, "a");
  subscribe(2, "b");
  service.answer("a", {"403 Forbidden", "410 Gone"});
  start();
  const auto ask = [&](std::uint64_t client) {
    const auto own = store.webpush().find_subscription(core::ClientId{client}).value().value();
    return core::await<core::Result<Sender::Tested>>([&](auto done) {
      const auto queued = sender->test(own, std::move(done));
      EXPECT_TRUE(queued);
    });
  };
  EXPECT_EQ(ask(1)->why, "127.0.0.1 answered 403");
  EXPECT_EQ(ask(1)->why, "the browser has unsubscribed; subscribe again");
  EXPECT_EQ(store.webpush().find_subscription(core::ClientId{1}).value(), std::nullopt);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(ask(2)->accepted);
  const auto own = store.webpush().find_subscription(core::ClientId{2}).value().value();
  const auto fourth = sender->test(own, [](core::Result<Sender::Tested>) {});
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().code, core::ErrorCode::throttled);
  EXPECT_GT(fourth.error().retry_after.count(), 0);
  sender->stop();
  EXPECT_EQ(sender->test(own, [](core::Result<Sender::Tested>) {}).has_value(), false);
}

}  // namespace
}  // namespace push::webpush
