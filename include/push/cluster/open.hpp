// Opens the configured bus.
#pragma once
#include <memory>

#include "push/cluster/bus.hpp"
#include "push/config/config.hpp"
#include "push/core/result.hpp"
#include "push/metrics/registry.hpp"
#include "push/store/feed.hpp"

namespace push::cluster {

// By main, before start(). Does not connect yet. `settings.bus` is not none; feed and metrics outlive the bus. invalid:
// a setting cannot be used (a file that is missing or malformed); the text names it. With PostgreSQL as the bus, nodes
// receive only bare batches, and no pulses.
core::Result<std::unique_ptr<Bus>> open(const config::Cluster& settings, store::Feed& feed, metrics::Registry& metrics);

}  // namespace push::cluster
