// Deletes expired clients once per second, except those that hold a stream: they are in use. Gotify does so every five
// minutes; both refuse an expired token in look-ups at once. Removes old events from the store's log, too. Every ten
// seconds it gives memory that is free back to the system (core::HeapTrimmer). Runs on its own thread from the
// constructor to stop(). Owned by main; what is passed in outlives it.
#pragma once
#include <chrono>

#include "push/api/accounts.hpp"
#include "push/core/heap.hpp"
#include "push/core/patient_clock.hpp"
#include "push/core/thread.hpp"
#include "push/net/loop_pool.hpp"

namespace push::api {

class Housekeeper {
 public:
  // The loops run until stop(). `clock`: the store's.
  Housekeeper(Accounts& accounts, net::LoopPool& loops, core::WallClock clock,
              std::chrono::milliseconds period = std::chrono::seconds(1));
  ~Housekeeper();  // stop()
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // Waits for the current round, at most two commits. Idempotent; called by main before the store drains.
  void stop();

 private:
  void run(const std::stop_token& stop);
  void delete_expired();
  void delete_old_events();
  void trim_heap();

  Accounts& accounts_;
  net::LoopPool& loops_;
  const core::WallClock clock_;
  const std::chrono::milliseconds period_;
  // Used by the thread only. Failures are logged once until it works again.
  bool failing_ = false;
  bool events_failing_ = false;
  core::HeapTrimmer heap_;
  core::Thread thread_;
};

}  // namespace push::api
