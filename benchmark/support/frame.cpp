#include "benchmark/support/frame.hpp"

#include "benchmark/support/check.hpp"

namespace push::bench {

std::optional<Frame> parse_server_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if ((byte(0) & 0x70) != 0) fail("frame: reserved bit set");
  if ((byte(1) & 0x80) != 0) fail("frame: a server must not mask");
  Frame frame{.opcode = static_cast<Opcode>(byte(0) & 0x0F), .final = (byte(0) & 0x80) != 0, .payload = {}, .size = 2};
  std::uint64_t length = byte(1) & 0x7FU;
  if ((byte(0) & 0x08) != 0 && (!frame.final || length > 125)) fail("frame: control frame fragmented or too long");
  const std::size_t extended = length == 126 ? 2 : length == 127 ? 8 : 0;
  if (bytes.size() < 2 + extended) return std::nullopt;
  if (extended != 0) length = 0;
  for (std::size_t i = 0; i < extended; ++i) length = length << 8 | byte(2 + i);
  frame.size += extended;
  if (bytes.size() - frame.size < length) return std::nullopt;
  frame.payload = bytes.substr(frame.size, length);
  frame.size += length;
  return frame;
}

std::string client_frame(Opcode opcode, std::string_view payload) {
  if (payload.size() > 125) fail("client_frame: too long");
  std::string frame;
  frame += static_cast<char>(0x80U | static_cast<unsigned>(opcode));
  frame += static_cast<char>(0x80U | static_cast<unsigned>(payload.size()));
  frame.append(4, '\0');
  frame += payload;
  return frame;
}

std::string upgrade_request(std::string_view path, std::uint16_t port) {
  std::string request = "GET ";
  request += path;
  request += " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port);
  request +=
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  return request;
}

}  // namespace push::bench
