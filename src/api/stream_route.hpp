// GET /stream: who was let in becomes a WebSocket (gotify-spec 3).
#pragma once
#include <cstdint>
#include <memory>

#include "push/core/clock.hpp"
#include "push/net/http.hpp"

namespace push::api {

struct Exchange;
class Service;

// What the service wants to know of a request when it has become a stream, or was refused.
struct StreamContext {
  std::uint64_t epoch = 0;  // auth::Authenticator's, before it was asked whether to let it in
  core::SteadyTime start;   // when the request came, for the log
};
const StreamContext& context_of(const net::Admission& admission);

void open_stream(Service& service, const std::shared_ptr<Exchange>& exchange);

}  // namespace push::api
