// Delivers what all nodes have committed, this one included, in the order of ids. It keeps a position (`applied`) in
// the store's feed. A batch that follows it directly is delivered at once, on the thread that brings it. If there is a
// gap, the batch is held for a moment, and the follower's own thread reads what is missing from the store. That thread
// also reads what the bus has not announced: every 2 s, or every 250 ms while there is no bus.
//
// A single node has no follower: there the publisher relays by itself.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "push/cluster/bus.hpp"
#include "push/core/result.hpp"
#include "push/delivery/history.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"

namespace push::delivery {

// Receives the changes of accounts from the event log, this node's own included. Implemented by api. Called on one
// thread at a time; must not block.
class AccountListener {
 public:
  virtual ~AccountListener() = default;
  // Forget first, close streams second.
  virtual void on_change(const model::AccountChange& change) = 0;
  // Changes may have been missed, or the database has been unreachable for so long that what is remembered may be out
  // of date: forget all of it, and check again whether open streams are still allowed.
  virtual void on_gap() = 0;
};

class Publisher;

class Follower final : public cluster::Bus::Listener {
 public:
  struct Limits {
    std::chrono::milliseconds sweep{2000};        // between two reads of the store while the bus is up
    std::chrono::milliseconds sweep_alone{250};   // and while it is down
    std::chrono::milliseconds gap{30};            // how long a batch waits for the one before it
    std::chrono::milliseconds isolation{30'000};  // without the database until what is remembered is forgotten
    std::size_t held_bytes = 16 * 1024 * 1024;    // of batches that wait; beyond it they are read from the store
    std::size_t page = 1000;                      // messages read at once
  };

  // Everything passed in outlives the follower.
  Follower(store::Feed& feed, cluster::Bus& bus, History& history, hub::Hub& hub, Publisher& publisher,
           AccountListener& accounts, metrics::Registry& metrics, Limits limits);
  ~Follower() override;  // stop()

  // Subscribes, joins the epoch, and follows from there. After Publisher::join, before the first stream is accepted.
  // Blocks on the database.
  core::Result<void> start();
  // After the store has drained, so that everything it committed is announced. Stops the bus as well. Idempotent.
  void stop();

  // ---- this node's own commits, on the writer's thread: announced, and delivered in turn.
  void committed(const store::Commit& commit, std::vector<cluster::Item> items);
  void log_written();

  // ---- this node's state. Any thread, never blocks.
  core::MessageId applied() const;
  // Whether everything that was committed before the start has been delivered.
  bool has_caught_up() const;
  // For how long the database has not answered; zero = it answers.
  std::chrono::milliseconds unreachable() const;

  // ---- cluster::Bus::Listener
  void on_batch(cluster::Batch batch) override;
  void on_log() override;
  void on_link(bool up) override;
  void on_pulse(const cluster::Pulse& pulse) override;

 private:
  struct Parts;
  const std::unique_ptr<Parts> parts_;
};

}  // namespace push::delivery
