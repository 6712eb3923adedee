// GET /metrics in Prometheus text, for a listener of its own: Gotify's API has no such path.
#pragma once
#include <string_view>

#include "push/metrics/registry.hpp"
#include "push/net/http.hpp"

namespace push::api {

class MetricsPage final : public net::RequestHandler {
 public:
  explicit MetricsPage(const metrics::Registry& metrics) : metrics_(metrics) {}
  void handle(net::Request request, net::Reply reply) override;
  net::Response reject(unsigned status, std::string_view reason) override;

 private:
  const metrics::Registry& metrics_;
};

}  // namespace push::api
