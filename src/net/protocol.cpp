#include "net/protocol.hpp"

#include "net/text_protocol.hpp"
#include "net/websocket_protocol.hpp"

namespace push::net {

Protocols protocols() {
  static const WebSocketProtocol websocket;
  static const EventStreamProtocol events;
  static const LinesProtocol lines;
  static const PollProtocol poll;
  return {&websocket, &events, &lines, &poll};
}

}  // namespace push::net
