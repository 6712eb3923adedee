// Sends each message to this loop's connections of its user. Messages waiting for the same user are sent in one
// write; a long fan-out yields after a slice, so that another user's message does not wait for it. One thread.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <vector>

#include "net/bundle.hpp"
#include "net/connection_table.hpp"
#include "net/roster.hpp"
#include "push/stream/message.hpp"

namespace push::net {

class Fanout {
 public:
  static constexpr std::size_t kSlice = 64;  // sends for one user before the next user's turn
  static constexpr std::size_t kTurn = 128;  // sends (about 0.6 ms) before other work and threads get a turn

  Fanout(Roster& roster, ConnectionTable& table, StreamMeters& meters)
      : roster_(roster), table_(table), meters_(meters) {}

  // Queues the message; nothing is sent before fan_out(). False: its user has no connection here.
  bool hand_out(stream::Message message);
  // One turn: up to kTurn sends. True: more are waiting.
  bool fan_out();
  std::size_t waiting() const { return waiting_; }  // messages not yet sent to all connections

 private:
  struct Job {
    std::uint32_t entry = kNone;        // roster entry, marked busy
    Bundle bundle;                      // being sent to [cursor, end)
    std::vector<stream::Message> next;  // arrived meanwhile
  };
  bool start(Job& job);              // next -> bundle; false: nothing left
  std::size_t serve_some(Job& job);  // sends to at most kSlice connections; how many
  void retire();                     // removes the first job

  Roster& roster_;
  ConnectionTable& table_;
  StreamMeters& meters_;
  std::list<Job> jobs_;   // one per user, served in turn
  std::list<Job> spare_;  // keep their capacity for the next message
  boost::unordered_flat_map<std::uint32_t, Job*> by_entry_;
  std::size_t waiting_ = 0;
};

}  // namespace push::net
