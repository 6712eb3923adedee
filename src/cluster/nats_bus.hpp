// NATS as the bus: core NATS only, which stores nothing. Batches go to the subject <prefix>.b, hints about the event
// log to <prefix>.l, pulses to <prefix>.p.
//
// Two threads: one connects, sends, and reports the state of the connection; the other receives. libnats has a few
// threads of its own, which only leave a note (NatsLink).
#pragma once
#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "cluster/codec.hpp"
#include "cluster/meters.hpp"
#include "cluster/nats_connection.hpp"
#include "cluster/nats_link.hpp"
#include "cluster/outbox.hpp"
#include "push/cluster/bus.hpp"
#include "push/core/thread.hpp"

namespace push::cluster {

class NatsBus final : public Bus {
 public:
  static constexpr std::size_t kWaiting = 16 * 1024 * 1024;  // bytes of batches that may wait to be sent

  // `options` come from nats_options(settings). metrics outlive the bus.
  NatsBus(const config::Nats& settings, NatsOptions options, Codec codec, metrics::Registry& metrics);
  ~NatsBus() override { stop(); }

  void start(Listener& listener) override;
  void stop() override;
  bool is_up() const override { return up_.load(); }

  void announce(const Batch& batch) override;
  void announce_log() override;
  void announce(const Pulse& pulse) override;

 private:
  void run(const std::stop_token& stop);
  // Null: it was stopped.
  std::unique_ptr<NatsConnection> connect(const std::stop_token& stop);
  // Until it is closed or stopped.
  void serve(NatsConnection& connection, const std::stop_token& stop);
  void tell(NatsConnection& connection, const NatsLink::News& news);
  // What the server refuses of what the bus needs; empty: nothing.
  std::string probe(NatsConnection& connection);
  // Down until another connection is refused nothing.
  void refuse(const std::string& what);
  // Tells the listener: once that the bus is down, and each time the store has to be read that it is up.
  void say_link(bool up);
  void set_up(bool up);
  // False: the connection is unusable.
  bool send_all(NatsConnection& connection, Outbox::Load load, core::SteadyTime until);
  bool send(NatsConnection& connection, char kind, const std::string& payload);

  void receive(NatsConnection& connection);
  void take_in(const core::Bytes& payload);

  const std::string places_;
  const std::string prefix_;
  const NatsOptions options_;
  const Codec codec_;
  Meters meters_;
  Outbox outbox_{kWaiting, meters_.waiting};
  NatsLink link_{outbox_, meters_.reconnects, meters_.slow};
  Listener* listener_ = nullptr;  // written before the threads begin
  std::atomic<bool> up_{false};
  // ---- on the sender's thread
  std::optional<bool> said_;
  bool refused_ = false;  // the last connection was refused something, and the log says so
  core::SteadyTime replaced_at_ = core::SteadyTime::max();  // when this connection is
  core::Thread sender_;
};

}  // namespace push::cluster
