// Tells the other nodes what this one has committed, and receives what they committed. So far there is only
// Standalone, a single node.
//
// What a backplane promises, and what it does not:
// - At most once. An announcement can be lost (the bus is down, a node is slow), and announce() does not say so. The
//   store still has every message: a 200 never depends on the backplane.
// - Order per announcing node: batches arrive in the order of their announce() calls, events likewise. There is no
//   order between nodes, and none between batches and events.
// - A receiver that keeps a position (the last id up to which it has seen every message) compares it with
//   Batch::previous. Equal: deliver. Batch::last at or below the position: a duplicate, drop it. Anything else is a
//   gap: read the missing messages from the store, and deliver nothing ahead of them. After a gap in events,
//   all cached account data may be stale and must be dropped.
//
// Messages are announced as batches that form a chain (stream::Batch), not in one call per transaction: the publisher
// announces each message or group as soon as it learns of its commit, and the backplane may split or join batches,
// because a receiver needs only the chain. The SQLite store reports message by message; waiting for the end of the
// transaction would make the first of a thousand messages wait for the last.
#pragma once
#include "push/cluster/event.hpp"
#include "push/stream/batch.hpp"

namespace push::cluster {

// Receives what other nodes announce, never this node's own announcements. Called on the backplane's threads between
// start() and the return of stop(), one call at a time for each announcing node; must not block.
class MessageListener {
 public:
  virtual ~MessageListener() = default;
  virtual void on_messages(const stream::Batch& batch) = 0;
};
class EventListener {
 public:
  virtual ~EventListener() = default;
  // Forget first, close streams second; do not announce it again.
  virtual void on_event(const Event& event) = 0;
  // Events may have been lost: whatever is remembered of accounts may be stale. Open streams are not rechecked yet.
  virtual void on_gap() = 0;
};

class Backplane {
 public:
  virtual ~Backplane() = default;
  // Once, before anything is announced. The listeners outlive stop().
  virtual void start(MessageListener& messages, EventListener& events) = 0;
  // Sends what was announced, but does not wait for unreachable nodes. No listener is called after it returns.
  // Idempotent.
  virtual void stop() = 0;

  // After the commit of the batch. On the thread that committed, in commit order (a store with several writers calls in
  // the order of its lock); must not block.
  virtual void announce(const stream::Batch& batch) = 0;
  // After the commit of the change, and after this node has forgotten and disconnected. Any thread; must not block.
  virtual void announce(const Event& event) = 0;
};

// A node without peers: nothing to send or receive, so every promise above holds.
class Standalone final : public Backplane {
 public:
  void start(MessageListener& /*messages*/, EventListener& /*events*/) override {}
  void stop() override {}
  void announce(const stream::Batch& /*batch*/) override {}
  void announce(const Event& /*event*/) override {}
};

}  // namespace push::cluster
