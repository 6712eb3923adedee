// Deletes expired clients and closes their streams once per second, so that the sockets of a token, and no others, end
// with it. Gotify does so every five minutes; both refuse an expired token in look-ups at once. Runs on its own thread
// from the constructor to stop(). Owned by main; what is passed in outlives it.
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

  // Waits for the current round, at most one commit. Idempotent; called by main before the store drains.
  void stop();

 private:
  void run(const std::stop_token& stop);
  void delete_expired();

  Accounts& accounts_;
  const std::chrono::milliseconds period_;
  bool failing_ = false;  // logged once until it works again; used by the thread only
  core::Thread thread_;
};

}  // namespace push::api
