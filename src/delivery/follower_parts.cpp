#include "delivery/follower_parts.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "push/core/log.hpp"

namespace push::delivery {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kGapAgain{1};    // while the database cannot be reached
constexpr std::chrono::seconds kLeaveOver{10};  // so that the clients do not all reconnect to other nodes at once

}  // namespace

Follower::Parts::Parts(store::Feed& store_feed, cluster::Bus& node_bus, History& history, hub::Hub& registry,
                       Publisher& streams, AccountListener& listener, metrics::Registry& metrics, Limits settings)
    : feed(store_feed),
      bus(node_bus),
      hub(registry),
      publisher(streams),
      accounts(listener),
      limits(settings),
      meters(metrics),
      gate(history, registry, streams, meters, settings.held_bytes),
      log_(store_feed, gate, listener, reach, meters) {}

// The bus is already subscribed: what is committed after the extent was read arrives, or is found by the first sweep.
core::Result<void> Follower::Parts::start() {
  auto joined = feed.join_epoch();
  if (!joined) return joined.error();
  epoch_ = joined->name;
  log_.start(joined->extent.event);
  gate.open(*joined);
  schedule.sweep_in({});
  thread = core::Thread("follower", [this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Follower::Parts::after(Gate::Next next) {
  if (next == Gate::Next::read) schedule.read_gap_in({});
  if (next == Gate::Next::wait) schedule.read_gap_in(limits.gap);
}

void Follower::Parts::link(bool up) {
  schedule.sweep_in(up ? milliseconds{} : limits.sweep_alone);
}

void Follower::Parts::run(const std::stop_token& stop) {
  stopping_ = stop;
  while (!stop.stop_requested()) {
    const Schedule::Due due = schedule.wait(stop);
    if (due.pulse) bus.announce(cluster::Pulse{feed.node(), gate.applied(), reach.unreachable() == milliseconds{}});
    work(due);
    if (pulses.take_missing()) schedule.sweep_in({});
    watch_isolation();
  }
}

void Follower::Parts::work(const Schedule::Due& due) {
  if (due.sweep) {
    const std::uint64_t before = meters.read.value();
    const bool was_behind = gate.is_behind();
    const bool well = read_log() && read_messages() && check_log();
    if (!was_behind && meters.read.value() > before) meters.swept.add();
    if (well) caught_up.store(true);
    return sweep_again(well);
  }
  if (due.log && !read_log()) schedule.read_log_in(limits.sweep_alone);
  if (!due.gap || !gate.is_behind()) return;
  const std::uint64_t before = meters.read.value();
  if (!read_messages()) return schedule.read_gap_in(publisher.is_behind() ? limits.gap : limits.sweep_alone);
  if (meters.read.value() > before) meters.repaired.add();
  if (gate.is_behind()) schedule.read_gap_in(limits.gap);
}

// A database that does not answer is queried as often as if there were no bus.
void Follower::Parts::sweep_again(bool well) {
  schedule.sweep_in(well && bus.is_up() ? limits.sweep : limits.sweep_alone);
}

void Follower::Parts::close_streams(std::size_t from_shard, std::size_t to_shard) {
  for (std::size_t shard = from_shard; shard < to_shard; ++shard) {
    for (const core::UserId user : hub.online_in(shard)) publisher.disconnect({user, std::nullopt});
  }
}

// If no node reaches the database, streams stay: reconnecting would only query it.
void Follower::Parts::watch_isolation() {
  const core::SteadyTime now = core::steady_now();
  if (reach.unreachable() < limits.isolation) {
    leaving_since_.reset();
    return;
  }
  if (now - gap_told_at_ >= kGapAgain) {
    gap_told_at_ = now;
    accounts.on_gap();
  }
  if (pulses.somebody_reaches_database()) return leave();
  leaving_since_.reset();
}

void Follower::Parts::leave() {
  const core::SteadyTime now = core::steady_now();
  if (!leaving_since_) {
    spdlog::warn("closing streams reason=\"this node cannot reach the database, but another node can\"");
    leaving_since_ = now;
    left_ = 0;
  }
  const double part = std::chrono::duration<double>(now - *leaving_since_) / kLeaveOver;
  const auto until = std::min(hub.shards(), static_cast<std::size_t>(part * static_cast<double>(hub.shards())));
  close_streams(left_, until);
  left_ = until;
  if (left_ == hub.shards()) leaving_since_.reset();  // then those that were opened meanwhile
}

}  // namespace push::delivery
