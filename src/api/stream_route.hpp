// GET /stream: who was let in becomes a WebSocket (gotify-spec 3).
#pragma once
namespace push::api {

struct Context;

void open_stream(Context& context);

}  // namespace push::api
