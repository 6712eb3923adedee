// A subscriber that does not read affects only itself.
#include <gtest/gtest.h>

#include "support/gotify.hpp"
#include "support/server_process.hpp"
#include "support/stream_crowd.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr std::size_t kHealthy = 4;
constexpr int kMostMessages = 200;  // more than any kernel's socket buffers hold
constexpr const char* kSlow = "push_stream_closed_total{reason=\"slow_consumer\"}";
constexpr const char* kDropped = "push_stream_dropped_total";
constexpr const char* kBacklogs = "push_stream_backlogs";

class SlowConsumer : public testing::Test {
 protected:
  void start(const Settings& settings = {}) {
    for (const auto& [name, value] : settings) server_.set(name, value);
    server_.start();
    HttpClient owner = server_.http(admin().basic());
    application_ = create_application(owner, "app");
    client_ = create_client(owner, "client");
    crowd_.join(server_.address(), client_.key(), kHealthy);
  }

  // Never reads unless told to; its window is as small as the kernel allows.
  StreamClient frozen() { return StreamClient::open(server_.address(), client_.key(), {"/stream", 4096}); }

  // Posts large messages until the metric shows `wanted`; every healthy subscriber has each before the next one.
  // How many it took.
  std::size_t post_until(const char* metric, double wanted) {
    HttpClient http = server_.http(application_.key());
    const std::string large(256 * 1024, 'x');
    std::size_t posted = 0;
    for (; posted < kMostMessages && server_.metric(metric) < wanted; ++posted) {
      sent_.push_back(post_message(http, std::to_string(posted) + " " + large) + "\n");
      EXPECT_TRUE(crowd_.wait_for_messages_each(sent_.size()));
    }
    EXPECT_GE(server_.metric(metric), wanted) << "after " << posted << " messages";
    return posted;
  }

  void expect_that_the_healthy_have_everything() {
    for (const Subscriber& healthy : crowd_.everybody()) {
      EXPECT_EQ(healthy.messages.size(), sent_.size());
      EXPECT_TRUE(healthy.messages == sent_) << "not what was posted";
      EXPECT_FALSE(healthy.ended);
      EXPECT_EQ(healthy.wrong, "");
    }
  }

  ServerProcess server_;
  Created application_;
  Created client_;
  StreamCrowd crowd_;
  std::vector<std::string> sent_;
};

TEST_F(SlowConsumer, IsClosedAndCountedWhileEverybodyElseGetsEverything) {
  start();
  StreamClient slow = frozen();
  EXPECT_EQ(server_.metric("push_stream_connections"), kHealthy + 1);
  post_until(kSlow, 1);
  EXPECT_EQ(server_.metric(kSlow), 1);
  EXPECT_EQ(server_.metric("push_stream_connections"), kHealthy);
  EXPECT_EQ(server_.metric(kBacklogs), 0) << "its buffers were not given back";

  HttpClient http = server_.http(application_.key());
  sent_.push_back(post_message(http, "after it") + "\n");
  ASSERT_TRUE(crowd_.wait_for_messages_each(sent_.size()));
  expect_that_the_healthy_have_everything();

  // What it finds when it reads at last: the oldest messages, whole and in order, then the end without a Close frame.
  std::size_t read = 0;
  try {
    for (StreamEvent event = slow.next(); event.kind != StreamEvent::Kind::end; event = slow.next(), ++read) {
      ASSERT_EQ(event.kind, StreamEvent::Kind::message);
      ASSERT_TRUE(event.payload == sent_.at(read)) << "message " << read;
    }
  } catch (const Failure& failure) {
    EXPECT_STREQ(failure.what(), "the stream ended inside a frame");
  }
  EXPECT_LT(read, sent_.size());
}

TEST_F(SlowConsumer, OfAnotherUserIsOfNoConsequence) {
  server_.start();
  ASSERT_EQ(server_.stop(), 0);
  const Account other = seed_users(server_, 1).front();
  start();
  HttpClient http = server_.http(other.basic());
  Created application = create_application(http, "other");
  StreamClient listener = server_.stream(other.basic());
  StreamClient slow = frozen();
  post_until(kBacklogs, 1);
  HttpClient poster = server_.http(application.key());
  const std::string message = post_message(poster, "hello");
  EXPECT_EQ(listener.next_message(), message + "\n");
  EXPECT_EQ(server_.metric(kSlow), 0);
}

TEST_F(SlowConsumer, LosesTheOldestButStaysWhenTheOverflowIsDropOldest) {
  start({{"GOTIFY_SERVER_STREAM_OVERFLOW", "drop_oldest"}});
  StreamClient slow = frozen();
  post_until(kDropped, 3);
  EXPECT_EQ(server_.metric(kSlow), 0);
  EXPECT_EQ(server_.metric("push_stream_connections"), kHealthy + 1);
  expect_that_the_healthy_have_everything();

  // It wakes up: what it gets rises in id, lacks exactly what was counted as dropped, and ends with the newest.
  std::vector<std::uint64_t> ids;
  while (ids.empty() || ids.back() != id_of(sent_.back())) {
    ids.push_back(id_of(slow.next_message()));
    ASSERT_TRUE(ids.size() == 1 || ids[ids.size() - 2] < ids.back());
  }
  EXPECT_EQ(static_cast<double>(sent_.size() - ids.size()), server_.metric(kDropped));
  EXPECT_TRUE(eventually([this] { return server_.metric(kBacklogs) == 0; })) << "its buffers were not given back";
  HttpClient http = server_.http(application_.key());
  const std::string message = post_message(http, "awake");
  EXPECT_EQ(slow.next_message(), message + "\n");
}

}  // namespace
}  // namespace push::support
