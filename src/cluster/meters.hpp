// What a bus counts.
#pragma once
#include "push/metrics/registry.hpp"

namespace push::cluster {

struct Meters {
  explicit Meters(metrics::Registry& metrics);

  metrics::Counter& published;
  metrics::Counter& published_bytes;
  metrics::Counter& received;
  metrics::Counter& received_bytes;
  metrics::Counter& foreign;
  metrics::Counter& unknown_version;
  metrics::Counter& malformed;
  metrics::Counter& buffer_full;
  metrics::Counter& not_connected;
  metrics::Counter& reconnects;
  metrics::Counter& slow;
  metrics::Gauge& waiting;
  metrics::Gauge& up;
};

}  // namespace push::cluster
