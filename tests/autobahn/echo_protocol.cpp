#include "autobahn/echo_protocol.hpp"

#include <string>

namespace push::autobahn {
namespace {

using websocket::CloseCode;
using websocket::Opcode;

// Input::memory: the base class keeps 17 bits, this one the next four.
constexpr unsigned kText = 17;
constexpr unsigned kUtf8 = 18;

net::Ending bad_text() {
  return {net::CloseReason::protocol_error, static_cast<std::uint16_t>(CloseCode::invalid_payload)};
}

}  // namespace

std::optional<net::Ending> EchoProtocol::read(net::Input& input) const {
  text_ = ((input.memory >> kText) & 1U) != 0;
  utf8_ = Utf8Check((input.memory >> kUtf8) & 7U);
  if (auto ended = WebSocketProtocol::read(input)) return ended;
  if (!could_be_text(input.data + input.consumed, input.size - input.consumed)) return bad_text();
  input.memory |= std::uint32_t{text_} << kText | utf8_.packed() << kUtf8;
  return std::nullopt;
}

std::optional<net::Ending> EchoProtocol::take_data(const websocket::ClientFrame& frame, net::Input& input) const {
  if (frame.opcode != Opcode::continuation) text_ = frame.opcode == Opcode::text;
  if (text_ && (!utf8_.take(frame.view()) || (frame.final && !utf8_.complete()))) return bad_text();
  if (frame.final) text_ = false;
  websocket::Header header = websocket::server_header(frame.opcode, frame.size);
  if (!frame.final) header.bytes[0] = static_cast<char>(frame.opcode);
  input.reply.append(header.view()).append(frame.view());
  return std::nullopt;
}

// The payload of an incomplete frame, as far as it has arrived.
bool EchoProtocol::could_be_text(const char* frame, std::size_t size) const {
  if (size < 2) return true;
  const auto opcode = static_cast<Opcode>(frame[0] & 0xF);
  const bool starts_text = opcode == Opcode::text;
  if (!starts_text && !(opcode == Opcode::continuation && text_)) return true;
  const unsigned length = static_cast<unsigned char>(frame[1]) & 0x7FU;
  const std::size_t key = length < 126 ? 2U : length == 126 ? 4U : 10U;
  constexpr std::size_t kKeySize = 4;
  Utf8Check check = starts_text ? Utf8Check() : utf8_;
  for (std::size_t at = key + kKeySize; at < size; ++at) {
    const char byte = static_cast<char>(frame[at] ^ frame[key + (at - key) % kKeySize]);
    if (!check.take({&byte, 1})) return false;
  }
  return true;
}

}  // namespace push::autobahn
