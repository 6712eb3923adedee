// Reads the log from a cursor of its own. Changes of accounts are passed on at once, for rights go first; events for
// streams in their order, when every message that was committed before them has passed the gate. One thread.
#pragma once
#include <cstddef>
#include <deque>

#include "delivery/gate.hpp"
#include "delivery/meters.hpp"
#include "delivery/reach.hpp"
#include "push/core/result.hpp"
#include "push/delivery/follower.hpp"
#include "push/store/feed.hpp"

namespace push::delivery {

class LogReader {
 public:
  static constexpr std::size_t kPage = 1000;
  static constexpr std::size_t kWaiting = 10 * kPage;  // entries; if so many wait for messages, no more are read

  LogReader(store::Feed& feed, Gate& gate, AccountListener& accounts, Reach& reach, Meters& meters)
      : feed_(feed), gate_(gate), accounts_(accounts), reach_(reach), meters_(meters) {}

  void start(core::EventId from);
  // Whether a log whose newest entry is this one can be the one that was read: its oldest entries are removed, in the
  // end all of them (0), but the newest never goes back.
  bool can_be(core::EventId newest);

  // Reads a page. False: the database does not answer.
  bool fetch();
  // Whether that was the last one.
  bool at_end() const { return at_end_; }
  // Whether an event waits for messages that have not passed.
  bool waits_for_messages() const;
  // Everything that was read goes to its streams. Before, all messages that were committed when it was have passed.
  void pass_on();

 private:
  store::Feed& feed_;
  Gate& gate_;
  AccountListener& accounts_;
  Reach& reach_;
  Meters& meters_;
  core::EventId position_{};  // of what was read
  core::EventId newest_{};    // that has been seen in the log
  bool at_end_ = false;
  std::deque<store::LogEntry> waiting_;  // read, but not passed on
};

}  // namespace push::delivery
