// What a request for /stream asks for: the transport, and what the client has already.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "push/core/ids.hpp"
#include "push/core/result.hpp"
#include "push/stream/transport.hpp"

namespace push::api {

// "" = absent.
struct StreamFields {
  std::string_view method{};
  std::string_view query{};
  std::string_view accept{};         // Accept
  std::string_view upgrade{};        // Upgrade
  std::string_view last_event_id{};  // Last-Event-ID
};

struct StreamRequest {
  stream::Transport transport = stream::Transport::websocket;
  bool resumes = false;                 // a cursor was given
  std::optional<core::MessageId> seen;  // empty = from now on
  bool events = false;
  std::optional<core::EventId> seen_event;  // empty = from now on
  std::string epoch;                        // of these two; "" = not given
  unsigned timeout = 0;                     // of a poll, in seconds
};

// Errors (invalid) name the parameter. Without any parameter or header of ours: a WebSocket, as in Gotify.
core::Result<StreamRequest> read_stream_request(const StreamFields& fields);

}  // namespace push::api
