// PostgreSQL itself as the bus: each transaction that stores messages or writes to the event log sends a NOTIFY. So
// announce() does nothing, all batches are bare, and there are no pulses.
#pragma once
#include <atomic>

#include "cluster/meters.hpp"
#include "push/cluster/bus.hpp"
#include "push/store/feed.hpp"

namespace push::cluster {

class PostgresBus final : public Bus, private store::FeedListener {
 public:
  PostgresBus(store::Feed& feed, metrics::Registry& metrics) : feed_(feed), meters_(metrics) {}
  ~PostgresBus() override { stop(); }

  void start(Listener& listener) override;
  void stop() override;
  bool is_up() const override { return up_.load(); }

  void announce(const Batch& /*batch*/) override {}
  void announce_log() override {}
  void announce(const Pulse& /*pulse*/) override {}

 private:
  void on_commit(const std::string& node, core::MessageId previous, core::MessageId last) override;
  void on_log() override;
  void on_link(bool up) override;

  store::Feed& feed_;
  Meters meters_;
  Listener* listener_ = nullptr;  // written before listen()
  std::atomic<bool> up_{false};
  std::atomic<bool> listening_{false};
};

}  // namespace push::cluster
