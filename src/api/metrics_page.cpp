#include "push/api/metrics_page.hpp"

#include <algorithm>
#include <utility>

#include "api/incoming.hpp"
#include "api/respond.hpp"
#include "api/target.hpp"
#include "push/core/address.hpp"
#include "push/core/text.hpp"

namespace push::api {

MetricsPage::MetricsPage(const metrics::Registry& metrics, const config::Metrics& settings, net::Presence& presence,
                         core::WorkerPool& workers)
    : metrics_(metrics), hosts_(settings.hosts) {
  hosts_.push_back(settings.listenaddr);
  if (settings.registry) registry_.emplace(presence, workers);
}

void MetricsPage::handle(net::Request request, net::Reply reply) {
  const auto target = parse_target(request.target());
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  const bool registry = target && registry_.has_value() && target->path == "/debug/registry";
  if (!target || !reads || (target->path != "/metrics" && !registry)) {
    return reply.send(not_found("page not found"));
  }
  if (!knows(host_name(request.header("Host")))) {
    return reply.send(forbidden("host is not in server.metrics.hosts"));
  }
  if (registry) return registry_->answer(target->query, std::move(reply));
  net::Response response = json(metrics_.text());
  response.content_type = "text/plain; version=0.0.4";
  reply.send(std::move(response));
}

bool MetricsPage::knows(std::string_view host) const {
  if (host.empty() || core::Address::parse(host) || core::same_ignoring_case(host, "localhost")) return true;
  return std::any_of(hosts_.begin(), hosts_.end(),
                     [host](const std::string& known) { return core::same_ignoring_case(known, host); });
}

net::Response MetricsPage::reject(const net::Request& /*request*/, unsigned status, std::string_view reason) {
  return rejected(status, reason);
}

}  // namespace push::api
