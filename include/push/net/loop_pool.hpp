// The loops: one thread per core by default, each with its own io_context. Opens the listeners, carries messages to
// the loops that hold a user, and shuts everything down. Owned by main.
//
//   LoopPool loops(config.server, hub, metrics, history);
//   loops.listen("", 80, 0, service, &service);   // before start()
//   loops.start();
//   ...
//   loops.stop_accepting();   // no new connections; idle HTTP sessions end, busy ones after their answer
//   (drain workers and store: their answers are still sent)
//   loops.stop();             // finishes answers that are being written, closes streams without a Close frame, joins
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/hub/hub.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"
#include "push/net/presence.hpp"
#include "push/stream/archive.hpp"
#include "push/stream/courier.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

class Loop;
class Protocol;
struct LoopShared;

class LoopPool final : public stream::Courier, public Presence {
 public:
  // Everything passed in outlives the pool.
  LoopPool(const config::Server& settings, hub::Hub& hub, metrics::Registry& metrics, stream::Archive& archive);
  // Test servers that speak a protocol of their own. Indexed by transport; null = not supported.
  using ProtocolByTransport = std::array<const Protocol*, stream::kTransports>;
  LoopPool(const config::Server& settings, hub::Hub& hub, metrics::Registry& metrics, stream::Archive& archive,
           const ProtocolByTransport& protocols);
  ~LoopPool() override;

  // Main thread, before start(). gate is null for a listener without streams, else the same for all. Returns the port,
  // which matters if 0 was requested.
  core::Result<std::uint16_t> listen(const std::string& address, std::uint16_t port, RequestHandler& handler,
                                     StreamGate* gate);
  void start();
  void stop_accepting();
  void stop();
  std::size_t size() const { return loops_.size(); }
  std::size_t sockets() const;  // open ones of HTTP sessions and streams; any thread

  // Those of these clients that hold a stream, perhaps more than once. Blocks until every loop has answered: for a
  // thread of its own, between start() and stop().
  std::vector<hub::Key> open_streams(const std::vector<hub::Key>& clients);

  std::vector<OnlineKey> online(const Query& query) override;

  // stream::Courier, any thread.
  void deliver(hub::LoopSet loops, const stream::Message& message) override;
  void disconnect(hub::LoopSet loops, hub::Selection which) override;
  std::size_t backlog() const override;

 private:
  // Runs `order` on every loop and waits until all have.
  template <class F>
  void on_every_loop(F order);
  // Adds the keys of these users of one shard, ascending, to `found`: those above `after`, at most `most`.
  void count(const std::vector<core::UserId>& users, const std::optional<hub::Key>& after, std::size_t most,
             std::vector<OnlineKey>& found);

  std::unique_ptr<LoopShared> shared_;
  std::vector<std::unique_ptr<Loop>> loops_;
  bool running_ = false;
};

}  // namespace push::net
