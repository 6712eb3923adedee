#include "push/api/delivery_tests.hpp"

#include <fmt/format.h>

#include <utility>

namespace push::api {

DeliveryTests::DeliveryTests(delivery::Publisher& publisher, metrics::Registry& metrics)
    : publisher_(publisher),
      begun_(metrics.counter("push_delivery_tests_total", "Test messages (POST /message/test).")),
      receipts_(metrics.counter("push_delivery_receipts_total", "Test messages that a WebSocket has confirmed.")),
      refused_(metrics.counter("push_delivery_tests_refused_total",
                               "Test messages refused: one of the same user had not ended, or too many users test.")) {}

core::Result<std::string> DeliveryTests::begin(core::UserId user, Streams awaited, core::SteadyTime now) {
  const core::Lock lock(mutex_);
  if (tests_.size() >= kMost) std::erase_if(tests_, [now](const auto& one) { return one.second.end <= now; });
  if (const auto running = tests_.find(user); running != tests_.end() && running->second.end > now) {
    refused_.add();
    const auto left = std::chrono::ceil<std::chrono::seconds>(running->second.end - now);
    return core::throttled(left, "a test still waits for devices: try again in " + std::to_string(left.count()) + " s");
  }
  if (tests_.size() >= kMost && !tests_.contains(user)) {
    refused_.add();
    return core::failure(core::ErrorCode::unavailable,
                         "too many users test their devices (" + std::to_string(kMost) + ")");
  }
  begun_.add();
  std::string payload = "test " + std::to_string(++number_);
  tests_.insert_or_assign(user, Test{payload, std::move(awaited), now + kLength});
  return payload;
}

void DeliveryTests::leaves(core::UserId user, core::MessageId message, core::SteadyTime now) {
  const core::Lock lock(mutex_);
  const auto found = tests_.find(user);
  if (found == tests_.end()) return;
  found->second.message = message;
  found->second.left = now;
  if (found->second.awaited.empty()) tests_.erase(found);
}

void DeliveryTests::abandon(core::UserId user) {
  const core::Lock lock(mutex_);
  tests_.erase(user);
}

void DeliveryTests::ponged(core::UserId user, core::ClientId client, std::string_view payload, core::SteadyTime now) {
  core::MessageId message{};
  core::SteadyTime::duration took{};
  {
    const core::Lock lock(mutex_);
    const auto found = tests_.find(user);
    if (found == tests_.end()) return;
    Test& test = found->second;
    const auto awaited = test.awaited.find(client);
    const bool known = test.payload == payload && test.message != core::MessageId{} && test.end > now;
    if (!known || awaited == test.awaited.end()) return;
    message = test.message;
    took = now - test.left;
    if (--awaited->second == 0) test.awaited.erase(awaited);
    if (test.awaited.empty()) tests_.erase(found);
  }
  receipts_.add();
  publisher_.notify(user, fmt::format(R"({{"event":"receipt","id":{},"client":{},"via":"websocket","ms":{:.1f},)"
                                      R"("state":"delivered"}})",
                                      core::value(message), core::value(client),
                                      std::chrono::duration<double, std::milli>(took).count()));
}

}  // namespace push::api
