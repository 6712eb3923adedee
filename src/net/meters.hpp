// The metrics of the loops. Shared by all of them; created once.
#pragma once
#include <vector>

#include "push/metrics/registry.hpp"

namespace push::net {

struct StreamMeters {
  explicit StreamMeters(metrics::Registry& registry);
  metrics::Gauge& open;
  std::vector<metrics::Gauge*> open_by;  // by stream::Transport
  metrics::Counter& accepted;
  metrics::Counter& deliveries;           // frames passed to the kernel or to an outbox
  metrics::Histogram& delivery;           // from the commit until a loop has sent it to all, the oldest of a bundle
  metrics::Counter& dropped;              // frames dropped by overflow: drop_oldest
  metrics::Gauge& backlogs;               // connections that currently hold buffers
  std::vector<metrics::Counter*> closed;  // by CloseReason
};

struct HttpMeters {
  explicit HttpMeters(metrics::Registry& registry);
  metrics::Gauge& sessions;
  metrics::Counter& requests;
  metrics::Counter& rejected;  // never became a request
  metrics::Counter& timeouts;
  metrics::Counter& accept_paused;  // the socket limit was reached
  metrics::Counter& no_memory;      // refused: the request budget was spent
  metrics::Counter& gave_way;       // idle ones, closed because sockets ran short
  metrics::Gauge& in_line;
};

}  // namespace push::net
