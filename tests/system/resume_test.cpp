// Streams that come back are sent what they missed, on every transport: nothing is lost, nothing comes twice, and the
// order is that of the ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "support/api_test.hpp"
#include "support/resuming_client.hpp"
#include "support/senders.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr StreamKind kKinds[] = {StreamKind::websocket, StreamKind::sse, StreamKind::ndjson};
constexpr milliseconds kMoment{200};

class Resume : public ApiTest {
 protected:
  void post(int count) {
    HttpClient http = poster();
    for (int i = 0; i < count; ++i) ids_.push_back(id_of(post_message(http, "m" + std::to_string(i))));
  }
  ResumingClient client(StreamKind kind) const { return {client_.key(), kind}; }

  std::vector<std::uint64_t> ids_;
};

TEST_F(Resume, EveryTransportIsSentWhatItMissedThenWhatIsNew) {
  post(3);
  for (const StreamKind kind : kKinds) {
    ResumingClient stream = client(kind);
    stream.open(server_.address(), ids_[0]);
    EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "true");
    EXPECT_EQ(stream.header("Gotify-Stream-Head"), std::to_string(ids_.back()));
    EXPECT_TRUE(stream.read_for(kMoment));
    const std::vector<std::uint64_t> missed(ids_.begin() + 1, ids_.end());
    EXPECT_EQ(stream.ids(), missed);
    post(1);
    EXPECT_TRUE(stream.read_for(kMoment));
    EXPECT_EQ(stream.ids().back(), ids_.back());
    EXPECT_EQ(stream.ids().size(), missed.size() + 1);
  }
}

TEST_F(Resume, WithoutACursorNothingIsReplayedAndNoHeaderIsAdded) {
  post(1);
  StreamClient stream = this->stream();
  post(1);
  EXPECT_EQ(id_of(stream.next_message()), ids_.back());
  ResumingClient other = client(StreamKind::sse);
  other.open(server_.address(), ids_.back() + 1'000'000);
  EXPECT_EQ(other.header("Gotify-Stream-Complete"), "false");
  EXPECT_TRUE(other.read_for(kMoment));
  EXPECT_THAT(other.ids(), IsEmpty()) << "a cursor above the newest message: of another database";
  post(1);
  EXPECT_TRUE(other.read_for(kMoment));
  EXPECT_THAT(other.ids(), ElementsAre(ids_.back())) << "it is live";
}

TEST_F(Resume, WhoMissedTooMuchIsToldSo) {
  server_.stop();
  server_.set("GOTIFY_SERVER_STREAM_RESUMELIMIT", "3");
  server_.start();
  post(5);
  ResumingClient stream = client(StreamKind::ndjson);
  stream.open(server_.address(), ids_[0]);
  EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "false");
  EXPECT_TRUE(stream.read_for(kMoment));
  EXPECT_THAT(stream.ids(), IsEmpty()) << "never a part of it";
  stream.open(server_.address(), ids_[1]);
  EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "true");
  EXPECT_TRUE(stream.read_for(kMoment));
  EXPECT_THAT(stream.ids(), ElementsAre(ids_[2], ids_[3], ids_[4]));
}

TEST_F(Resume, WhatWasDeletedIsNotMissed) {
  post(3);
  HttpClient http = reader();
  ASSERT_EQ(http.request("DELETE", "/message/" + std::to_string(ids_[1])).status, 200);
  ResumingClient stream = client(StreamKind::sse);
  stream.open(server_.address(), ids_[0]);
  EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "true");
  EXPECT_TRUE(stream.read_for(kMoment));
  EXPECT_THAT(stream.ids(), ElementsAre(ids_[2]));
}

TEST_F(Resume, WhoMissedWhatRetentionTookIsToldSoOnEveryTransport) {
  post(3);
  HttpClient http = reader();
  const auto resumed = [this](StreamKind kind, std::uint64_t seen) {
    ResumingClient stream = client(kind);
    stream.open(server_.address(), seen);
    EXPECT_EQ(stream.header("Gotify-Stream-Head"), std::to_string(ids_.back()));
    EXPECT_TRUE(stream.read_for(kMoment));
    return std::pair(stream.header("Gotify-Stream-Complete"), stream.ids());
  };
  const auto poll = [&](std::uint64_t seen) {
    return http.get("/stream?transport=poll&since_id=" + std::to_string(seen)).json();
  };
  EXPECT_EQ(resumed(StreamKind::sse, ids_[0]).first, "true");
  const std::string target = "/application/" + std::to_string(application_.id) + "/retention";
  ASSERT_EQ(http.request("PUT", target, {"Content-Type: application/json"}, R"({"count":1})").status, 200);
  ASSERT_TRUE(eventually([&] { return http.get("/message").json().at("messages").size() == 1; }));
  for (const StreamKind kind : kKinds) {
    const auto [complete, replayed] = resumed(kind, ids_[0]);
    EXPECT_EQ(complete, "false");
    EXPECT_THAT(replayed, IsEmpty()) << "never a part of it";
    const auto [rest_complete, rest] = resumed(kind, ids_[1]);
    EXPECT_EQ(rest_complete, "true") << "the last that was taken has been seen";
    EXPECT_THAT(rest, ElementsAre(ids_[2]));
  }
  EXPECT_EQ(poll(ids_[0]).at("complete"), false);
  EXPECT_EQ(poll(ids_[0]).at("cursor"), ids_.back());
  EXPECT_EQ(poll(ids_[1]).at("complete"), true);
}

TEST_F(Resume, ABadCursorOpensNothing) {
  HttpClient http = reader();
  const Answer answer = http.get("/stream?since_id=yesterday", {"Accept: text/event-stream"});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body, error_body(400, "since_id: not the id of a message: \\\"yesterday\\\""));
}

TEST_F(Resume, APollIsAnsweredAtOnceOrWhenSomethingComes) {
  post(2);
  HttpClient http = reader();
  const Answer missed = http.get("/stream?transport=poll&since_id=" + std::to_string(ids_[0]));
  EXPECT_EQ(missed.status, 200);
  EXPECT_EQ(missed.json().at("messages").size(), 1U);
  EXPECT_EQ(missed.json().at("cursor"), ids_[1]);
  EXPECT_EQ(missed.json().at("complete"), true);
  http.write("GET /stream?transport=poll&since_id=" + std::to_string(ids_[1]) + " HTTP/1.1\r\nHost: push\r\n" +
             client_.key().front() + "\r\n\r\n");
  post(1);
  const Answer live = http.read();
  EXPECT_EQ(live.json().at("messages").at(0).at("id"), ids_[2]);
  EXPECT_EQ(http.get("/stream?transport=poll&timeout=1&since_id=" + std::to_string(ids_[2])).status, 204);
  const Answer future = http.get("/stream?transport=poll&since_id=" + std::to_string(ids_[2] + 1000));
  EXPECT_EQ(future.json().at("complete"), false);
  EXPECT_EQ(future.json().at("cursor"), ids_[2]);
}

// Listeners that are cut at random moments while messages are posted, and while the server is killed.
class Cuts : public Resume {
 protected:
  static constexpr int kListeners = 24;

  void listen(unsigned seed, std::size_t index) {
    std::mt19937 random(seed + static_cast<unsigned>(index));
    ResumingClient stream = client(kKinds[index % std::size(kKinds)]);
    const auto complete = [&] { return !stream.ids().empty() && stream.ids().back() >= last_.load(); };
    while (last_.load() == 0 || !complete()) {
      try {
        stream.open({"127.0.0.1", port_}, 0);
        EXPECT_EQ(stream.header("Gotify-Stream-Complete"), "true");
        stream.read_for(milliseconds(std::uniform_int_distribution<>(0, 150)(random)));
        ++resumes_;
      } catch (const ConnectionLost&) {
        std::this_thread::sleep_for(milliseconds(20));  // being killed
      }
      stream.cut();
      if (std::chrono::steady_clock::now() > deadline_) break;
    }
    const ListenerAudit audit = audit_listener(ledger_.acknowledged(), stream.ids());
    EXPECT_THAT(audit.missing, IsEmpty()) << index;
    EXPECT_THAT(audit.repeated, IsEmpty()) << index;
    EXPECT_THAT(audit.out_of_order, IsEmpty()) << index;
  }
  void start_listeners() {
    port_ = server_.address().port;
    const unsigned seed = std::random_device()();
    std::printf("seed %u\n", seed);
    for (std::size_t i = 0; i < kListeners; ++i) threads_.emplace_back([this, seed, i] { listen(seed, i); });
  }
  void send_for(milliseconds time) {
    Senders senders({server_.address(), {application_}, 3, Senders::kEndless, "m"}, ledger_);
    std::this_thread::sleep_for(time);
    senders.stop();
    senders.join();
  }
  void finish() {
    HttpClient http = poster();
    const std::string last = post_message(http, "last");
    ledger_.acknowledge(id_of(last), "last");
    last_ = id_of(last);
    for (std::thread& thread : threads_) thread.join();
    std::printf("%zu messages, %d resumes\n", ledger_.size(), resumes_.load());
  }

  Ledger ledger_;
  std::atomic<std::uint16_t> port_{0};
  std::atomic<std::uint64_t> last_{0};
  std::atomic<int> resumes_{0};
  std::vector<std::thread> threads_;
  const std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + kPatience;
};

TEST_F(Cuts, AtRandomMomentsLoseNothing) {
  start_listeners();
  send_for(milliseconds(3000));
  finish();
}

TEST_F(Cuts, ByKillingTheServerLoseNothing) {
  start_listeners();
  for (int round = 0; round < 3; ++round) {
    std::thread killer([this] {
      std::this_thread::sleep_for(milliseconds(700));
      server_.kill9();
    });
    Senders senders({server_.address(), {application_}, 3, Senders::kEndless, "r" + std::to_string(round)}, ledger_);
    killer.join();
    senders.join();
    server_.start();
    port_ = server_.address().port;  // another one
  }
  finish();
}

}  // namespace
}  // namespace push::support
