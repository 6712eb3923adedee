// GET /stream: who was let in becomes a WebSocket (gotify-spec 3).
#pragma once
#include <memory>

namespace push::api {

struct Exchange;
class Service;

void open_stream(Service& service, const std::shared_ptr<Exchange>& exchange);

}  // namespace push::api
