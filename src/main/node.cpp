#include "main/node.hpp"

#include <filesystem>
#include <utility>

#include "push/cluster/open.hpp"
#include "push/core/log.hpp"
#include "push/store/open.hpp"

namespace push {

// The name is kept where the server keeps its own files.
core::Result<std::unique_ptr<store::Store>> open_store(const config::Config& config, metrics::Registry& metrics,
                                                       core::WallClock clock) {
  config::Cluster cluster = config.cluster;
  if (cluster.bus != config::BusKind::none) {
    auto name = store::node_name(cluster, std::filesystem::path(config.uploadedimagesdir).parent_path().string());
    if (!name) return name.error();
    cluster.node = *std::move(name);
  }
  return store::open(config.database, metrics, std::move(clock), config.retention, cluster);
}

// The writer and the bus call the follower as long as they run, also if the start has failed.
Node::~Node() {
  rooms_.store.drain();
  stop();
}

core::Result<void> Node::start() {
  if (store::Feed* feed = rooms_.store.feed()) return join(*feed);
  return rooms_.history.start(rooms_.store.begin_epoch());
}

core::Result<void> Node::join(store::Feed& feed) {
  auto bus = cluster::open(rooms_.config.cluster, feed, rooms_.metrics);
  if (!bus) return bus.error();
  bus_ = *std::move(bus);
  check_ = std::make_unique<api::StreamCheck>(rooms_.store, rooms_.publisher, rooms_.loops, rooms_.clock);
  rooms_.accounts.join(*check_);
  follower_ = std::make_unique<delivery::Follower>(feed, *bus_, rooms_.history, rooms_.hub, rooms_.publisher,
                                                   rooms_.accounts, rooms_.metrics, delivery::Follower::Limits{});
  rooms_.publisher.join(*follower_);
  if (auto started = follower_->start(); !started) return started;
  spdlog::info("joined the cluster node={} bus={} epoch={}", feed.node(), config::name_of(rooms_.config.cluster.bus),
               rooms_.history.epoch());
  return {};
}

void Node::watch_streams(const api::Readiness& readiness) {
  if (follower_ == nullptr) return;
  check_->start();
  rooms_.store.feed()->report([this, &readiness] {
    return store::NodeStatus{follower_->applied(), rooms_.loops.sockets(), readiness.is_draining()};
  });
}

void Node::leave_streams() {
  if (check_ != nullptr) check_->stop();
}

void Node::stop() {
  if (follower_ != nullptr) follower_->stop();
}

}  // namespace push
