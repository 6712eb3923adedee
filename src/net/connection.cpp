#include "net/connection.hpp"

#include <string>

#include "net/connection_table.hpp"

namespace push::net {

const char* name(CloseReason reason) {
  switch (reason) {
    case CloseReason::client_close:
      return "client_close";
    case CloseReason::peer_gone:
      return "peer_gone";
    case CloseReason::missing_pong:
      return "missing_pong";
    case CloseReason::slow_consumer:
      return "slow_consumer";
    case CloseReason::write_error:
      return "write_error";
    case CloseReason::protocol_error:
      return "protocol_error";
    case CloseReason::too_big:
      return "too_big";
    case CloseReason::revoked:
      return "revoked";
    case CloseReason::shutdown:
      return "shutdown";
  }
  return "unknown";
}

StreamMeters::StreamMeters(metrics::Registry& registry)
    : open(registry.gauge("push_stream_connections", "Open WebSocket connections.")),
      accepted(registry.counter("push_stream_accepted_total", "WebSocket connections accepted.")),
      deliveries(registry.counter("push_stream_deliveries_total", "Frames handed out to connections.")),
      dropped(registry.counter("push_stream_dropped_total", "Frames that overflow: drop_oldest gave up.")),
      backlogs(registry.gauge("push_stream_backlogs", "Connections that borrow buffers now.")) {
  for (std::size_t i = 0; i < kCloseReasons; ++i) {
    const std::string label = std::string("reason=\"") + name(static_cast<CloseReason>(i)) + "\"";
    closed.push_back(&registry.counter("push_stream_closed_total", "Connections that ended, by reason.", label));
  }
}

}  // namespace push::net
