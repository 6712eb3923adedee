#include "support/stream_client.hpp"

#include <utility>

namespace push::support {
namespace {

// RFC 6455 1.3: the sample nonce and the accept value that it leads to.
constexpr const char* kNonce = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

StreamEvent event_of(WireFrame frame) {
  using Kind = StreamEvent::Kind;
  if (!frame.final) throw Failure("a message in several frames");
  switch (frame.opcode) {
    case Opcode::text:
      return {Kind::message, std::move(frame.payload), 0};
    case Opcode::ping:
      return {Kind::ping, std::move(frame.payload), 0};
    case Opcode::pong:
      return {Kind::pong, std::move(frame.payload), 0};
    case Opcode::close: {
      StreamEvent event{Kind::close, std::move(frame.payload), 0};
      if (event.payload.size() >= 2) {
        const auto byte = [&event](std::size_t i) { return static_cast<unsigned char>(event.payload[i]); };
        event.code = static_cast<std::uint16_t>(byte(0) << 8U | byte(1));
      }
      return event;
    }
    default:
      throw Failure("neither text nor control frame");
  }
}

}  // namespace

std::string upgrade_request(const std::string& target, const Lines& headers) {
  std::string text = "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
  text += std::string("Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ") + kNonce + "\r\n";
  for (const std::string& line : headers) text += line + "\r\n";
  return text;
}

StreamClient StreamClient::open(const Address& address, const Lines& headers, const Options& options) {
  HttpClient http(Socket::connect(address, options.receive_buffer));
  http.write(upgrade_request(options.target, headers) + "\r\n");
  const Answer answer = http.read();
  if (answer.status != 101) throw Failure("no stream: " + answer.head + answer.body);
  if (answer.header("Sec-WebSocket-Accept") != kAccept) throw Failure("wrong accept: " + answer.head);
  auto [socket, rest] = http.detach();
  return StreamClient(std::move(socket), std::move(rest));
}

StreamEvent StreamClient::next() {
  while (true) {
    if (auto frame = reader_.next()) return event_of(*std::move(frame));
    if (!socket_.receive(reader_.input())) {
      if (!reader_.input().empty()) throw Failure("the stream ended inside a frame");
      return {};
    }
  }
}

std::string StreamClient::next_message() {
  while (true) {
    StreamEvent event = next();
    if (event.kind == StreamEvent::Kind::message) return std::move(event.payload);
    if (event.kind != StreamEvent::Kind::ping) {
      throw Failure("no message but event " + std::to_string(static_cast<int>(event.kind)));
    }
    pong(event);
  }
}

}  // namespace push::support
