// Checks again whether the open streams of this node are still allowed, when changes of accounts may have been missed.
// Closes the streams of deleted clients, and those opened with a password: it may have changed, and was not kept to be
// checked again; whoever knows the new one reconnects. A client that has expired meanwhile is in use as long as its
// stream is open, and stays (Accounts::delete_expired_clients). Works in slices, on a thread of its own from start() to
// stop(). If the store does not answer, streams stay, and it is asked again a second later. Owned by main; what is
// passed in outlives it.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

#include "push/core/mutex.hpp"
#include "push/core/patient_clock.hpp"
#include "push/core/thread.hpp"
#include "push/delivery/publisher.hpp"
#include "push/net/presence.hpp"
#include "push/store/store.hpp"

namespace push::api {

class StreamCheck {
 public:
  static constexpr std::size_t kSlice = 256;  // keys checked at once

  // clock: the store's.
  StreamCheck(store::Finder& store, delivery::Publisher& publisher, net::Presence& presence, core::WallClock clock,
              std::chrono::milliseconds again = std::chrono::seconds(1))
      : store_(store), publisher_(publisher), presence_(presence), clock_(std::move(clock)), again_(again) {}
  ~StreamCheck();  // stop()

  // Between the start and the stop of the loops.
  void start();
  void stop();
  // Any thread, never blocks: all streams that are open now will be checked.
  void ask();

 private:
  void run(const std::stop_token& stop);
  // False: there are no more.
  bool look_at_slice(std::optional<hub::Key>& after, const std::stop_token& stop);
  bool look_at(hub::Key key, const std::stop_token& stop);
  // Empty: the store did not answer.
  std::optional<bool> is_allowed(hub::Key key);
  std::optional<bool> has_expired(core::ClientId client);

  store::Finder& store_;
  delivery::Publisher& publisher_;
  net::Presence& presence_;
  const core::WallClock clock_;
  const std::chrono::milliseconds again_;
  core::Mutex mutex_;
  core::Condition wake_;
  bool asked_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::api
