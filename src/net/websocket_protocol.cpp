#include "net/websocket_protocol.hpp"

namespace push::net {
namespace {

using websocket::ClientFrame;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::ParseStatus;

Ending ending(CloseReason reason, CloseCode code) {
  return {reason, static_cast<std::uint16_t>(code)};
}

std::optional<Ending> ended_by(ParseStatus status) {
  if (status == ParseStatus::violation) return ending(CloseReason::protocol_error, CloseCode::protocol_error);
  if (status == ParseStatus::too_big) return ending(CloseReason::too_big, CloseCode::too_big);
  return std::nullopt;
}

Ending ended_by_close(std::string_view payload) {
  const CloseCode code = websocket::judge_close(payload);
  const bool broken = code == CloseCode::protocol_error || code == CloseCode::invalid_payload;
  return ending(broken ? CloseReason::protocol_error : CloseReason::client_close, code);
}

}  // namespace

std::optional<Ending> WebSocketProtocol::take_frame(const ClientFrame& frame, Input& input,
                                                    websocket::MessageState& message) const {
  switch (frame.opcode) {
    case Opcode::pong:
      input.alive = true;
      if (frame.size > 0) input.pong = frame.view();
      return std::nullopt;
    case Opcode::ping: {
      // A flood of pings is answered as far as there is room: RFC 6455 5.5.3 asks only for the most recent one.
      const websocket::ControlFrame pong = websocket::control_frame(Opcode::pong, frame.view());
      if (input.reply.size() + sizeof(pong.bytes) <= input.room) input.reply += pong.view();
      return std::nullopt;
    }
    case Opcode::close:
      return ended_by_close(frame.view());
    case Opcode::text:
    case Opcode::binary:
    case Opcode::continuation:
      break;
  }
  if (auto ended = ended_by(message.accept(frame, read_limit_))) return ended;
  return take_data(frame, input);
}

// Ignored, as in Gotify.
std::optional<Ending> WebSocketProtocol::take_data(const ClientFrame&, Input&) const {
  return std::nullopt;
}

std::optional<Ending> WebSocketProtocol::read(Input& input) const {
  websocket::MessageState message(input.memory);
  for (;;) {
    const websocket::Parsed parsed =
        websocket::parse_client_frame(input.data + input.consumed, input.size - input.consumed, read_limit_);
    if (auto ended = ended_by(parsed.status)) return ended;
    if (parsed.status == ParseStatus::incomplete) break;
    input.consumed += parsed.consumed;
    if (auto ended = take_frame(parsed.frame, input, message)) return ended;
  }
  input.memory = message.packed();
  return std::nullopt;
}

std::string WebSocketProtocol::end(const Ending& ending) const {
  return std::string(websocket::close_frame(CloseCode{ending.code}).view());
}

}  // namespace push::net
