// POST /message/test: which devices receive a message.
#include <nlohmann/json.hpp>

#include "support/api_test.hpp"

namespace push::support {
namespace {

using nlohmann::json;
using Kind = StreamEvent::Kind;

class DeliveryReceipts : public ApiTest {
 protected:
  Answer test() {
    HttpClient http = reader();
    return http.post("/message/test", kJson, json({{"appid", application_.id}}).dump());
  }
};

TEST_F(DeliveryReceipts, ATestNamesTheDevicesAndWhoHasReceivedIt) {
  StreamClient page = StreamClient::open(server_.address(), client_.key(), {.target = "/stream?events=1"});
  EXPECT_EQ(json::parse(page.next_message()).at("event"), "open");
  StreamClient stock = stream();
  const Answer answer = test();
  ASSERT_EQ(answer.status, 200) << answer.body;
  const json message = answer.json().at("message");
  EXPECT_EQ(message.at("appid"), application_.id);
  EXPECT_EQ(message.at("title"), "Test");
  const json devices = answer.json().at("devices");
  ASSERT_EQ(devices.size(), 1U) << "two streams of one client";
  EXPECT_EQ(devices[0].at("client"), client_.id);
  EXPECT_EQ(devices[0].at("via"), "websocket");
  EXPECT_EQ(devices[0].at("state"), "waiting");

  const Answer second = test();
  EXPECT_EQ(second.status, 429);
  EXPECT_TRUE(second.has("Retry-After"));
  EXPECT_EQ(json::parse(stock.next_message()), message) << "what a stock client receives is the message";
  const StreamEvent ping = stock.next();
  ASSERT_EQ(ping.kind, Kind::ping);
  EXPECT_FALSE(ping.payload.empty());
  stock.pong(ping);
  EXPECT_EQ(json::parse(page.next_message()).at("message"), message);
  json receipt = json::parse(page.next_message());  // answers its own ping on the way
  EXPECT_GE(receipt.at("ms"), 0.0);
  receipt.erase("ms");
  const json expected = {{"event", "receipt"},
                         {"id", message.at("id")},
                         {"client", client_.id},
                         {"via", "websocket"},
                         {"state", "delivered"}};
  EXPECT_EQ(receipt, expected);
  receipt = json::parse(page.next_message());
  EXPECT_EQ(receipt.at("event"), "receipt");
  EXPECT_EQ(test().status, 200) << "all have answered";
}

TEST_F(DeliveryReceipts, WhereNobodyListensNobodyIsWaitedFor) {
  HttpClient http = reader();
  const Answer nobody_there = http.post("/message/test", kJson, json({{"appid", application_.id}}).dump());
  EXPECT_EQ(nobody_there.json().at("devices"), json::array());
  EXPECT_EQ(test().status, 200) << "nobody is waited for";
  EXPECT_EQ(http.post("/message/test", kJson, R"({"appid":9999})").body, error_body(400, "appid not found"));
  EXPECT_EQ(http.post("/message/test", kJson, "{}").body, error_body(400, "Field 'appid' is required"));
}

TEST_F(DeliveryReceipts, AnAdministratorSeesHowTheServerDoes) {
  StreamClient device = stream();
  HttpClient sender = poster();
  post_message(sender, "counted");
  device.next_message();
  HttpClient owner = server_.http(admin().basic());
  const json state = owner.get("/admin/server").json();
  EXPECT_EQ(state.at("connections").at("websocket"), 1);
  EXPECT_EQ(state.at("messages"), 1);
  EXPECT_EQ(state.at("post").at("count"), 1);
  EXPECT_GT(state.at("database"), 4096);
  ASSERT_EQ(state.at("nodes").size(), 1U);
  EXPECT_EQ(state.at("nodes")[0].at("self"), true);
}

}  // namespace
}  // namespace push::support
