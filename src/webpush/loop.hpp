// The sender's thread.
#pragma once
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "push/auth/rate_limiter.hpp"
#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "push/webpush/sender.hpp"
#include "webpush/backlog.hpp"
#include "webpush/meters.hpp"
#include "webpush/transfers.hpp"
#include "webpush/vapid.hpp"

namespace push::webpush {

class Sender::Loop {
 public:
  Loop(Settings settings, store::Store& store, metrics::Registry& metrics);

  core::Result<void> start();
  void stop();
  const Endpoints& endpoints() const { return settings_.endpoints; }
  const Limits& limits() const { return settings_.limits; }
  store::WebPush& tables() const { return tables_; }
  core::Result<void> test(const store::WebPushSubscription& subscription,
                          core::Callback<void(core::Result<Tested>)> done);
  State state() const;

 private:
  using Done = core::Callback<void(core::Result<Tested>)>;
  struct Test {
    store::WebPushSubscription subscription;
    Done done;
  };
  // A push under way.
  struct Flight {
    store::WebPushSubscription subscription;
    std::string host;
    std::string origin;
    core::MessageId message{};
    core::SteadyTime begun{};
    Done tested;  // of a test
  };

  void run(const std::stop_token& stop);
  // ---- one turn
  void start_tests();
  core::Result<void> read();
  core::Result<void> begin();
  core::Result<void> read_messages();
  core::Result<void> queue(const std::vector<store::WebPushMessage>& messages);
  core::Result<void> read_delayed();
  core::Result<void> resume(store::WebPushTarget target, bool was_sent);
  core::Result<void> save(bool now);
  core::Result<void> renew_keys();
  void launch();
  bool launch(const std::string& endpoint);
  bool still_subscribed(Line& line);
  void land(const Outcome& outcome);
  // ---- what became of a push
  void finish(Flight& flight, const Outcome& outcome);
  core::Result<void> settle(Flight& flight, const Outcome& outcome);
  core::Result<void> delay(const Flight& flight, std::chrono::seconds retry_after);
  void answer(Flight& flight, const Outcome& outcome);
  core::Result<std::uint64_t> send(const store::WebPushSubscription& to, const std::string& payload,
                                   const char* urgency, Flight flight);
  void give_up();
  void note(const core::Result<void>& outcome);

  const Settings settings_;
  store::Store& store_;
  store::WebPush& tables_;
  Meters meters_;
  auth::RateLimiter tests_allowed_;
  Transfers transfers_;
  std::atomic<std::size_t> queued_{0};

  // ---- of the thread
  std::unique_ptr<Vapid> vapid_;
  Backlog backlog_;
  std::map<std::uint64_t, Flight> flights_;
  std::map<std::string, std::size_t> to_service_;  // under way, by origin
  std::uint64_t last_flight_ = 0;
  std::optional<core::MessageId> position_;  // everything up to it has been read; empty: this node does not send
  core::MessageId saved_{};                  // the cursor in the database
  bool subscribed_ = false;                  // whether anybody is
  core::SteadyTime next_read_{};
  core::SteadyTime next_delayed_{};
  core::SteadyTime next_save_{};
  core::SteadyTime next_keys_{};
  bool failing_ = false;  // logged once until it works again

  core::Mutex mutex_;
  std::vector<Test> tests_ PUSH_GUARDED_BY(mutex_);
  bool stopped_ PUSH_GUARDED_BY(mutex_) = true;
  core::Thread thread_;
};

}  // namespace push::webpush
