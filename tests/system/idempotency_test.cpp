// Retries with an Idempotency-Key: each message is stored and delivered once.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/api_test.hpp"
#include "support/database.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

constexpr const char* kReplayed = "Idempotent-Replayed";

Lines with_key(const std::string& key) {
  return {"Idempotency-Key: " + key};
}

std::string body_of(const std::string& text) {
  return nlohmann::json{{"message", text}}.dump();
}

class Idempotency : public ApiTest {
 protected:
  Answer post(HttpClient& http, const std::string& key, const std::string& text) {
    return http.post("/message", kJson, body_of(text), with_key(key));
  }
  std::string stored(const std::string& what = "count(*)") {
    return Database(server_.database()).value("SELECT " + what + " FROM messages");
  }
};

TEST_F(Idempotency, ARetryGetsTheFirstAnswerAndStoresAndDeliversNothing) {
  StreamClient subscriber = stream();
  HttpClient http = poster();
  const Answer first = post(http, "k", "m");
  EXPECT_EQ(first.status, 200);
  EXPECT_FALSE(first.has(kReplayed));
  const Answer second = post(http, "k", "m");
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(second.header(kReplayed), "true");
  EXPECT_EQ(second.body, first.body);
  post_message(http, "next");
  EXPECT_EQ(subscriber.next_message(), first.body + "\n");
  EXPECT_EQ(nlohmann::json::parse(subscriber.next_message()).at("message"), "next") << "delivered once";
  EXPECT_EQ(stored(), "2");
  EXPECT_EQ(server_.metric("push_messages_replayed_total"), 1);
}

TEST_F(Idempotency, EachKindOfRefusalHasItsStatus) {
  HttpClient http = poster();
  const std::uint64_t id = id_of(post(http, "k", "m").body);
  const Answer other = post(http, "k", "n");
  EXPECT_EQ(other.status, 422);
  EXPECT_EQ(other.body, error_body(422, "this Idempotency-Key was used for another message, id " + std::to_string(id)));
  const Answer long_key = post(http, std::string(256, 'k'), "m");
  EXPECT_EQ(long_key.status, 400);
  EXPECT_EQ(long_key.body, error_body(400, "header Idempotency-Key has 256 bytes; at most 255 are allowed"));
  EXPECT_EQ(post(http, "caf\xc3\xa9", "m").body,
            error_body(400, "header Idempotency-Key may hold printable ASCII only; byte 4 is not"));
  EXPECT_EQ(post(http, std::string(255, 'k'), "m").status, 200);
  EXPECT_EQ(stored(), "2");
}

// The same client in chunks, as a form, and with a client's token; another application's key is another key.
TEST_F(Idempotency, ARetryMayBeSentInAnotherWay) {
  HttpClient http = poster();
  const Answer first = post(http, "k", "m");
  http.write("POST /message HTTP/1.1\r\nHost: x\r\nX-Gotify-Key: " + application_.token +
             "\r\nContent-Type: application/json\r\nidempotency-key: k\r\nTransfer-Encoding: chunked\r\n\r\n"
             "5\r\n{\"mes\r\nb\r\nsage\":\"m\" }\r\n0\r\n\r\n");
  EXPECT_EQ(http.read().body, first.body);
  EXPECT_EQ(http.post("/message", kForm, "message=m", with_key("k")).body, first.body);
  HttpClient owner = reader();
  const std::string mine = "{\"message\":\"m\",\"appid\":" + std::to_string(application_.id) + "}";
  EXPECT_EQ(owner.post("/message", kJson, mine, with_key("k")).body, first.body);
  HttpClient admin_http = server_.http(admin().basic());
  EXPECT_EQ(admin_http.post("/message", kJson, mine, with_key("k")).body, first.body);
  const Created second = create_application(admin_http, "app2");
  HttpClient other = server_.http(second.key());
  const Answer foreign = post(other, "k", "m");
  EXPECT_EQ(foreign.status, 200);
  EXPECT_FALSE(foreign.has(kReplayed));
  EXPECT_EQ(stored(), "2");
}

TEST_F(Idempotency, OfAHundredAtOnceOneIsStored) {
  StreamClient subscriber = stream();
  std::mutex mutex;
  std::set<std::string> bodies;
  int replayed = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      HttpClient http = poster();
      const Answer answer = post(http, "k", "m");
      const std::lock_guard lock(mutex);
      EXPECT_EQ(answer.status, 200) << answer.body;
      bodies.insert(answer.body);
      if (answer.has(kReplayed)) ++replayed;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bodies.size(), 1U);
  EXPECT_EQ(replayed, 99);
  EXPECT_EQ(stored(), "1");
  HttpClient http = poster();
  post_message(http, "next");
  EXPECT_EQ(subscriber.next_message(), *bodies.begin() + "\n");
  EXPECT_EQ(nlohmann::json::parse(subscriber.next_message()).at("message"), "next");
}

TEST_F(Idempotency, ADeletedMessageIsNotStoredAgain) {
  HttpClient http = poster();
  const Answer first =
      http.post("/message", kJson, R"({"message":"m","title":"t","priority":2,"extras":{"a":1}})", with_key("k"));
  HttpClient owner = reader();
  EXPECT_EQ(owner.request("DELETE", "/message/" + std::to_string(id_of(first.body))).status, 200);
  EXPECT_EQ(
      http.post("/message", kJson, R"({"message":"m","title":"t","priority":2,"extras":{"a":1}})", with_key("k")).body,
      first.body);
  EXPECT_EQ(stored(), "0");
}

TEST_F(Idempotency, KeysSurviveARestart) {
  HttpClient http = poster();
  const Answer first = post(http, "k", "m");
  EXPECT_EQ(server_.stop(), 0);
  server_.start();
  HttpClient again = poster();
  const Answer second = post(again, "k", "m");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(second.header(kReplayed), "true");
}

// The sender never hears that its message was stored: the server is killed first. What retries are for.
TEST_F(Idempotency, AfterKill9BetweenCommitAndAnswerARetryGetsTheStoredMessage) {
  for (int round = 1; round <= 3; ++round) {
    const std::string number = std::to_string(round);
    HttpClient http = poster();
    const std::string body = body_of("m" + number);
    http.write("POST /message HTTP/1.1\r\nHost: x\r\nX-Gotify-Key: " + application_.token +
               "\r\nContent-Type: application/json\r\nIdempotency-Key: k" + number +
               "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    ASSERT_TRUE(eventually([&] { return stored() == number; }));
    server_.kill9();
    server_.start();
    HttpClient retrying = poster();
    const Answer retry = post(retrying, "k" + number, "m" + number);
    EXPECT_EQ(retry.header(kReplayed), "true");
    EXPECT_EQ(std::to_string(id_of(retry.body)), stored("max(id)"));
    EXPECT_EQ(stored(), number);
  }
}

// Senders that retry until they are answered, while the server is killed again and again, each time on another port.
class RetryingSenders {
 public:
  RetryingSenders(std::size_t count, std::uint16_t port, Lines key) : port_(port), key_(std::move(key)) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this, i] { run(i); });
  }
  void move_to(std::uint16_t port) { port_ = port; }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  std::size_t acknowledged() const { return acknowledged_; }
  int replayed() const { return replayed_; }
  const std::map<std::string, std::uint64_t>& ids() const { return ids_; }  // by text; after stop()

 private:
  void run(std::size_t sender) {
    HttpClient http({"127.0.0.1", port_}, key_);
    for (int i = 0; !stopping_; ++i) {
      const std::string text = std::to_string(sender) + "-" + std::to_string(i);
      const Answer answer = post_until_answered(http, text);
      EXPECT_EQ(answer.status, 200) << answer.body;
      if (answer.status != 200) return;
      if (answer.has(kReplayed)) ++replayed_;
      const std::lock_guard lock(mutex_);
      ids_.emplace(text, id_of(answer.body));
      ++acknowledged_;
    }
  }
  Answer post_until_answered(HttpClient& http, const std::string& text) {
    for (;;) {
      try {
        return http.post("/message", kJson, body_of(text), with_key(text));
      } catch (const ConnectionLost&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        http = HttpClient({"127.0.0.1", port_}, key_);
      }
    }
  }

  std::atomic<std::uint16_t> port_;
  const Lines key_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> ids_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::size_t> acknowledged_ = 0;
  std::atomic<int> replayed_ = 0;
  std::vector<std::thread> threads_;
};

TEST_F(Idempotency, RetriesThroughKill9StoreEachMessageExactlyOnce) {
  std::mt19937 random(std::random_device{}());
  RetryingSenders senders(16, server_.address().port, application_.key());
  for (int round = 0; round < 8; ++round) {
    const std::size_t wanted = senders.acknowledged() + 50 + random() % 200;
    ASSERT_TRUE(eventually([&] { return senders.acknowledged() >= wanted; }));
    server_.kill9();
    server_.start();
    senders.move_to(server_.address().port);
  }
  senders.stop();
  EXPECT_EQ(server_.stop(), 0);
  std::map<std::string, std::uint64_t> rows;
  Database database(server_.database());
  for (const auto& row : database.rows("SELECT message, id FROM messages")) {
    EXPECT_TRUE(rows.emplace(row[0], std::stoull(row[1])).second) << row[0] << " is stored twice";
  }
  EXPECT_EQ(rows, senders.ids());
  std::printf("%zu messages, %d of them answered by a retry\n", rows.size(), senders.replayed());
}

// A preflight says what the operator has listed, and nothing of ours.
TEST_F(Idempotency, ForeignOriginsMaySendTheHeaderWhereTheOperatorListsIt) {
  EXPECT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_CORS_ALLOWORIGINS", "https://friend\\.example");
  const Lines preflight = {"Origin: https://friend.example", "Access-Control-Request-Method: POST",
                           "Access-Control-Request-Headers: idempotency-key"};
  server_.start();
  EXPECT_FALSE(nobody().request("OPTIONS", "/message", preflight).has("Access-Control-Allow-Headers"));
  EXPECT_EQ(server_.stop(), 0);
  server_.set("GOTIFY_SERVER_CORS_ALLOWHEADERS", "content-type,idempotency-key");
  server_.start();
  EXPECT_EQ(nobody().request("OPTIONS", "/message", preflight).header("Access-Control-Allow-Headers"),
            "Content-Type,Idempotency-Key");
}

}  // namespace
}  // namespace push::support
