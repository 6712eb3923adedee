// Reads the event log from a cursor of its own. Changes of accounts are passed on at once, because revocations must not
// wait. Events for streams are passed on in order, once every message committed before them has passed the gate. One
// thread.
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
  static constexpr std::size_t kWaiting = 10 * kPage;  // if so many entries wait for messages, no more are read

  LogReader(store::Feed& feed, Gate& gate, AccountListener& accounts, Reach& reach, Meters& meters)
      : feed_(feed), gate_(gate), accounts_(accounts), reach_(reach), meters_(meters) {}

  void start(core::EventId from);
  // Whether an event log with this newest entry can be the one that was read. Its oldest entries are removed over time,
  // in the end all of them (0), but its newest entry never goes back.
  bool can_be(core::EventId newest);

  // Reads a page. False: the database does not answer.
  bool fetch();
  // Whether that was the last page.
  bool at_end() const { return at_end_; }
  // Whether an event waits for messages that have not passed.
  bool waits_for_messages() const;
  // Passes what was read on to the streams. All messages that were committed before the read must have passed.
  void pass_on();

 private:
  store::Feed& feed_;
  Gate& gate_;
  AccountListener& accounts_;
  Reach& reach_;
  Meters& meters_;
  core::EventId position_{};  // of what was read
  core::EventId newest_{};    // that has been seen in the event log
  bool at_end_ = false;
  std::deque<store::LogEntry> waiting_;  // read, but not passed on
};

}  // namespace push::delivery
