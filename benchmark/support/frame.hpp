// RFC 6455 as a subscriber needs it, written apart from the server's codec so that one cannot hide the other's mistake.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace push::bench {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

struct Frame {
  Opcode opcode = Opcode::text;
  bool final = true;
  std::string_view payload;
  std::size_t size = 0;  // of the whole frame
};

// The first frame in `bytes`, nothing while it is incomplete. Fails on what no server may send (mask, reserved bits,
// fragmented control frames).
std::optional<Frame> parse_server_frame(std::string_view bytes);

// A masked frame of at most 125 bytes; the mask is zero, which leaves the payload readable.
std::string client_frame(Opcode opcode, std::string_view payload);

// The handshake with a fixed key, so that the answer is known without SHA-1.
std::string upgrade_request(std::string_view path, std::uint16_t port);
inline constexpr std::string_view kExpectedAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

}  // namespace push::bench
