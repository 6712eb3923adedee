#include "push/delivery/follower.hpp"

#include <utility>

#include "delivery/follower_parts.hpp"

namespace push::delivery {

Follower::Follower(store::Feed& feed, cluster::Bus& bus, History& history, hub::Hub& hub, Publisher& publisher,
                   AccountListener& accounts, metrics::Registry& metrics, Limits limits)
    : parts_(std::make_unique<Parts>(feed, bus, history, hub, publisher, accounts, metrics, limits)) {
  metrics.gauge("push_cluster_applied", "Id of the newest message that this node has delivered.",
                [this] { return static_cast<std::int64_t>(core::value(applied())); });
  metrics.gauge("push_cluster_behind_seconds",
                "Seconds since this node learned of a message that it has not delivered yet.",
                [this] { return parts_->gate.behind_for().count() / 1000; });
}

Follower::~Follower() {
  stop();
}

core::Result<void> Follower::start() {
  parts_->bus.start(*this);
  return parts_->start();
}

void Follower::stop() {
  parts_->thread.stop();
  parts_->bus.stop();
}

void Follower::committed(const store::Commit& commit, std::vector<cluster::Item> items) {
  cluster::Batch batch{commit.previous.value_or(core::MessageId{}), commit.last, std::move(items), !commit.previous};
  if (batch.bare) batch.items.clear();
  parts_->bus.announce(batch);
  parts_->after(parts_->gate.pass(std::move(batch)));
}

void Follower::log_written() {
  parts_->bus.announce_log();
  parts_->schedule.read_log_in({});
}

core::MessageId Follower::applied() const {
  return parts_->gate.applied();
}

bool Follower::has_caught_up() const {
  return parts_->caught_up.load();
}

std::chrono::milliseconds Follower::unreachable() const {
  return parts_->reach.unreachable();
}

void Follower::on_batch(cluster::Batch batch) {
  parts_->meters.received.add(batch.items.size());
  parts_->after(parts_->gate.pass(std::move(batch)));
}

void Follower::on_log() {
  parts_->schedule.read_log_in({});
}

void Follower::on_link(bool up) {
  parts_->link(up);
}

void Follower::on_pulse(const cluster::Pulse& pulse) {
  parts_->pulses.note(pulse);
  parts_->after(parts_->gate.note(pulse.applied));
}

}  // namespace push::delivery
