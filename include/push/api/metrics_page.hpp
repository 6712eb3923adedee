// GET /metrics in Prometheus text, for a listener of its own: Gotify's API has no such path. The listener has no
// authentication, so a Host that is neither an IP address nor localhost nor configured is refused: a foreign web page
// whose name was rebound to this address would send its own (DNS rebinding).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/api/registry_page.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class MetricsPage final : public net::RequestHandler {
 public:
  // hosts: names by which the page may be asked for (config `server.metrics.hosts` and a name in `listenaddr`).
  // registry: what else it serves, as /debug/registry; null = nothing.
  MetricsPage(const metrics::Registry& metrics, std::vector<std::string> hosts, RegistryPage* registry)
      : metrics_(metrics), hosts_(std::move(hosts)), registry_(registry) {}
  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(const net::Request& request, unsigned status, std::string_view reason) override;

 private:
  bool knows(std::string_view host) const;

  const metrics::Registry& metrics_;
  const std::vector<std::string> hosts_;
  RegistryPage* const registry_;
};

}  // namespace push::api
