#include "push/websocket/frame.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "push/core/check.hpp"
#include "push/core/text.hpp"

namespace push::websocket {
namespace {

constexpr unsigned kFinal = 0x80;
constexpr unsigned kReserved = 0x70;
constexpr unsigned kOpcode = 0x0F;
constexpr unsigned kMasked = 0x80;
constexpr unsigned kLength = 0x7F;
constexpr unsigned kLength16 = 126;
constexpr unsigned kLength64 = 127;
constexpr std::size_t kMaskSize = 4;
constexpr std::size_t kMaxControlPayload = 125;

bool is_control(Opcode opcode) {
  return (static_cast<unsigned>(opcode) & 0x8U) != 0;
}

bool is_known(unsigned opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

unsigned char byte_at(const char* data, std::size_t at) {
  return static_cast<unsigned char>(data[at]);
}

std::uint64_t read_big_endian(const char* data, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = (value << 8) | byte_at(data, i);
  return value;
}

void write_big_endian(char* data, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0; value >>= 8) data[i] = static_cast<char>(value & 0xFF);
}

void unmask(char* data, std::size_t size, const char* key) {
  std::uint64_t wide = 0;
  std::memcpy(&wide, key, kMaskSize);
  std::memcpy(reinterpret_cast<char*>(&wide) + kMaskSize, key, kMaskSize);
  std::size_t at = 0;
  for (; size - at >= sizeof(wide); at += sizeof(wide)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, data + at, sizeof(eight));
    eight ^= wide;
    std::memcpy(data + at, &eight, sizeof(eight));
  }
  for (; at < size; ++at) data[at] = static_cast<char>(data[at] ^ key[at % kMaskSize]);
}

bool may_be_sent(std::uint64_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

Header server_header(Opcode opcode, std::uint64_t payload_size) {
  Header header;
  header.bytes[0] = static_cast<char>(kFinal | static_cast<unsigned>(opcode));
  if (payload_size < kLength16) {
    header.bytes[1] = static_cast<char>(payload_size);
    header.size = 2;
  } else if (payload_size <= std::numeric_limits<std::uint16_t>::max()) {
    header.bytes[1] = static_cast<char>(kLength16);
    write_big_endian(header.bytes.data() + 2, payload_size, 2);
    header.size = 4;
  } else {
    header.bytes[1] = static_cast<char>(kLength64);
    write_big_endian(header.bytes.data() + 2, payload_size, 8);
    header.size = 10;
  }
  return header;
}

std::string_view payload_of(std::string_view server_frame) {
  PUSH_CHECK(server_frame.size() >= 2);
  const unsigned length = byte_at(server_frame.data(), 1) & kLength;
  const std::size_t header = length < kLength16 ? 2U : length == kLength16 ? 4U : 10U;
  PUSH_CHECK(server_frame.size() >= header);
  return server_frame.substr(header);
}

ControlFrame control_frame(Opcode opcode, std::string_view payload) {
  PUSH_CHECK(is_control(opcode) && payload.size() <= kMaxControlPayload);
  ControlFrame frame;
  const Header header = server_header(opcode, payload.size());
  std::copy_n(header.bytes.data(), header.size, frame.bytes.data());
  std::copy_n(payload.data(), payload.size(), frame.bytes.data() + header.size);
  frame.size = header.size + payload.size();
  return frame;
}

ControlFrame close_frame(CloseCode code) {
  std::array<char, 2> payload{};
  write_big_endian(payload.data(), static_cast<std::uint16_t>(code), payload.size());
  return control_frame(Opcode::close, {payload.data(), payload.size()});
}

Parsed parse_client_frame(char* data, std::size_t size, std::uint64_t max_payload) {
  constexpr Parsed kIncomplete;
  constexpr Parsed kViolation{ParseStatus::violation, {}, 0};
  if (size < 2) return kIncomplete;
  const unsigned first = byte_at(data, 0);
  const unsigned second = byte_at(data, 1);
  if ((first & kReserved) != 0 || !is_known(first & kOpcode) || (second & kMasked) == 0) return kViolation;

  const Opcode opcode = static_cast<Opcode>(first & kOpcode);
  const bool final = (first & kFinal) != 0;
  std::uint64_t length = second & kLength;
  std::size_t at = 2;
  if (is_control(opcode)) {
    if (!final || length > kMaxControlPayload) return kViolation;
  } else {
    if (length == kLength16) {
      if (size < at + 2) return kIncomplete;
      length = read_big_endian(data + at, 2);
      at += 2;
      if (length < kLength16) return kViolation;
    } else if (length == kLength64) {
      if (size < at + 8) return kIncomplete;
      length = read_big_endian(data + at, 8);
      at += 8;
      if ((length >> 63) != 0 || length <= std::numeric_limits<std::uint16_t>::max()) return kViolation;
    }
    if (length > max_payload) return {ParseStatus::too_big, {}, 0};
  }

  if (size < at + kMaskSize || size - at - kMaskSize < length) return kIncomplete;
  const char* key = data + at;
  char* payload = data + at + kMaskSize;
  const std::size_t payload_size = static_cast<std::size_t>(length);
  unmask(payload, payload_size, key);
  return {ParseStatus::complete, {opcode, final, payload, payload_size}, at + kMaskSize + payload_size};
}

ParseStatus MessageState::accept(const ClientFrame& frame, std::size_t max_message) {
  if (is_control(frame.opcode)) return ParseStatus::complete;
  if ((frame.opcode == Opcode::continuation) != fragmented_) return ParseStatus::violation;
  if (frame.size > max_message || size_ > max_message - frame.size) return ParseStatus::too_big;
  constexpr std::size_t kMax = std::numeric_limits<std::uint16_t>::max();
  fragmented_ = !frame.final;
  size_ = frame.final ? std::uint16_t{0} : static_cast<std::uint16_t>(std::min(kMax, size_ + frame.size));
  return ParseStatus::complete;
}

CloseCode judge_close(std::string_view payload) {
  if (payload.empty()) return CloseCode::normal;
  if (payload.size() < 2) return CloseCode::protocol_error;
  const std::uint64_t code = read_big_endian(payload.data(), 2);
  if (!may_be_sent(code)) return CloseCode::protocol_error;
  if (!core::valid_utf8(payload.substr(2))) return CloseCode::invalid_payload;
  return static_cast<CloseCode>(code);
}

}  // namespace push::websocket
