#include "push/api/metrics_page.hpp"

#include "api/respond.hpp"
#include "api/target.hpp"

namespace push::api {

void MetricsPage::handle(net::Request request, net::Reply reply) {
  const auto target = parse_target(request.target());
  const bool reads = request.method() == "GET" || request.method() == "HEAD";
  if (!target || target->path != "/metrics" || !reads) {
    return reply.send(not_found("page not found"));
  }
  net::Response response = json(metrics_.text());
  response.content_type = "text/plain; version=0.0.4";
  reply.send(std::move(response));
}

net::Response MetricsPage::reject(unsigned status, std::string_view reason) {
  return rejected(status, reason);
}

}  // namespace push::api
