// Frames of RFC 6455 5.2, encoded and parsed on bytes. No I/O, no allocation, no state but the parser's.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace push::websocket {

enum class Opcode : std::uint8_t { continuation = 0x0, text = 0x1, binary = 0x2, close = 0x8, ping = 0x9, pong = 0xA };

enum class CloseCode : std::uint16_t { normal = 1000, protocol_error = 1002, invalid_payload = 1007, too_big = 1009 };

// Server to client: unmasked, final.
inline constexpr std::size_t kMaxServerHeader = 10;
struct Header {
  std::array<char, kMaxServerHeader> bytes{};
  std::size_t size = 0;
  std::string_view view() const { return {bytes.data(), size}; }
};
Header server_header(Opcode opcode, std::uint64_t payload_size);

// The part of a frame after its header.
std::string_view payload_of(std::string_view server_frame);

// A control frame's bytes, at most 2 + 125.
struct ControlFrame {
  std::array<char, 127> bytes{};
  std::size_t size = 0;
  std::string_view view() const { return {bytes.data(), size}; }
};
ControlFrame control_frame(Opcode opcode, std::string_view payload = {});  // payload <= 125 bytes
ControlFrame close_frame(CloseCode code);

// ---- client to server

enum class ParseStatus {
  complete,    // `frame` holds one frame; `consumed` bytes are done with
  incomplete,  // needs more bytes; nothing consumed
  violation,   // close with protocol_error
  too_big,     // a data frame longer than `max_payload`: close with too_big. Decided on the header alone
};

struct ClientFrame {
  Opcode opcode = Opcode::text;
  bool final = true;
  char* payload = nullptr;  // unmasked in place
  std::size_t size = 0;
  std::string_view view() const { return {payload, size}; }
};

struct Parsed {
  ParseStatus status = ParseStatus::incomplete;
  ClientFrame frame;
  std::size_t consumed = 0;
};

// Parses the frame at the start of [data, data + size), unmasking its payload in place. Violations: not masked,
// reserved bits or opcodes, a control frame that is fragmented or over 125 bytes, a length not in its shortest form, a
// 64-bit length with the top bit set. `max_payload` bounds data frames only, as Gotify's read limit does: a longer ping
// is answered. Room for max(max_payload, 125) + 14 bytes always ends `incomplete`. Fragment order: see MessageState.
Parsed parse_client_frame(char* data, std::size_t size, std::uint64_t max_payload);

// The state between two frames of one connection that validates the next one: four bytes.
class MessageState {
 public:
  MessageState() = default;
  // From packed(), which may be stored elsewhere between two reads; 0 = between two messages.
  explicit MessageState(std::uint32_t packed)
      : fragmented_((packed & 1U) != 0), size_(static_cast<std::uint16_t>(packed >> 1)) {}
  std::uint32_t packed() const { return std::uint32_t{size_} << 1 | (fragmented_ ? 1U : 0U); }

  // complete: fine; violation: a continuation without a start, or a start inside a message.
  // too_big: the fragments of this message exceed `max_message` (exact below 65536; beyond, the sum is a lower bound).
  // After anything but complete the connection is over. Control frames may come between fragments.
  ParseStatus accept(const ClientFrame& frame, std::size_t max_message);

 private:
  bool fragmented_ = false;
  std::uint16_t size_ = 0;
};

// RFC 6455 5.5.1 and 7.4: the status a Close frame's payload asks for, or protocol_error / invalid_payload if the
// payload is broken (1 byte, reserved code, reason not UTF-8). normal for an empty payload.
CloseCode judge_close(std::string_view payload);

}  // namespace push::websocket
