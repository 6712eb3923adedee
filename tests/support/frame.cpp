#include "support/frame.hpp"

#include <array>
#include <utility>

#include "support/socket.hpp"

namespace push::support {
namespace {

constexpr std::array<char, 4> kMask = {'\x5a', '\x11', '\xc3', '\x7e'};

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

bool known(Opcode opcode) {
  switch (opcode) {
    case Opcode::continuation:
    case Opcode::text:
    case Opcode::binary:
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong:
      return true;
  }
  return false;
}

}  // namespace

std::optional<FrameView> parse_server_frame(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const auto second = static_cast<unsigned char>(bytes[1]);
  FrameView frame{static_cast<Opcode>(first & 0x0fU), (first & 0x80U) != 0, {}, 2};
  if ((first & 0x70U) != 0) throw Failure("a reserved bit is set");
  if ((second & 0x80U) != 0) throw Failure("a server frame is masked");
  if (!known(frame.opcode)) throw Failure("unknown opcode " + std::to_string(first & 0x0fU));

  std::uint64_t size = second & 0x7fU;
  if (frame.opcode >= Opcode::close && (size > 125 || !frame.final)) throw Failure("bad control frame");
  if (size >= 126) {
    const std::size_t digits = size == 126 ? 2 : 8;
    if (bytes.size() < frame.size + digits) return std::nullopt;
    size = big_endian(bytes.substr(frame.size, digits));
    frame.size += digits;
    if (size < (digits == 2 ? 126U : 65536U)) throw Failure("the length is not in its shortest form");
  }
  if (bytes.size() - frame.size < size) return std::nullopt;
  frame.payload = bytes.substr(frame.size, size);
  frame.size += size;
  return frame;
}

std::string& FrameReader::input() {
  input_.erase(0, std::exchange(read_, 0));
  return input_;
}

std::optional<WireFrame> FrameReader::next() {
  const auto frame = parse_server_frame(std::string_view(input_).substr(read_));
  if (!frame) return std::nullopt;
  WireFrame whole{frame->final, frame->opcode, std::string(frame->payload)};
  read_ += frame->size;
  return whole;
}

std::string client_frame(Opcode opcode, std::string_view payload) {
  std::string frame(1, static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80U | payload.size());
  } else if (payload.size() < 65536) {
    frame += '\xfe';
    frame += static_cast<char>(payload.size() >> 8U);
    frame += static_cast<char>(payload.size() & 0xffU);
  } else {
    throw Failure("no test sends that much");
  }
  frame.append(kMask.data(), kMask.size());
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % kMask.size()]);
  return frame;
}

std::string client_close(std::uint16_t code) {
  return client_frame(Opcode::close, std::string{static_cast<char>(code >> 8U), static_cast<char>(code & 0xffU)});
}

}  // namespace push::support
