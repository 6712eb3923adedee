// GET /metrics in Prometheus text, for a listener of its own: Gotify's API has no such path. The listener has no
// authentication, so a Host that is neither an IP address nor localhost nor configured is refused: a foreign web page
// whose name was rebound to this address would send its own (DNS rebinding).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "push/api/registry_page.hpp"
#include "push/config/config.hpp"
#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class MetricsPage final : public net::RequestHandler {
 public:
  // Everything outlives it but the settings. It may be asked for by the names in `hosts`, and by one in `listenaddr`;
  // it has a RegistryPage if `registry` says so.
  MetricsPage(const metrics::Registry& metrics, const config::Metrics& settings, net::Presence& presence,
              core::WorkerPool& workers);
  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(const net::Request& request, unsigned status, std::string_view reason) override;

 private:
  bool knows(std::string_view host) const;

  const metrics::Registry& metrics_;
  std::vector<std::string> hosts_;
  std::optional<RegistryPage> registry_;
};

}  // namespace push::api
