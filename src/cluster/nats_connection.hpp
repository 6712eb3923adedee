// A connection to NATS that was there once: libnats makes it again when it is lost. It receives and sends all subjects
// of a prefix.
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

// invalid: something in it cannot be used; names it. Nothing is connected.
core::Result<NatsOptions> nats_options(const config::Nats& settings, const std::string& name);
// host:port of each server, without users and passwords.
std::string places_of(const std::string& urls);

class NatsConnection {
 public:
  // Blocks, for about a second per server. unavailable: none lets us in. The link outlives the connection.
  static core::Result<std::unique_ptr<NatsConnection>> connect(natsOptions& options, const std::string& prefix,
                                                               NatsLink& link);
  ~NatsConnection();  // close()
  NatsConnection(const NatsConnection&) = delete;
  NatsConnection& operator=(const NatsConnection&) = delete;

  // What a payload may have, as the server says.
  std::size_t most() const;

  enum class Sent {
    sent,
    full,   // the connection is lost, and what waits for it is all that may
    stuck,  // the server does not read, or the connection is closed: nothing can be sent over this one any more
  };
  // Blocks for a second at most.
  Sent send(char kind, const std::string& payload);
  // Waits until the server has done all of it; false after `time`.
  bool flush(std::chrono::milliseconds time);

  // The next payload. Empty: closed. Another thread's.
  std::optional<core::Bytes> receive();
  // Ends receive(). The link hears nothing more. Idempotent.
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
