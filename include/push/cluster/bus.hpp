// Announces to the other nodes what this one has committed, and receives their announcements. It makes delivery fast;
// nothing depends on it: a receiver keeps a position, detects a gap by Batch::previous, and reads what is missing from
// the store.
//
// A bus delivers an announcement at most once, usually in the order in which its node announced, and nothing from
// another cluster. It never returns a node's own announcements, except that a bare batch may be its own.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "push/cluster/batch.hpp"

namespace push::cluster {

// A node's heartbeat, once per second.
struct Pulse {
  std::string node;
  core::MessageId applied{};
  bool reaches_database = false;
};

class Bus {
 public:
  // Called on the bus's threads between start() and the return of stop(), perhaps on several at once; must not block.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_batch(Batch batch) = 0;
    // A node, perhaps this one, has written to the event log.
    virtual void on_log() = 0;
    // Announcements may have been lost until now: the store has to be read. Also called after start().
    virtual void on_link(bool up) = 0;
    virtual void on_pulse(const Pulse& pulse) = 0;
  };

  virtual ~Bus() = default;
  // Call it once; it returns at once, even if nothing can be reached. The listener outlives stop().
  virtual void start(Listener& listener) = 0;
  // First sends what was announced, for at most a second. Idempotent.
  virtual void stop() = 0;
  virtual bool is_up() const = 0;

  // After the commit, in commit order, on the thread that committed. Never blocks; the announcement may be lost.
  virtual void announce(const Batch& batch) = 0;
  virtual void announce_log() = 0;
  // Any thread.
  virtual void announce(const Pulse& pulse) = 0;
};

}  // namespace push::cluster
