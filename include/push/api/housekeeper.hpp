// Once a second deletes the clients that have expired and closes their streams, so that a token's end is the end of its
// sockets, and of no other. Gotify does so every five minutes; lookups refuse an expired token at once in both. Its own
// thread, from the constructor to stop(). Owned by main; what is passed in outlives it.
#pragma once
#include <chrono>

#include "push/api/accounts.hpp"
#include "push/core/thread.hpp"

namespace push::api {

class Housekeeper {
 public:
  explicit Housekeeper(Accounts& accounts, std::chrono::milliseconds period = std::chrono::seconds(1));
  ~Housekeeper();  // stop()
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // Returns when a round that has begun is over, at most one commit later. Idempotent; main, before the store drains.
  void stop();

 private:
  void run(const std::stop_token& stop);
  void delete_expired();

  Accounts& accounts_;
  const std::chrono::milliseconds period_;
  bool failing_ = false;  // said once until it works again; the thread's
  core::Thread thread_;
};

}  // namespace push::api
