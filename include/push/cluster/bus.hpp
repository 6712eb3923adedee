// Tells the other nodes what this one has committed, and receives what they have. It makes delivery fast; nothing
// depends on it: a receiver keeps a position, sees from Batch::previous what it has missed, and reads that from the
// store.
//
// What a bus promises, and what it does not: at most once; in the order of announce() per announcing node, mostly;
// nothing of another cluster; never this node's own announcements, except that a bare batch may be its own.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "push/cluster/batch.hpp"

namespace push::cluster {

// What each node says once per second.
struct Pulse {
  std::string node;
  core::MessageId applied{};
  bool reaches_database = false;
};

class Bus {
 public:
  // On the bus's threads, between start() and the return of stop(), perhaps several at once; must not block.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_batch(Batch batch) = 0;
    // Another node (or this one) has written to the log.
    virtual void on_log() = 0;
    // Announcements may have been lost until now: a look into the store is due. Also called after start().
    virtual void on_link(bool up) = 0;
    virtual void on_pulse(const Pulse& pulse) = 0;
  };

  virtual ~Bus() = default;
  // Once; returns at once, even if nothing can be reached. The listener outlives stop().
  virtual void start(Listener& listener) = 0;
  // Sends what was announced, for at most a second. Idempotent.
  virtual void stop() = 0;
  virtual bool is_up() const = 0;

  // After the commit, in commit order, on the thread that committed; must not block, may be lost.
  virtual void announce(const Batch& batch) = 0;
  virtual void announce_log() = 0;
  // Any thread.
  virtual void announce(const Pulse& pulse) = 0;
};

}  // namespace push::cluster
