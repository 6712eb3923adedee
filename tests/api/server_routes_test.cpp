#include <nlohmann/json.hpp>

#include "api/handler_test.hpp"
#include "push/store/feed.hpp"

namespace push::api {
namespace {

using Json = nlohmann::json;

class ServerRoutes : public HandlerTest {
 protected:
  Json state() {
    const net::Response response = call("GET", "/admin/server");
    EXPECT_EQ(response.status, 200u);
    return Json::parse(response.body.view);
  }
};

TEST_F(ServerRoutes, TellWhatTheMetricsAndTheStoreSay) {
  metrics.counter("push_messages_stored_total", "").add(3);
  metrics.counter("push_stream_deliveries_total", "").add(9);
  metrics.gauge("push_streams", "", "transport=\"websocket\"").set(2);
  metrics.gauge("push_streams", "", "transport=\"sse\"").set(1);
  metrics.counter("push_stream_closed_total", "", "reason=\"slow_consumer\"").add(4);
  metrics.gauge("push_store_queue_length", "").set(5);
  metrics::Histogram& delivery = metrics.histogram("push_stream_delivery_seconds", "");
  for (const std::uint64_t micros : {1, 3, 900, 99'000'000}) delivery.record(micros);
  const Json found = state();
  EXPECT_EQ(found.at("version"), PUSH_VERSION);
  EXPECT_EQ(found.at("start"), core::rfc3339(services.start));
  EXPECT_EQ(found.at("dialect"), "sqlite3");
  EXPECT_EQ(found.at("messages"), 3 + 0);
  EXPECT_EQ(found.at("deliveries"), 9);
  EXPECT_EQ(found.at("connections"), Json({{"websocket", 2}, {"sse", 1}}));
  EXPECT_EQ(found.at("closes"), Json({{"slow_consumer", 4}}));
  EXPECT_EQ(found.at("queue"), Json({{"used", 5}, {"limit", config.database.queue}}));
  EXPECT_EQ(found.at("database"), 4096);
  EXPECT_GT(found.at("memory"), 1'000'000);
  const Json& histogram = found.at("delivery");
  EXPECT_EQ(histogram.at("count"), 4);
  EXPECT_DOUBLE_EQ(histogram.at("sum"), 99.000904);
  const Json& buckets = histogram.at("buckets");
  ASSERT_EQ(buckets.size(), metrics::Histogram::kBuckets);
  EXPECT_EQ(buckets[0], Json({1e-6, 1}));
  EXPECT_EQ(buckets[2], Json({4e-6, 2}));
  EXPECT_EQ(buckets[10], Json({1024e-6, 3}));
  EXPECT_EQ(buckets.back(), Json({16777216e-6, 3})) << "what took longer is only in count";
}

TEST_F(ServerRoutes, KnowTheNodes) {
  EXPECT_EQ(state().at("nodes"),
            Json::array({{{"name", "here"}, {"self", true}, {"state", "live"}, {"applied", 0}, {"behind", 0}}}));
  store::NodeRow own;
  own.name = "here";
  own.epoch = "e";
  own.alive = true;
  own.status.applied = core::MessageId{7};
  own.head = core::MessageId{9};
  store::NodeRow gone;
  gone.name = "there";
  store.nodes = {own, gone};
  EXPECT_EQ(state().at("nodes"),
            Json::array({{{"name", "here"}, {"self", true}, {"state", "live"}, {"applied", 7}, {"behind", 2}},
                         {{"name", "there"}, {"self", false}, {"state", "gone"}, {"applied", 0}, {"behind", 0}}}));
}

TEST_F(ServerRoutes, AnswerAlsoWhileTheDatabaseIsAway) {
  store.broken = true;
  const Json found = state();
  EXPECT_FALSE(found.contains("database"));
  EXPECT_EQ(found.at("nodes")[0].at("state"), "not ready");
}

}  // namespace
}  // namespace push::api
