// Looks again whether the open streams of this node are still allowed, when changes of accounts may have been missed:
// closes those of clients that are gone, and those opened with a password, which may have changed and is not known any
// more; who still has it reconnects. In slices, on a thread of its own from start() to stop(). If the store cannot
// tell, streams stay, and it is asked again a second later. Owned by main; what is passed in outlives it.
#pragma once
#include <chrono>
#include <optional>
#include <stop_token>

#include "push/core/mutex.hpp"
#include "push/core/thread.hpp"
#include "push/delivery/publisher.hpp"
#include "push/hub/hub.hpp"
#include "push/net/presence.hpp"
#include "push/store/store.hpp"

namespace push::api {

class StreamCheck {
 public:
  static constexpr std::size_t kSlice = 256;  // keys asked for at once

  StreamCheck(store::Finder& store, delivery::Publisher& publisher, net::Presence& presence,
              std::chrono::milliseconds again = std::chrono::seconds(1))
      : store_(store), publisher_(publisher), presence_(presence), again_(again) {}
  ~StreamCheck();  // stop()

  // Between the start and the stop of the loops.
  void start();
  void stop();
  // Any thread, never blocks: all streams that are open now will be looked at.
  void ask();

 private:
  void run(const std::stop_token& stop);
  // False: there are no more.
  bool look_at_slice(std::optional<hub::Key>& after, const std::stop_token& stop);
  bool look_at(hub::Key key, const std::stop_token& stop);
  // Empty: the store cannot tell.
  std::optional<bool> is_allowed(hub::Key key);

  store::Finder& store_;
  delivery::Publisher& publisher_;
  net::Presence& presence_;
  const std::chrono::milliseconds again_;
  core::Mutex mutex_;
  core::Condition wake_;
  bool asked_ PUSH_GUARDED_BY(mutex_) = false;
  core::Thread thread_;
};

}  // namespace push::api
