#include "cluster/nats_bus.hpp"

#include <chrono>
#include <random>
#include <utility>
#include <variant>

#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::cluster {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetry{250};  // plus up to as much at random, so that nodes do not reconnect all at once
constexpr milliseconds kRoundTrip{1000};
constexpr milliseconds kFarewell{1000};
constexpr milliseconds kRefused{2000};  // until a connection on which the server refuses something is replaced

}  // namespace

NatsBus::NatsBus(const config::Nats& settings, NatsOptions options, Codec codec, metrics::Registry& metrics)
    : places_(places_of(settings.url)),
      prefix_(settings.prefix),
      options_(std::move(options)),
      codec_(std::move(codec)),
      meters_(metrics) {}

void NatsBus::start(Listener& listener) {
  listener_ = &listener;
  sender_ = core::Thread("bus-send", [this](const std::stop_token& stop) { run(stop); });
}

void NatsBus::stop() {
  sender_.stop();
}

void NatsBus::announce(const Batch& batch) {
  switch (outbox_.push(batch)) {
    case Outbox::Pushed::queued:
      return;
    case Outbox::Pushed::stripped:
      return meters_.buffer_full.add();
    case Outbox::Pushed::refused:
      return meters_.not_connected.add();
  }
}

void NatsBus::announce_log() {
  if (outbox_.push_log() == Outbox::Pushed::refused) meters_.not_connected.add();
}

void NatsBus::announce(const Pulse& pulse) {
  outbox_.push(pulse);
}

void NatsBus::run(const std::stop_token& stop) {
  bool again = false;
  while (auto connection = connect(stop)) {
    if (std::exchange(again, true)) meters_.reconnects.add();
    serve(*connection, stop);
    connection.reset();
    if (stop.stop_requested()) break;
    say_link(false);
  }
  set_up(false);
  nats_ReleaseThreadMemory();
}

std::unique_ptr<NatsConnection> NatsBus::connect(const std::stop_token& stop) {
  std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<milliseconds::rep> jitter(0, kRetry.count());
  bool told = false;
  while (!stop.stop_requested()) {
    auto connection = NatsConnection::connect(*options_, prefix_, link_);
    if (connection) return *std::move(connection);
    if (!std::exchange(told, true)) {
      spdlog::warn("cluster bus is not connected bus=nats servers={} error=\"{}\"", places_, connection.error().text);
      say_link(false);
    }
    core::sleep_for(stop, kRetry + milliseconds(jitter(random)));
  }
  return nullptr;
}

void NatsBus::serve(NatsConnection& connection, const std::stop_token& stop) {
  core::Thread receiver("bus-receive", [this, &connection](const std::stop_token&) { receive(connection); });
  outbox_.open();
  replaced_at_ = core::SteadyTime::max();
  bool usable = true;
  while (usable && !stop.stop_requested() && core::steady_now() < replaced_at_) {
    const NatsLink::News news = link_.take();
    if (news.closed) break;
    tell(connection, news);
    usable = send_all(connection, outbox_.take(stop, replaced_at_), core::SteadyTime::max());
  }
  Outbox::Load rest = outbox_.shut();
  if (usable && stop.stop_requested()) {
    const core::SteadyTime until = core::steady_now() + kFarewell;
    if (send_all(connection, std::move(rest), until)) {
      connection.flush(std::chrono::duration_cast<milliseconds>(until - core::steady_now()));
    }
  } else {
    meters_.not_connected.add(rest.batches.size() + (rest.log ? 1 : 0));
    if (!usable) spdlog::warn("cluster bus accepts no data, reconnecting bus=nats servers={}", places_);
  }
  connection.close();
  receiver.join();
}

void NatsBus::tell(NatsConnection& connection, const NatsLink::News& news) {
  if (news.lost && up_.load()) {
    spdlog::warn("cluster bus is not connected bus=nats servers={} error=\"connection lost\"", places_);
    say_link(false);
  }
  if (!news.refused.empty()) return refuse(news.refused);
  if (!news.look) return;
  if (said_ != true) {
    if (const std::string refused = probe(connection); !refused.empty()) return refuse(refused);
    spdlog::info("cluster bus is connected bus=nats servers={}", places_);
  }
  refused_ = false;
  replaced_at_ = core::SteadyTime::max();
  say_link(true);
}

// A pulse, which does no harm, goes to each subject. After the answer the server also has our subscription: what it
// misses was sent before, and is found by the read that follows.
std::string NatsBus::probe(NatsConnection& connection) {
  for (const char kind : {'b', 'l', 'p'}) send(connection, kind, codec_.encode(Pulse()));
  connection.flush(kRoundTrip);
  return connection.refusal();
}

// The connection still sends what it may until it is replaced.
void NatsBus::refuse(const std::string& what) {
  if (!std::exchange(refused_, true)) {
    spdlog::warn("cluster bus is refused by the server bus=nats servers={} error=\"{}\"", places_, what);
  }
  say_link(false);
  replaced_at_ = std::min(replaced_at_, core::steady_now() + kRefused);
}

void NatsBus::say_link(bool up) {
  set_up(up);
  if (up || said_ != up) listener_->on_link(up);
  said_ = up;
}

void NatsBus::set_up(bool up) {
  up_.store(up);
  meters_.up.set(up ? 1 : 0);
}

bool NatsBus::send_all(NatsConnection& connection, Outbox::Load load, core::SteadyTime until) {
  for (const Batch& batch : load.batches) {
    if (core::steady_now() > until) return false;
    for (const std::string& payload : codec_.encode(batch, connection.most())) {
      if (!send(connection, 'b', payload)) return false;
    }
  }
  if (load.log && !send(connection, 'l', codec_.encode(LogHint()))) return false;
  return !load.pulse || send(connection, 'p', codec_.encode(*load.pulse));
}

bool NatsBus::send(NatsConnection& connection, char kind, const std::string& payload) {
  switch (connection.send(kind, payload)) {
    case NatsConnection::Sent::sent:
      meters_.published.add();
      meters_.published_bytes.add(payload.size());
      return true;
    case NatsConnection::Sent::full:
      meters_.buffer_full.add();
      return true;
    case NatsConnection::Sent::stuck:
      meters_.not_connected.add();
      return false;
  }
  return false;
}

void NatsBus::receive(NatsConnection& connection) {
  while (auto payload = connection.receive()) take_in(*payload);
  nats_ReleaseThreadMemory();
}

void NatsBus::take_in(const core::Bytes& payload) {
  const std::size_t size = payload.size();
  auto decoded = codec_.decode(payload);
  if (const Refusal* refusal = std::get_if<Refusal>(&decoded)) {
    switch (*refusal) {
      case Refusal::foreign_cluster:
        return meters_.foreign.add();
      case Refusal::unknown_version:
        return meters_.unknown_version.add();
      case Refusal::malformed:
        return meters_.malformed.add();
    }
  }
  meters_.received.add();
  meters_.received_bytes.add(size);
  if (Batch* batch = std::get_if<Batch>(&decoded)) return listener_->on_batch(std::move(*batch));
  if (const Pulse* pulse = std::get_if<Pulse>(&decoded)) return listener_->on_pulse(*pulse);
  listener_->on_log();
}

}  // namespace push::cluster
