// GET /metrics in Prometheus text, for a listener of its own: Gotify's API has no such path. The page has no
// authentication, so a Host that is neither an IP address nor localhost nor configured is refused: a foreign web page
// whose name was rebound to this address would send its own (DNS rebinding).
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class MetricsPage final : public net::RequestHandler {
 public:
  // hosts: names by which the page may be asked for (config `server.metrics.hosts` and a name in `listenaddr`).
  MetricsPage(const metrics::Registry& metrics, std::vector<std::string> hosts)
      : metrics_(metrics), hosts_(std::move(hosts)) {}
  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(const net::Request& request, unsigned status, std::string_view reason) override;

 private:
  bool knows(std::string_view host) const;

  const metrics::Registry& metrics_;
  const std::vector<std::string> hosts_;
};

}  // namespace push::api
