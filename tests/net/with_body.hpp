// A handler's way to a complete request.
#pragma once
#include <memory>
#include <utility>

#include "push/net/http.hpp"

namespace push::net {

// Calls then(request, reply) as soon as the body is here.
template <class Then>
void with_body(Request request, Reply reply, BodyLimit limit, Then then) {
  struct Waiting final : BodyReceiver {
    Waiting(Request r, Then t) : request(std::move(r)), then(std::move(t)) {}
    void on_body(Reply reply) override { then(std::move(request), std::move(reply)); }
    Request request;
    Then then;
  };
  if (request.is_complete() && request.body().size() <= limit.bytes) return then(std::move(request), std::move(reply));
  reply.read_body(limit, std::make_shared<Waiting>(std::move(request), std::move(then)));
}

}  // namespace push::net
