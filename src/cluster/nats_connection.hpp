// A connection to NATS that has been established once; when it is lost, libnats reconnects. It sends and receives on
// all subjects of a prefix.
#pragma once
#include <nats/nats.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cluster/nats_link.hpp"
#include "push/config/config.hpp"
#include "push/core/bytes.hpp"
#include "push/core/result.hpp"

namespace push::cluster {

struct NatsOptionsEnd {
  void operator()(natsOptions* options) const { natsOptions_Destroy(options); }
};
using NatsOptions = std::unique_ptr<natsOptions, NatsOptionsEnd>;

// invalid: a setting cannot be used; the text names it. Does not connect.
core::Result<NatsOptions> nats_options(const config::Nats& settings, const std::string& name);
// host:port of each server, without users and passwords.
std::string places_of(const std::string& urls);

class NatsConnection {
 public:
  // Blocks for about a second per server. unavailable: none of them accepts it. The link outlives the connection.
  static core::Result<std::unique_ptr<NatsConnection>> connect(natsOptions& options, const std::string& prefix,
                                                               NatsLink& link);
  ~NatsConnection();  // close()
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  // The largest payload that the server accepts.
  std::size_t most() const;

  enum class Sent {
    sent,
    full,   // the connection is lost, and the buffer for it is full
    stuck,  // the server does not read, or the connection is closed: it cannot be used any more
  };
  // Blocks for a second at most.
  Sent send(char kind, const std::string& payload);
  // Waits until the server has processed everything; false: not within `time`.
  bool flush(std::chrono::milliseconds time);
  // What the server has refused, if it has: known after a flush, and before the link hears of it. Otherwise empty.
  std::string refusal() const;

  // The next payload; empty: closed, or it cannot receive any more, which the link is told. For another thread than the
  // sender's.
  std::optional<core::Bytes> receive();
  // Ends receive(); the link gets no more calls. Idempotent.
  void close();

 private:
  NatsConnection(natsConnection* connection, std::string prefix, NatsLink& link)
      : connection_(connection), prefix_(std::move(prefix)), link_(link) {}

  natsConnection* const connection_;
  natsSubscription* subscription_ = nullptr;
  const std::string prefix_;
  NatsLink& link_;
  bool closed_ = false;
};

}  // namespace push::cluster
