#include "api/stream_route.hpp"

#include <utility>

#include "api/exchange.hpp"

namespace push::api {

void open_stream(Service& /*service*/, const ExchangePtr& exchange) {
  net::Admission admission;
  admission.user = exchange->principal->user;
  admission.client = exchange->principal->client;
  admission.context = std::make_shared<const StreamContext>(StreamContext{exchange->epoch, exchange->start});
  exchange->reply.stream(std::move(exchange->request), std::move(admission));
}

const StreamContext& context_of(const net::Admission& admission) {
  return *static_cast<const StreamContext*>(admission.context.get());
}

}  // namespace push::api
