#include "api/stream_route.hpp"

#include <utility>

#include "api/exchange.hpp"

namespace push::api {

void open_stream(Service& /*service*/, const ExchangePtr& exchange) {
  const net::Admission admission{exchange->principal->user, exchange->principal->client, exchange->epoch,
                                 exchange->start};
  exchange->reply.upgrade(std::move(exchange->request), admission);
}

}  // namespace push::api
