// What a server needs in a cluster: the bus and the follower. Without a cluster.bus it has neither.
#pragma once
#include <memory>
#include <utility>

#include "push/api/accounts.hpp"
#include "push/api/readiness.hpp"
#include "push/api/stream_check.hpp"
#include "push/cluster/bus.hpp"
#include "push/config/config.hpp"
#include "push/core/patient_clock.hpp"
#include "push/core/result.hpp"
#include "push/delivery/follower.hpp"
#include "push/delivery/history.hpp"
#include "push/delivery/publisher.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/loop_pool.hpp"
#include "push/store/store.hpp"

namespace push {

// Opens the configured store, as this node. Blocks on the database.
core::Result<std::unique_ptr<store::Store>> open_store(const config::Config& config, metrics::Registry& metrics,
                                                       core::WallClock clock);

class Node {
 public:
  // The rooms that it uses; they outlive it.
  struct Rooms {
    const config::Config& config;
    store::Store& store;
    metrics::Registry& metrics;
    hub::Hub& hub;
    delivery::History& history;
    delivery::Publisher& publisher;
    api::Accounts& accounts;
    net::LoopPool& loops;
    core::WallClock clock;  // the store's
  };
  explicit Node(Rooms rooms) : rooms_(std::move(rooms)) {}
  ~Node();  // drains the store, stop()
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  // Joins the cluster, or begins an epoch alone. Before the first connection. Blocks on the database.
  core::Result<void> start();
  // Once the loops run. The database is told whether this node is draining.
  void watch_streams(const api::Readiness& readiness);
  // Null on a single node.
  delivery::Follower* follower() const { return follower_.get(); }

  // ---- the end, in this order
  void leave_streams();  // before the loops stop
  void stop();           // after the store has drained, so that everything it committed is announced

 private:
  core::Result<void> join(store::Feed& feed);

  const Rooms rooms_;
  std::unique_ptr<api::StreamCheck> check_;
  std::unique_ptr<cluster::Bus> bus_;
  std::unique_ptr<delivery::Follower> follower_;
};

}  // namespace push
