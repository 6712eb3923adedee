// Sends messages to browsers that have subscribed (Web Push: RFC 8030, 8291, 8292), on a thread of its own. It reads
// what is committed from the store, from a cursor on, so a POST never waits for it; of several nodes, the one that
// holds the store's lease sends for all.
//
// The cursor passes a message when each of its pushes has been accepted or refused, or is noted as delayed in the
// database: after a crash a push may go out twice, but none is left out. The queue in memory is bounded; when it is
// full, messages are read later.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "push/core/callback.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/store.hpp"
#include "push/store/webpush.hpp"
#include "push/webpush/endpoints.hpp"

namespace push::webpush {

struct Limits {
  std::size_t queue = 1024;                   // pushes in memory; those of one message always fit
  std::size_t parallel = 64;                  // under way at once
  std::size_t per_service = 16;               // of these, to one push service
  std::size_t delayed = 64;                   // delayed subscriptions that are tried again at once
  std::size_t per_user = 64;                  // subscriptions of one user
  std::size_t tests = 64;                     // that wait
  std::chrono::milliseconds poll{250};        // between two looks for new messages
  std::chrono::milliseconds idle_poll{1000};  // while nobody has subscribed
  std::chrono::milliseconds save{1000};       // at most so long until the cursor is written
  std::chrono::milliseconds connect{10'000};  // a push may take
  std::chrono::milliseconds whole{20'000};
  std::chrono::milliseconds first_retry{5000};  // doubled each time, up to
  std::chrono::milliseconds last_retry{30 * 60'000};
  std::chrono::hours give_up{6};  // a message older than that is not sent any more
};

class Sender {
 public:
  struct Settings {
    std::string subject;  // config webpush.subject
    std::string cafile;
    Endpoints endpoints;
    Limits limits{};
  };
  // store and metrics outlive it.
  Sender(Settings settings, store::Store& store, metrics::Registry& metrics);
  ~Sender();  // stop()
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Makes the key pair if there is none. Blocks on the database.
  core::Result<void> start();
  // Waits up to two seconds for what is under way, and writes the cursor. Idempotent; before the store drains.
  void stop();

  // ---- any thread
  const Endpoints& endpoints() const;
  const Limits& limits() const;
  store::WebPush& tables() const;
  // What the push service has answered to one push.
  struct Tested {
    bool accepted = false;
    std::string why;  // if it is not
  };
  // Sends a push to this subscription, whatever its filters. Never blocks; `done` is called on the sender's thread, and
  // at the end of stop(). throttled: six a minute for each client; unavailable: too many wait.
  core::Result<void> test(const store::WebPushSubscription& subscription,
                          core::Callback<void(core::Result<Tested>)> done);
  // As the metrics have it.
  struct State {
    std::size_t queue = 0;
    std::size_t limit = 0;
    std::uint64_t sent = 0;
    std::uint64_t failed = 0;
  };
  State state() const;

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace push::webpush
