// Hands each message out to this loop's connections of its user. Frames that wait for the same user go out as one
// write; a long fan-out yields after a slice, so that another user's message is not stuck behind it. One thread.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "net/connection_table.hpp"
#include "net/roster.hpp"
#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"

namespace push::net {

class Fanout {
 public:
  static constexpr std::size_t kSlice = 64;        // sends for one user before the next user's turn
  static constexpr std::size_t kTurn = 128;        // sends (about 0.6 ms) before other work and threads get their turn
  static constexpr std::size_t kJoin = 64 * 1024;  // bytes in one write: beyond, a system call's price is small

  Fanout(Roster& roster, ConnectionTable& table, StreamMeters& meters)
      : roster_(roster), table_(table), meters_(meters) {}

  // Queues the frame; nothing is sent before run(). False: nobody of this user is here.
  bool hand_out(core::UserId user, const core::Bytes& frame);
  // Sends up to kTurn frames. True: more wait.
  bool run();
  std::size_t waiting() const { return waiting_; }  // frames not yet handed to everybody

 private:
  struct Job {
    std::uint32_t entry = kNone;      // roster entry, marked busy
    std::vector<core::Bytes> frames;  // being sent to [cursor, end)
    std::string joined;               // their concatenation, if more than one
    std::vector<core::Bytes> next;    // arrived meanwhile
  };
  bool start(Job& job);         // next -> frames; false: nothing left
  std::size_t slice(Job& job);  // sends to at most kSlice connections; how many
  void finish();                // the first job is done

  Roster& roster_;
  ConnectionTable& table_;
  StreamMeters& meters_;
  std::list<Job> jobs_;   // one a user, served in turn
  std::list<Job> spare_;  // keep their capacity for the next message
  boost::unordered_flat_map<std::uint32_t, Job*> by_entry_;
  std::size_t waiting_ = 0;
};

}  // namespace push::net
