// Nodes that write much take turns, so that each carries in one transaction what has come in while the others wrote.
// Without it a node sends what waits at once, and that waits for the write lock, while more comes in behind it.
//
// Nothing rests on it but speed: the order of ids is the write lock's. A node whose turn does not come in time (the one
// that has it is frozen) writes without.
#pragma once
#include <chrono>

#include "push/core/clock.hpp"
#include "push/metrics/registry.hpp"
#include "store/postgres/session.hpp"

namespace push::store::postgres {

// One thread. `session` must outlive it.
class Turn {
 public:
  static constexpr std::chrono::milliseconds kWait{500};
  static constexpr std::chrono::seconds kPause{10};  // after a turn that did not come

  Turn(Session& session, metrics::Registry& metrics);

  // Waits for it, at most kWait. No connection is opened for it.
  void take();
  // Nothing, if it was not taken.
  void end();

 private:
  static constexpr int kFree = 8;       // turns at once in a row, after which nobody else is thought to write,
  static constexpr int kWithout = 100;  // and so many transactions take none

  bool is_wanted();
  void note(bool waited);

  Session& session_;
  metrics::Counter& missed_;
  bool has_ = false;
  int free_ = 0;
  int without_ = 0;
  core::SteadyTime pause_end_{};
};

}  // namespace push::store::postgres
