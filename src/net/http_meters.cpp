#include "net/http_meters.hpp"

namespace push::net {

HttpMeters::HttpMeters(metrics::Registry& registry)
    : sessions(registry.gauge("push_http_sessions", "Open HTTP connections.")),
      requests(registry.counter("push_http_requests_total", "HTTP requests handed to a handler.")),
      rejected(
          registry.counter("push_http_rejected_total", "Bytes that never became a request: malformed, too large.")),
      timeouts(registry.counter("push_http_timeouts_total", "HTTP connections that took too long or idled out.")),
      accept_paused(
          registry.counter("push_accept_paused_total", "Times that a listening socket paused at the socket limit.")),
      no_memory(
          registry.counter("push_http_no_memory_total", "Requests refused because the request budget was spent.")) {}

}  // namespace push::net
