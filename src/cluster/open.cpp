#include "push/cluster/open.hpp"

#include <utility>

#include "cluster/nats_bus.hpp"
#include "cluster/postgres_bus.hpp"
#include "push/core/check.hpp"

namespace push::cluster {

core::Result<std::unique_ptr<Bus>> open(const config::Cluster& settings, store::Feed& feed,
                                        metrics::Registry& metrics) {
  PUSH_CHECK(settings.bus != config::BusKind::none);
  if (settings.bus == config::BusKind::postgres) {
    return std::unique_ptr<Bus>(std::make_unique<PostgresBus>(feed, metrics));
  }
  auto options = nats_options(settings.nats, feed.node());
  if (!options) return options.error();
  Codec codec(feed.cluster(), feed.node());
  return std::unique_ptr<Bus>(std::make_unique<NatsBus>(settings.nats, *std::move(options), std::move(codec), metrics));
}

}  // namespace push::cluster
