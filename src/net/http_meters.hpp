// The metrics of HTTP, shared by all loops; made once by the pool. Any thread.
#pragma once
#include "push/metrics/registry.hpp"

namespace push::net {

struct HttpMeters {
  explicit HttpMeters(metrics::Registry& registry);
  metrics::Gauge& sessions;
  metrics::Counter& requests;
  metrics::Counter& rejected;  // never became a request
  metrics::Counter& timeouts;
  metrics::Counter& accept_paused;  // the socket limit was reached
  metrics::Counter& no_memory;      // refused: the request budget was spent
};

}  // namespace push::net
