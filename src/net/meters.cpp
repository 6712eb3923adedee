#include "net/meters.hpp"

#include <string>

#include "net/connection.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

StreamMeters::StreamMeters(metrics::Registry& registry)
    : open(registry.gauge("push_stream_connections", "Open WebSocket connections.")),
      accepted(registry.counter("push_stream_accepted_total", "WebSocket connections accepted.")),
      deliveries(registry.counter("push_stream_deliveries_total", "Frames sent or queued to connections.")),
      delivery(registry.histogram("push_stream_delivery_seconds",
                                  "Time from a message's commit until an event loop has sent it to all of its user's "
                                  "connections, or queued it.")),
      dropped(registry.counter("push_stream_dropped_total", "Frames dropped by overflow: drop_oldest.")),
      backlogs(registry.gauge("push_stream_backlogs", "Connections that currently hold buffers.")) {
  for (std::size_t i = 0; i < stream::kTransports; ++i) {
    const std::string label = "transport=\"" + std::string(name(static_cast<stream::Transport>(i))) + "\"";
    open_by.push_back(&registry.gauge("push_streams", "Open streams, by transport.", label));
  }
  for (std::size_t i = 0; i < kCloseReasons; ++i) {
    const std::string label = std::string("reason=\"") + name(static_cast<CloseReason>(i)) + "\"";
    closed.push_back(&registry.counter("push_stream_closed_total", "Connections closed, by reason.", label));
  }
}

HttpMeters::HttpMeters(metrics::Registry& registry)
    : sessions(registry.gauge("push_http_sessions", "Open HTTP connections.")),
      requests(registry.counter("push_http_requests_total", "HTTP requests passed to a handler.")),
      rejected(registry.counter("push_http_rejected_total",
                                "Requests rejected before handling, e.g. malformed or too large.")),
      timeouts(registry.counter("push_http_timeouts_total", "HTTP connections that timed out.")),
      accept_paused(
          registry.counter("push_accept_paused_total", "Times a listening socket paused at the socket limit.")),
      no_memory(
          registry.counter("push_http_no_memory_total", "Requests refused because the request budget was spent.")),
      gave_way(registry.counter("push_http_gave_way_total", "Idle HTTP connections closed because sockets ran short.")),
      in_line(registry.gauge("push_http_in_line",
                             "HTTP connections with a request that is not read before it is their turn.")) {}

}  // namespace push::net
