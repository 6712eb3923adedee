// Tests of which devices receive a message (POST /message/test). Behind the message goes a ping, and who answers it has
// received the message: a WebSocket's bytes arrive in order. The pongs are told to the user's streams with events.
//
// A test belongs to the node that stored its message, and hears only of that node's WebSockets.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "push/core/clock.hpp"
#include "push/core/ids.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/delivery/publisher.hpp"
#include "push/metrics/registry.hpp"

namespace push::api {

// Any thread; nothing blocks.
class DeliveryTests {
 public:
  static constexpr std::chrono::seconds kLength{10};
  static constexpr std::size_t kMost = 1024;  // users who test at the same time
  using Streams = std::map<core::ClientId, std::size_t>;

  // The publisher outlives it.
  DeliveryTests(delivery::Publisher& publisher, metrics::Registry& metrics);

  // Begins a test of these WebSockets and returns the payload of its ping. Errors: throttled, while one of the user's
  // has not ended; unavailable, if too many users test.
  core::Result<std::string> begin(core::UserId user, Streams awaited, core::SteadyTime now = core::steady_now());
  // Its message is about to be relayed.
  void leaves(core::UserId user, core::MessageId message, core::SteadyTime now = core::steady_now());
  // Its message was not stored.
  void abandon(core::UserId user);
  // A pong, which may be of no test. The test ends with the last one that it awaits.
  void ponged(core::UserId user, core::ClientId client, std::string_view payload,
              core::SteadyTime now = core::steady_now());

 private:
  struct Test {
    std::string payload;
    Streams awaited;
    core::SteadyTime end;
    core::SteadyTime left{};
    core::MessageId message{};  // 0 = not relayed yet
  };

  delivery::Publisher& publisher_;
  metrics::Counter& begun_;
  metrics::Counter& receipts_;
  metrics::Counter& refused_;
  core::Mutex mutex_;
  std::map<core::UserId, Test> tests_ PUSH_GUARDED_BY(mutex_);
  std::uint64_t number_ PUSH_GUARDED_BY(mutex_) = 0;
};

}  // namespace push::api
